import DocketWire
import Testing

/// Sixteen bytes that no peer may send, and the reason of the GOAWAY that answers them.
struct HostileHeader: Sendable, CustomTestStringConvertible {
    let name: String
    let hex: String
    let reason: GoAway.Reason

    init(_ name: String, _ hex: String, _ reason: GoAway.Reason = .protocolError) {
        self.name = name
        self.hex = hex
        self.reason = reason
    }

    var testDescription: String { name }

    // length type flags codec meta stream raw
    static let corpus: [HostileHeader] = [
        .init("all zero", "000000 00 00 00 0000 00000000 00000000"),
        .init("all ones", "ffffff ff ff ff ffff ffffffff ffffffff", .frameTooLarge),
        .init("text of another protocol", "474554 20 2f 20 4854 54502f31 2e310d0a", .frameTooLarge),
        .init("type that is reserved", "000000 03 00 00 0000 00000000 00000000"),
        .init("unknown type, not ignorable", "000000 7f 00 00 0000 00000000 00000000"),
        .init("one byte over the limit", "022001 05 00 00 0000 00000001 00022001", .frameTooLarge),
        .init("ignorable and too long", "022001 80 00 00 0000 00000001 00000000", .frameTooLarge),
        .init("body over the limit", "020001 05 00 00 0000 00000001 00020001", .frameTooLarge),
        .init("metadata over the limit", "002001 05 00 00 2001 00000001 00000000", .frameTooLarge),
        .init("raw_len over the limit", "000009 05 00 01 0000 00000001 00020001", .frameTooLarge),
        .init("raw_len of 4 GiB", "000009 05 00 01 0000 00000001 ffffffff", .frameTooLarge),
        .init("metadata longer than frame", "000004 05 00 00 0005 00000001 00000000"),
        .init("raw_len below the body", "000009 05 00 00 0000 00000001 00000008"),
        .init("raw_len above the body", "000009 05 00 00 0000 00000001 0000000a"),
        .init("compressed larger than raw", "000009 05 00 01 0000 00000001 00000008"),
        .init("compressed and empty", "000000 05 00 01 0000 00000001 00000100"),
        .init("compressed nothing", "000000 05 00 01 0000 00000001 00000000"),
        .init("checksum flag", "000000 05 04 00 0000 00000001 00000000"),
        .init("no-compress flag", "000000 05 10 00 0000 00000001 00000000"),
        .init("reserved flag", "000000 05 80 00 0000 00000001 00000000"),
        .init("ACK on DATA", "000000 05 08 00 0000 00000001 00000000"),
        .init("END_STREAM on PING", "000008 09 01 00 0000 00000000 00000008"),
        .init("MORE on STATUS", "000000 06 02 00 0000 00000001 00000000"),
        .init("MORE with END_STREAM", "000000 05 03 00 0000 00000001 00000000"),
        .init("CALL on stream 0", "000002 04 01 00 0002 00000000 00000000"),
        .init("DATA on stream 0", "000000 05 00 00 0000 00000000 00000000"),
        .init("STATUS on stream 0", "000000 06 00 00 0000 00000000 00000000"),
        .init("CANCEL on stream 0", "000001 07 00 00 0000 00000000 00000001"),
        .init("even stream", "000000 05 00 00 0000 00000002 00000000"),
        .init("reserved stream bit", "000000 05 00 00 0000 80000001 00000000"),
        .init("HELLO on a stream", "000002 01 00 00 0002 00000001 00000000"),
        .init("PING on a stream", "000008 09 00 00 0000 00000001 00000008"),
        .init("GOAWAY on a stream", "000002 0a 00 00 0002 00000001 00000000"),
        .init("CALL without metadata", "000003 04 01 00 0000 00000001 00000003"),
        .init("HELLO with a body", "000003 01 00 00 0002 00000000 00000001"),
        .init("STATUS with a body", "000003 06 00 00 0002 00000001 00000001"),
        .init("CANCEL without reason", "000000 07 00 00 0000 00000001 00000000"),
        .init("CREDIT of three bytes", "000003 08 00 00 0000 00000000 00000003"),
        .init("CREDIT with metadata", "000006 08 00 00 0002 00000000 00000004"),
        .init("PING of nine bytes", "000009 09 00 00 0000 00000000 00000009"),
        .init("PING that is compressed", "000008 09 00 01 0000 00000000 00000008"),
    ]
}
