internal import DocketSettings
internal import DocketSystem
internal import Glibc

/// The process that this program runs as: its streams, its variables, its executable.
package enum CurrentProcess {
    /// Standard input, output and error.
    package static func standard() -> Console {
        Console(
            write: { try write($0, to: STDOUT_FILENO) },
            writeError: { try? write($0, to: STDERR_FILENO) },
            readLine: { Swift.readLine() },
            isOutputTerminal: isatty(STDOUT_FILENO) == 1,
            isErrorTerminal: isatty(STDERR_FILENO) == 1,
            isInputTerminal: isatty(STDIN_FILENO) == 1,
            width: width()
        )
    }

    /// The variables with which the process was started.
    package static func environment() -> [String: String] { SettingsFile.environment() }

    private static func write(_ text: String, to descriptor: Int32) throws {
        do throws(FileError) {
            try SmallFile.write(Array(text.utf8), to: descriptor)
        } catch {
            // EPIPE, ENOSPC, EIO: there is nobody to tell.
            throw OutputClosed()
        }
    }

    /// Columns of the terminal, 80 where there is none.
    private static func width() -> Int {
        var size = winsize()
        let status = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
        return status == 0 && size.ws_col > 0 ? max(40, Int(size.ws_col)) : 80
    }

    /// Where a program of the same installation may be: beside this one, then on the PATH.
    static func siblings(named name: String) -> [String] {
        let capacity = Int(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: capacity)
        let count = unsafe readlink("/proc/self/exe", &buffer, capacity)
        guard count > 0 else { return [name] }
        let path = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let slash = path.lastIndex(of: "/") else { return [name] }
        return [path[...slash] + name, name]
    }

    /// Becomes another program; returns only when that is not to be had.
    static func become(_ program: String, _ arguments: [String]) {
        var pointers = unsafe ([program] + arguments).map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        unsafe execvp(program, pointers)
        for index in unsafe pointers.indices { unsafe free(pointers[index]) }
    }
}
