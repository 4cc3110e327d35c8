internal import DocketRPC
internal import DocketRuntime
internal import Testing

@Suite("Socket stream", .timeLimit(.minutes(5)))
struct SocketStreamTests {
    @Test("says that it would block, has ended, or has failed")
    func progress() {
        let (left, right) = makeSocketPair()
        let (one, other) = (SocketStream(left), SocketStream(right))
        #expect(one.handshake() == .moved(0))
        #expect(one.readAll().last == .wouldBlock)
        #expect(one.wants == .readable)
        #expect(other.write([1, 2]) == .moved(2))
        other.finishWriting()
        let rest = one.readAll()
        #expect(rest.bytes == [1, 2])
        #expect(rest.last == .ended)
        #expect(one.write([3]) == .moved(1))
        other.close()
        guard case .failed(.system) = one.write([4]) else {
            Issue.record("writing to a closed peer must fail")
            return
        }
    }

    @Test("reads nothing into a full buffer")
    func fullBuffer() {
        let (left, right) = makeSocketPair()
        let (one, other) = (SocketStream(left), SocketStream(right))
        _ = other.write([1, 2, 3])
        var buffer = ReceiveBuffer(capacity: 2)
        #expect(one.read(into: &buffer) == .moved(2))
        #expect(one.read(into: &buffer) == .wouldBlock)
        buffer.consume(2)
        #expect(one.read(into: &buffer) == .moved(1))
    }
}
