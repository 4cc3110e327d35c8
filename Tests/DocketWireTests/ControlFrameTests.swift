import DocketSystem
import DocketWire
import Testing

@Suite("Control frames", .timeLimit(.minutes(5)))
struct ControlFrameTests {
    @Test("are written whole")
    func golden() {
        let cancel = written { ControlFrame.appendCancel(stream: 5, reason: .deadline, to: &$0) }
        #expect(cancel.hex == "00000107000000000000000500000001" + "01")
        let credit = written { ControlFrame.appendCredit(stream: 0, bytes: 65_536, to: &$0) }
        #expect(credit.hex == "00000408000000000000000000000004" + "00010000")
        let ping = written { ControlFrame.appendPing(0x0102_0304_0506_0708, isAck: true, to: &$0) }
        #expect(ping.hex == "00000809080000000000000000000008" + "0102030405060708")
    }

    @Test("pass their own validation and give back what was put in")
    func roundTrip() throws {
        let bytes = written { writer in
            ControlFrame.appendCancel(stream: 0x7fff_ffff, reason: .draining, to: &writer)
            ControlFrame.appendCredit(stream: 3, bytes: 0x7fff_ffff, to: &writer)
            ControlFrame.appendPing(.max, isAck: false, to: &writer)
        }
        var bodies: [[UInt8]] = []
        var offset = 0
        while offset < bytes.count {
            let header = FrameHeader.decode(bytes.rawSpan, at: offset)
            #expect(header.validate(limits: FrameLimits()) == nil)
            bodies.append(Array(bytes[header.bodyRange(at: offset)]))
            offset += header.frameLength
        }
        try #require(bodies.count == 3)
        #expect(bodies[0] == [CancelReason.draining.rawValue])
        #expect(try ControlFrame.creditBytes(bodies[1]) == 0x7fff_ffff)
        #expect(try ControlFrame.pingPayload(bodies[2]) == .max)
    }

    @Test("credit of nothing or beyond 2^31 - 1 is refused", arguments: ["00000000", "80000000"])
    func badCredit(_ hex: String) {
        let body = [UInt8](hex: hex)
        let error = #expect(throws: FrameError.self) {
            try ControlFrame.creditBytes(body)
        }
        #expect(error?.scope == .connection(.flowControl))
    }

    @Test("bodies of another length are refused, never read past")
    func wrongLength() {
        for count in 0...9 {
            let body = [UInt8](repeating: 1, count: count)
            #expect(((try? ControlFrame.creditBytes(body)) != nil) == (count == 4), "\(count)")
            #expect(((try? ControlFrame.pingPayload(body)) != nil) == (count == 8), "\(count)")
        }
    }
}
