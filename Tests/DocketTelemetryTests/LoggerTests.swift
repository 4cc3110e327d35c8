internal import Glibc
internal import Synchronization
internal import Testing

@testable internal import DocketTelemetry

private final class Collector: LogSink {
    let records = Mutex<[LogRecord]>([])

    func accept(_ record: LogRecord) { records.withLock { $0.append(record) } }

    var last: LogRecord? { records.withLock { $0.last } }
    var count: Int { records.withLock { $0.count } }
}

@Suite("Logger", .timeLimit(.minutes(5)))
struct LoggerTests {
    @Test("makes lines of its level and above, and evaluates no others")
    func levels() {
        let collector = Collector()
        let logger = Logger(collector, level: .warning)
        logger.debug("no")
        logger.info("no", ["field": .number(evaluated())])
        #expect(collector.count == 0)
        logger.warning("yes")
        logger.error("yes")
        #expect(collector.count == 2)
        #expect(collector.last?.level == .error)
        Logger.silent.error("no", ["field": .number(evaluated())])
        #expect(!Logger.silent.isEnabled(.error))
        #expect(LogLevel.allCases == LogLevel.allCases.sorted())
    }

    private func evaluated() -> Int {
        Issue.record("a field of a line that is not made was evaluated")
        return 0
    }

    @Test("adds its own fields before those of the line")
    func fields() {
        let collector = Collector()
        let logger = Logger(collector).with(["peer": .string("a")]).with(["call": .number(7)])
        logger.info("call ended", ["took_us": .microseconds(.milliseconds(3))])
        #expect(collector.last?.message == "call ended")
        #expect(collector.last?.fields.fields.map(\.name) == ["peer", "call", "took_us"])
        #expect(collector.last?.fields["took_us"] == .integer(3000))
        #expect(collector.last?.fields["other"] == nil)
    }

    @Test("bounds the lines of a second, and says how many were left out")
    func rate() {
        let rate = LogRate(maximum: 2)
        #expect([1, 1, 1, 1].map { rate.next(at: $0) } == [0, 0, nil, nil])
        #expect([2, 2, 2].map { rate.next(at: $0) } == [2, 0, nil])
        #expect(rate.next(at: 9) == 1)
    }

    @Test("bounds fields and strings")
    func bounds() {
        var fields: LogFields = [:]
        for _ in 0..<100 { fields.append("f", .string(String(repeating: "é", count: 10_000))) }
        #expect(fields.fields.count == LogFields.maximum)
        guard case .string(let string)? = fields["f"] else { return }
        #expect(string.utf8.count <= LogValue.stringBytesMaximum + 8)
        #expect(string.hasSuffix("é…"))
    }

    @Test("keeps numbers of every type")
    func numbers() {
        #expect(LogValue.number(UInt64.max) == .unsigned(.max))
        #expect(LogValue.number(Int64.min) == .integer(.min))
        #expect(LogValue.number(UInt8(3)) == .unsigned(3))
        #expect(LogValue.microseconds(.seconds(Int64.max)) == .integer(.max))
    }
}

@Suite("Log line", .timeLimit(.minutes(5)))
struct LogRecordTests {
    private func line(_ fields: LogFields) -> String {
        var bytes: [UInt8] = []
        LogRecord(time: 0, level: .info, message: "m", fields: fields).encode(into: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("is one object of JSON")
    func encoding() {
        let text = line([
            "a": .number(-1), "b": .number(UInt64.max), "c": .double(0.5), "d": .boolean(true),
            "e": .string("x\"\\\n\u{1}\u{7F}é"), "f": .double(.infinity),
        ])
        #expect(
            text
                == #"{"time":"1970-01-01T00:00:00.000000Z","level":"info","message":"m","#
                + #""a":-1,"b":18446744073709551615,"c":0.5,"d":true,"#
                + #""e":"x\"\\\u000a\u0001\u007fé","f":null}"# + "\n"
        )
    }

    @Test("cannot be broken into two by a value")
    func injection() {
        let text = line(["a": .string("x\r\n{\"level\":\"error\"}\n")])
        #expect(text.utf8.filter { $0 == UInt8(ascii: "\n") }.count == 1)
    }
}

@Suite("Log output", .timeLimit(.minutes(5)))
struct LogOutputTests {
    /// A pipe: what is written to it, and what is read.
    private struct Pipe {
        let reading: Int32
        let writing: Int32

