internal import CDocketRedis
internal import DocketSystem

/// Owns one `redisContext` that never blocks but for looking up a host's name; one thread uses it.
@safe struct RedisHandle: ~Copyable {
    /// Bytes that the library reads at once.
    private static let readBytes = 16_384
    /// Answers above this are not waited for: 64 MiB.
    private static let answerMaximum = 64 << 20

    private let context: UnsafeMutablePointer<redisContext>

    /// Begins to connect; what comes of it shows when something is written.
    init(host: String, port: UInt16) throws(RedisError) {
        guard let made = unsafe redisConnectNonBlock(host, Int32(port)) else {
            throw RedisError("no memory for a connection")
        }
        guard unsafe made.pointee.err == 0 else {
            let error = unsafe RedisError(made)
            unsafe redisFree(made)
            throw error
        }
        unsafe context = unsafe made
    }

    deinit { unsafe redisFree(context) }

    /// Puts a command behind what is to be sent.
    func append(_ words: [[UInt8]]) throws(RedisError) {
        // One block for all words; the byte at its end keeps pointers of empty words inside.
        let lengths = words.map(\.count)
        var block: [UInt8] = []
        block.reserveCapacity(lengths.reduce(1, +))
        for word in words { block += word }
        block.append(0)
        let status = unsafe block.withUnsafeBytes { block in
            let start = unsafe block.baseAddress?.assumingMemoryBound(to: CChar.self)
            var offset = 0
            var places = unsafe words.map { word in
                defer { offset += word.count }
                return unsafe start.map { unsafe $0 + offset }
            }
            return unsafe redisAppendCommandArgv(context, Int32(words.count), &places, lengths)
        }
        guard status == REDIS_OK else { throw failure }
    }

    /// Sends what waits to be sent; false while some of it is left.
    func flush() throws(RedisError) -> Bool {
        var isDone: Int32 = 0
        guard unsafe redisBufferWrite(context, &isDone) == REDIS_OK else { throw failure }
        return isDone == 1
    }

    /// Reads what has come.
    func receive() throws(RedisError) {
        var isFull = true
        while isFull {
            let before = unsafe context.pointee.reader.pointee.len
            guard unsafe redisBufferRead(context) == REDIS_OK else { throw failure }
            let held = unsafe context.pointee.reader.pointee.len
            guard held <= Self.answerMaximum else { throw RedisError("an answer has no end") }
            isFull = held == before + Self.readBytes
        }
    }

    /// The next answer; nil while it is not whole.
    func next() throws(RedisError) -> RedisReply? {
        var reply: UnsafeMutableRawPointer?
        guard unsafe redisGetReplyFromReader(context, &reply) == REDIS_OK else { throw failure }
        guard let reply = unsafe reply else { return nil }
        defer { unsafe freeReplyObject(reply) }
        return unsafe RedisReply(reply.assumingMemoryBound(to: redisReply.self))
    }

    /// Waits until there is something to read, or `deadline` has passed, or the wakeup.
    func wait(writes: Bool, _ wakeup: WakeupHandle, until deadline: MonotonicTime) {
        wakeup.wait(orOn: unsafe context.pointee.fd, writes: writes, until: deadline)
    }

    private var failure: RedisError { unsafe RedisError(context) }
}

extension RedisError {
    /// What the library says of its last failure.
    fileprivate init(_ context: UnsafeMutablePointer<redisContext>) {
        let text = unsafe withUnsafeBytes(of: context.pointee.errstr) { bytes in
            unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        self.init(text.isEmpty ? "the connection failed" : text)
    }
}

extension RedisReply {
    fileprivate init(_ reply: UnsafeMutablePointer<redisReply>) {
        switch unsafe reply.pointee.type {
        case REDIS_REPLY_STATUS: self = .done
        case REDIS_REPLY_ERROR:
            self = unsafe .refused(String(decoding: Self.bytes(reply), as: UTF8.self))
        case REDIS_REPLY_ARRAY:
            let count = unsafe reply.pointee.elements
            self = .values(
                (0..<count).map { place in
                    guard let element = unsafe reply.pointee.element[place],
                        unsafe element.pointee.type == REDIS_REPLY_STRING
                    else { return nil }
                    return unsafe Self.bytes(element)
                }
            )
        default: self = .unexpected
        }
    }

    private static func bytes(_ reply: UnsafeMutablePointer<redisReply>) -> [UInt8] {
        guard let text = unsafe reply.pointee.str else { return [] }
        return unsafe Array(UnsafeRawBufferPointer(start: text, count: reply.pointee.len))
    }
}
