internal import DocketCore
internal import DocketSettings

/// Why the server cannot serve: one line for people, and an exit status of its own for scripts.
struct ServerFault: Error {
    enum Status: Int32 {
        /// A setting, or the command line, is wrong.
        case usage = 2
        /// The data directory cannot be opened, or a file not be written.
        case data = 3
        /// A port cannot be opened.
        case port = 4
        /// A certificate or its key cannot be used.
        case certificate = 5
        /// A part could not start, or failed while serving.
        case failure = 6
        /// `verify` found damage.
        case damage = 7
        /// An engine of the settings cannot be used as it is, or PostgreSQL not be reached.
        case engine = 8
    }

    let status: Status
    let message: String

    init(_ status: Status, _ message: String) {
        self.status = status
        self.message = message
    }

    init(_ error: SettingsError) { self.init(.usage, error.message) }
}
