internal import CDocketPostgres
internal import DocketSystem
internal import Glibc

/// Owns one `PGconn` in pipeline mode; one thread at a time uses it.
@safe struct ConnectionHandle: ~Copyable {
    private let pointer: OpaquePointer

    /// Connects, by blocking: the library tries the hosts of the URL one by one, each for the time
    /// of `connect_timeout`.
    ///
    /// The parameters are in libpq's words; a later one holds over an earlier one, and `dbname` may
    /// be a URL.
    init(_ parameters: [(name: String, value: String)]) throws(PostgresError) {
        let names = unsafe parameters.map { unsafe strdup($0.name) }
        let values = unsafe parameters.map { unsafe strdup($0.value) }
        defer {
            for place in parameters.indices {
                unsafe free(names[place])
                unsafe free(values[place])
            }
        }
        let nameList = unsafe names.map { unsafe UnsafePointer($0) } + [nil]
        let valueList = unsafe values.map { unsafe UnsafePointer($0) } + [nil]
        guard let made = unsafe PQconnectdbParams(nameList, valueList, 1) else {
            throw PostgresError(state: "53200", text: "no memory for a connection")
        }
        guard unsafe PQstatus(made) == CONNECTION_OK else {
            let text = unsafe PQerrorMessage(made).map { unsafe String(cString: $0) } ?? ""
            unsafe PQfinish(made)
            throw PostgresError(refused: text)
        }
        guard unsafe PQsetnonblocking(made, 1) == 0, unsafe PQenterPipelineMode(made) == 1 else {
            unsafe PQfinish(made)
            throw PostgresError(state: "08006", text: "the connection takes no pipeline")
        }
        // Notices say what errors say later, or nothing that anybody needs.
        unsafe PQsetNoticeProcessor(made, { _, _ in }, nil)
        unsafe pointer = unsafe made
    }

    deinit { unsafe PQfinish(pointer) }

    /// What an option of a URL says; nil for a URL that is none, or has no such option.
    static func option(_ name: String, of url: String) throws(PostgresError) -> String? {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(url, &message) else {
            defer { unsafe PQfreemem(message) }
            let text = unsafe message.map { unsafe String(cString: $0) } ?? ""
            throw PostgresError(state: "", text: text)
        }
        defer { unsafe PQconninfoFree(options) }
        var option = unsafe options
        while let keyword = unsafe option.pointee.keyword {
            if unsafe String(cString: keyword) == name {
                return unsafe option.pointee.val.map { unsafe String(cString: $0) }
            }
            unsafe option += 1
        }
        return nil
    }

    private var failure: PostgresError {
        let text = unsafe PQerrorMessage(pointer).map { unsafe String(cString: $0) } ?? ""
        return PostgresError(state: "08006", text: text)
    }

    var isUsable: Bool { unsafe PQstatus(pointer) == CONNECTION_OK }

    var isInTransaction: Bool {
        let status = unsafe PQtransactionStatus(pointer)
        return status != PQTRANS_IDLE
    }

    /// Whether nothing is to be read of a connection that has nothing to answer: there is something
    /// only when the server has ended it.
    var isQuiet: Bool {
        var entry = pollfd(fd: unsafe PQsocket(pointer), events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&entry, 1, 0)
        return isUsable && entry.fd >= 0 && ready == 0
    }

    /// Puts an unnamed statement into the segment.
    func send(_ statement: SQLStatement) throws(PostgresError) {
        let encoded = statement.values.map(ArrayCodec.encode)
        let types = statement.values.map { Oid(ArrayCodec.type(of: $0).rawValue) }
        let lengths = encoded.map { Int32(truncatingIfNeeded: $0?.count ?? 0) }
        let formats = [Int32](repeating: 1, count: encoded.count)
        // One block for all values; the byte at its end keeps pointers of empty values inside.
        var block: [UInt8] = []
        block.reserveCapacity(encoded.reduce(1) { $0 + ($1?.count ?? 0) })
        let offsets = encoded.map { value in
            defer { block += value ?? [] }
            return value == nil ? nil : block.count
        }
        block.append(0)
        let isSent = unsafe block.withUnsafeBytes { block in
            let start = unsafe block.baseAddress?.assumingMemoryBound(to: CChar.self)
            let values = unsafe offsets.map { offset in
                unsafe offset.flatMap { offset in unsafe start.map { unsafe $0 + offset } }
            }
            return unsafe PQsendQueryParams(
                pointer,
                statement.text,
                Int32(encoded.count),
                types,
                values,
                lengths,
                formats,
                1
            )
        }
        guard isSent == 1 else { throw failure }
    }

    /// Ends the segment: its statements are committed together, unless a transaction is open.
    func endSegment() throws(PostgresError) {
        guard unsafe PQpipelineSync(pointer) == 1 else { throw failure }
    }

    /// Sends what waits to be sent; false while some of it is left.
    func flush() throws(PostgresError) -> Bool {
        switch unsafe PQflush(pointer) {
        case 0: return true
        case 1: return false
        default: throw failure
        }
    }

    /// Reads what has come; false when the connection has ended.
    func receive() -> Bool { unsafe PQconsumeInput(pointer) == 1 }

    /// Whether ``next()`` would wait.
    var isBusy: Bool { unsafe PQisBusy(pointer) == 1 }

    /// The next result; nil after the last of a statement.
    func next() -> ResultHandle? {
        guard let result = unsafe PQgetResult(pointer) else { return nil }
        return unsafe ResultHandle(takingOwnershipOf: result)
    }

    /// Waits until there is something to do or `deadline` has passed.
    func wait(writes: Bool, _ wakeup: WakeupHandle, until deadline: MonotonicTime) {
        let events = Int16(POLLIN) | (writes ? Int16(POLLOUT) : 0)
        var entries = [
            pollfd(fd: unsafe PQsocket(pointer), events: events, revents: 0),
            pollfd(fd: wakeup.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        let rest = deadline.nanoseconds(since: .now())
        // Rounded up, or the last millisecond would be spent in turns of no length.
        let milliseconds = Int32(clamping: min(rest / 1_000_000 + 1, 60_000))
        _ = unsafe poll(&entries, 2, milliseconds)
    }

    /// Asks the server to stop what runs, by a connection of its own.
    func cancel() {
        guard let cancel = unsafe PQgetCancel(pointer) else { return }
        var message = [CChar](repeating: 0, count: 256)
        // Possible failure: the server is not reached; whoever asked closes the connection then.
        _ = unsafe PQcancel(cancel, &message, Int32(message.count))
        unsafe PQfreeCancel(cancel)
    }
}

extension PostgresError {
    /// What the library says of a connection that was not made has no SQLSTATE.
    fileprivate init(refused text: String) {
        let isRefusal = ["authentication failed", "no password", "no pg_hba.conf entry"]
            .contains { needle in text.utf8.count >= needle.utf8.count && text.contains(needle) }
        self.init(state: isRefusal ? "28000" : "08001", text: text)
    }
}
