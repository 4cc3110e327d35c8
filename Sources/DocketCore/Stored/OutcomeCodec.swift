/// What became of a write, in the few bytes that are kept for calls with an idempotency key.
///
/// The note's length and the note; the count of errors and each one's code, length and message;
/// then runs to the end. A run is a count, 0 or the number of an error from 1, and after 0 the
/// state and the version of the first: versions of a run rise by one. All numbers are LEB128.
package enum OutcomeCodec {
    /// Far more documents than a batch has.
    private static let countMaximum = 1 << 20

    package static func encode(_ outcomes: [WriteOutcome], note: [UInt8]) -> [UInt8] {
        var errors: [DocketError] = []
        var runs: [UInt8] = []
        var place = 0
        while place < outcomes.count {
            var end = place + 1
            while end < outcomes.count, goesOn(outcomes[end - 1], outcomes[end]) { end += 1 }
            append(UInt64(end - place), to: &runs)
            switch outcomes[place] {
            case .accepted(let version, let state):
                append(0, to: &runs)
                append(UInt64(state.rawValue), to: &runs)
                append(version, to: &runs)
            case .rejected(let error):
                let number = errors.firstIndex(of: error) ?? errors.count
                if number == errors.count { errors.append(error) }
                append(UInt64(number) + 1, to: &runs)
            }
            place = end
        }
        var bytes: [UInt8] = []
        append(note, to: &bytes)
        append(UInt64(errors.count), to: &bytes)
        for error in errors {
            append(UInt64(error.code.rawValue), to: &bytes)
            append(Array(error.message.utf8), to: &bytes)
        }
        return bytes + runs
    }

    /// - Throws: ``DocketError`` `dataLoss` for bytes that `encode` did not make.
    package static func decode(
        _ bytes: [UInt8]
    ) throws(DocketError) -> (outcomes: [WriteOutcome], note: [UInt8]) {
        var reader = Reader(rest: bytes[...])
        let note = try reader.part()
        var errors: [DocketError] = []
        for _ in 0..<(try reader.number()) {
            guard let code = UInt8(exactly: try reader.number()) else { throw Reader.damage }
            let message = String(decoding: try reader.part(), as: UTF8.self)
            errors.append(DocketError(DocketError.Code(rawValue: code), message))
        }
        var outcomes: [WriteOutcome] = []
        while !reader.rest.isEmpty {
            let count = try reader.number()
            let error = try reader.number()
            guard count <= UInt64(countMaximum), error <= UInt64(errors.count) else {
                throw Reader.damage
            }
            if error > 0 {
                outcomes += Array(repeating: .rejected(errors[Int(error) - 1]), count: Int(count))
                continue
            }
            guard let raw = UInt8(exactly: try reader.number()),
                let state = DocumentState(rawValue: raw)
            else { throw Reader.damage }
            let version = try reader.number()
            outcomes += (0..<count).map { .accepted(version: version &+ $0, state: state) }
        }
        return (outcomes, Array(note))
    }

    private static func goesOn(_ before: WriteOutcome, _ next: WriteOutcome) -> Bool {
        switch (before, next) {
        case (.accepted(let version, let state), .accepted(let after, let other)):
            after == version + 1 && state == other
        case (.rejected(let error), .rejected(let other)): error == other
        default: false
        }
    }

    private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
        var rest = number
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    private static func append(_ part: [UInt8], to bytes: inout [UInt8]) {
        append(UInt64(part.count), to: &bytes)
        bytes += part
    }

    private struct Reader {
        static let damage = DocketError(.dataLoss, "a kept reply is damaged")

        var rest: ArraySlice<UInt8>

        mutating func number() throws(DocketError) -> UInt64 {
            var number: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { break }
                number |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return number }
            }
            throw Self.damage
        }

        mutating func part() throws(DocketError) -> ArraySlice<UInt8> {
            let count = try number()
            guard count <= UInt64(rest.count) else { throw Self.damage }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }
    }
}