        init() {
            var ends: [Int32] = [0, 0]
            _ = unsafe pipe(&ends)
            (reading, writing) = (ends[0], ends[1])
        }

        init(reading: Int32, writing: Int32) {
            self.reading = reading
            self.writing = writing
        }

        /// What is there, at least one byte; empty at the end.
        func read() -> String {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe Glibc.read(reading, &buffer, buffer.count)
            return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        }

        /// Everything until the writing end is closed.
        func readAll() -> String {
            var text = ""
            while true {
                let more = read()
                guard !more.isEmpty else { return text }
                text += more
            }
        }
    }

    /// A new file, open for reading.
    private struct NewFile {
        let path: String
        let descriptor: Int32

        init() {
            var template = Array("/tmp/docket-log-XXXXXX".utf8CString)
            descriptor = unsafe mkstemp(&template)
            path = String(decoding: template.dropLast().map { UInt8($0) }, as: UTF8.self)
        }

        func lines() -> [Substring] {
            Pipe(reading: descriptor, writing: -1).readAll().split(separator: "\n")
        }

        func remove() {
            close(descriptor)
            unsafe unlink(path)
        }
    }

    @Test("writes all lines in order before it ends")
    func order() throws {
        let file = NewFile()
        defer { file.remove() }
        let output = try LogOutput(path: file.path)
        let logger = Logger(output)
        for number in 0..<2000 { logger.info("counted", ["number": .number(number)]) }
        output.close()
        let lines = file.lines()
        #expect(lines.count == 2000)
        for (number, line) in lines.enumerated() {
            #expect(line.hasSuffix("\"message\":\"counted\",\"number\":\(number)}"))
        }
        #expect(output.droppedRecords == 0)
    }

    @Test("drops and counts what a full pipe holds up, and says so when it flows again")
    func fullPipe() {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.writing, capacity: 100)
        let logger = Logger(output)
        let value = String(repeating: "x", count: 200)
        // The pipe takes 64 KiB, the thread one queue, the queue 100: nobody waits.
        for _ in 0..<5000 { logger.info("filling", ["value": .string(value)]) }
        #expect(output.droppedRecords > 4000)
        var text = ""
        while output.waitingRecords > 0 || !text.contains("lines were dropped") {
            text += pipe.read()
        }
        logger.info("flowing")
        output.close()
        close(pipe.writing)
        text += pipe.readAll()
        #expect(text.contains("\"message\":\"flowing\""))
        let written = text.split(separator: "\n").filter { $0.contains("filling") }.count
        #expect(written + output.droppedRecords == 5000)
        close(pipe.reading)
    }

    @Test("ends although nobody reads")
    func stuck() {
        let pipe = Pipe()
        let output = LogOutput(descriptor: pipe.writing, capacity: 100_000)
        let logger = Logger(output)
        for _ in 0..<20_000 { logger.info("filling") }
        output.close()
        #expect(output.droppedRecords > 0)
        close(pipe.writing)
        close(pipe.reading)
        logger.info("after the end")
        output.close()
    }

    @Test("appends to a file, and says which file it cannot open")
    func files() throws {
        let file = NewFile()
        defer { file.remove() }
        for _ in 0..<2 {
            let output = try LogOutput(path: file.path)
            Logger(output).info("started")
            output.close()
        }
        let lines = file.lines()
        #expect(lines.count == 2)
        #expect(throws: LogFileError.self) { try LogOutput(path: "/nonexistent/log") }
    }
}
