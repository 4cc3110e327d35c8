import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketElasticsearch

@Suite("Requests over HTTP", .timeLimit(.minutes(5)))
struct HTTPEngineTests {
    private static func http(_ limits: HTTPEngine.Limits = .init()) throws -> HTTPEngine {
        try HTTPEngine(
            CurlOptions(caFile: nil, headers: ["X-Test: yes"], connectTimeout: .seconds(3)),
            limits
        )
    }

    private static let get = HTTPRequest(method: .get, path: "/")

    @Test("carry their method, path, headers and body, over connections that are kept")
    func kept() async throws {
        let engine = try FakeEngine { request in
            .answer(status: 201, body: "\(request.method) \(request.path) \(request.body.count)")
        }
        let http = try Self.http()
        let body = [UInt8](repeating: 7, count: 3 << 20)
        for method in [HTTPRequest.Method.put, .post] {
            let request = HTTPRequest(method: method, path: "/a?b=c", body: body)
            let reply = try await http.send(
                request,
                to: engine.url,
                work: TestIndex.work()
            )
            #expect(reply.status == 201)
            let text = String(decoding: reply.body, as: UTF8.self)
            #expect(text == "\(method.rawValue) /a?b=c \(body.count)")
        }
        #expect(engine.connections == 1)
        let heads = engine.requests.map(\.headers)
        #expect(heads.allSatisfy { $0.contains("\r\nX-Test: yes") && !$0.contains("Expect") })
        http.close()
    }

    @Test("end at once with the deadline of their work and its stop")
    func ends() async throws {
        let engine = try FakeEngine { _ in .silence }
        let http = try Self.http()
        let late = WorkLimit(within: .milliseconds(50))
        await #expect(throws: HTTPFailure.late) {
            try await http.send(Self.get, to: engine.url, work: late)
        }
        let asked = engine.requests.count
        let stopped = TestIndex.work()
        let stopping = Task { try await http.send(Self.get, to: engine.url, work: stopped) }
        try await engine.asked(asked + 1)
        stopped.stop()
        await #expect(throws: HTTPFailure.stopped) { try await stopping.value }
        http.close()
    }

    @Test("go on when their task is cancelled, since others may wait for the reply")
    func outliveTheirTask() async throws {
        let permission = Semaphore()
        let engine = try FakeEngine { _ in
            permission.wait()
            return .answer(status: 200, body: "{}")
        }
        let http = try Self.http()
        let cancelled = Task {
            try await http.send(Self.get, to: engine.url, work: TestIndex.work())
        }
        try await engine.asked(1)
        cancelled.cancel()
        permission.signal()
        #expect(try await cancelled.value.status == 200)
        http.close()
    }

    @Test("end when the server stops, and none begins afterwards")
    func closes() async throws {
        let engine = try FakeEngine { _ in .silence }
        let http = try Self.http()
        let closed = Task { try await http.send(Self.get, to: engine.url, work: TestIndex.work()) }
        try await engine.asked(1)
        http.close()
        await #expect(throws: HTTPFailure.closed) { try await closed.value }
        await #expect(throws: HTTPFailure.closed) {
            try await http.send(Self.get, to: engine.url, work: TestIndex.work())
        }
    }

    @Test("wait in a bounded queue while all connections are in use")
    func bounded() async throws {
        let engine = try FakeEngine { _ in .silence }
        let http = try Self.http(.init(connections: 1, waiting: 1, waitingBytes: 10))
        let first = TestIndex.work()
        let running = Task { try await http.send(Self.get, to: engine.url, work: first) }
        try await engine.asked(1)
        // Of two more one waits, and the other is refused at once.
        let work = TestIndex.work()
        let failures = await withTaskGroup(of: HTTPFailure?.self) { group in
            for _ in 0..<2 {
                group.addTask {
                    do throws(HTTPFailure) {
                        _ = try await http.send(Self.get, to: engine.url, work: work)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            var failures = [await group.next() ?? nil]
            work.stop()
            failures.append(await group.next() ?? nil)
            return failures
        }
        #expect(failures == [.full, .stopped])
        first.stop()
        await #expect(throws: HTTPFailure.stopped) { try await running.value }
        #expect(engine.requests.count == 1)
        http.close()
    }

    @Test("fail together, those that wait for a connection as well, when the node is silent")
    func silent() async throws {
        let engine = try FakeEngine { _ in .silence }
        let watch = NodeWatch.Limits(quiet: .milliseconds(20), probe: .milliseconds(20))
        let http = try Self.http(.init(connections: 1, watch: watch))
        let failures = await withTaskGroup(of: HTTPFailure?.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do throws(HTTPFailure) {
                        _ = try await http.send(Self.get, to: engine.url, work: TestIndex.work())
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failures == [.silent, .silent, .silent])
        http.close()
    }

    @Test("of a node that says it is there go on, however long it takes")
    func busy() async throws {
        let permission = Semaphore()
        let engine = try FakeEngine { request in
            if request.path == "/long" { permission.wait() }
            return .answer(status: 200, body: request.path)
        }
        let watch = NodeWatch.Limits(quiet: .milliseconds(5), probe: .seconds(60))
        let http = try Self.http(.init(connections: 1, watch: watch))
        let long = Task {
            try await http.send(
                HTTPRequest(method: .get, path: "/long"),
                to: engine.url,
                work: TestIndex.work()
            )
        }
        // Asked by the one connection that is not counted, again and again.
        try await engine.asked(4)
        permission.signal()
        #expect(try await long.value.body == Array("/long".utf8))
        #expect(Set(engine.requests.map(\.path)) == ["/", "/long"])
        http.close()
    }

    @Test("fail beyond the bytes that a reply may have, and take just as many")
    func cap() async throws {
        let engine = try FakeEngine { _ in .answer(status: 200, body: "12345678") }
        let http = try Self.http()
        for (maximum, isTaken) in [(8, true), (7, false)] {
            var request = Self.get
            request.replyBytesMaximum = maximum
            let reply = try? await http.send(request, to: engine.url, work: TestIndex.work())
            #expect((reply != nil) == isTaken)
        }
        http.close()
    }

    @Test("show a user and a password, or a key, and no secret with a line break")
    func credentials() throws {
        let folder = try TestFolder()
        let file = try folder.write("open sesame\n", to: "secret")
        #expect(
            try EngineCredentials.apiKey(file: file).authorization()
                == "Authorization: ApiKey open sesame"
        )
        #expect(
            try EngineCredentials.password(user: "Aladdin", file: file).authorization()
                == "Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        )
        let empty = try folder.write("\nx", to: "empty")
        let error = #expect(throws: DocketError.self) {
            try EngineCredentials.apiKey(file: empty).authorization()
        }
        #expect(error?.message == "\(empty) holds no secret in its first line")
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v")] {
            #expect(EngineCredentials.base64(Array(text.utf8)) == encoded)
        }
    }
}
