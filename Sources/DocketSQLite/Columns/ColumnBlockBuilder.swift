internal import DocketCore

/// A block of a column that is being written; see ``ColumnBlock``.
struct ColumnBlockBuilder {
    let first: UInt32
    private let kind: AttributeBlobCodec.Kind
    /// Where the codes of each place begin, and the last ends.
    private var starts = [0]
    private var codes: [UInt16] = []
    /// Places with more than one code.
    private var lists = 0
    private var values: ColumnValues

    /// Places that it covers.
    var span: Int { starts.count - 1 }

    init(first: UInt32, kind: AttributeBlobCodec.Kind) {
        self.first = first
        self.kind = kind
        values = ColumnValues(kind)
    }

    init(_ block: ColumnBlock) {
        first = block.first
        kind = block.kind
        values = ColumnValues(block)
        starts.reserveCapacity(block.span + 1)
        for place in 0..<block.span {
            // What contradicts itself reads as no value, and is written as none.
            var last = 0
            for position in block.positions(of: place) {
                let code = block.code(at: position)
                guard code > last else { continue }
                codes.append(UInt16(code))
                last = code
            }
            starts.append(codes.count)
        }
        lists = countLists()
    }

    private func countLists() -> Int {
        var lists = 0
        for place in 0..<span where starts[place + 1] - starts[place] > 1 { lists += 1 }
        return lists
    }

    /// Gives a place these values, or none; false when that changes nothing, or when they are of
    /// another kind.
    mutating func set(_ place: Int, _ part: AttributePart?, in blob: RawSpan) -> Bool {
        guard part.map({ $0.kind == kind }) ?? true else { return false }
        var new: [UInt16] = []
        part?.forEachValue(in: blob) { value in
            let (code, isNew) = values.code(of: value, in: blob)
            if isNew {
                for index in codes.indices where codes[index] >= code { codes[index] += 1 }
                for index in new.indices where new[index] >= code { new[index] += 1 }
            }
            let position = new.firstIndex { $0 >= code } ?? new.count
            if position == new.count || new[position] != code { new.insert(code, at: position) }
            return values.count < Int(UInt16.max)
        }
        guard !new.isEmpty || place < span else { return false }
        while span <= place { starts.append(codes.count) }
        let old = starts[place]..<starts[place + 1]
        guard !codes[old].elementsEqual(new) else { return false }
        codes.replaceSubrange(old, with: new)
        lists += (new.count > 1 ? 1 : 0) - (old.count > 1 ? 1 : 0)
        let change = new.count - old.count
        if change != 0 { for index in starts.indices[(place + 1)...] { starts[index] += change } }
        return true
    }

    /// Whether it may be written as it is: one document has all the room that it needs.
    var fits: Bool {
        guard bytes > ColumnBlock.bytesMaximum else { return true }
        var documents = 0
        for place in 0..<span where starts[place] < starts[place + 1] { documents += 1 }
        return documents < 2
    }

    mutating func removeLast() {
        guard span > 0 else { return }
        self = part(0..<span - 1)
    }

    /// Its halves, without values that no document has; both have documents.
    consuming func split() -> (ColumnBlockBuilder, ColumnBlockBuilder) {
        // The place that brings one half of the codes together, but not all.
        let firstUsed = (0..<span).first { starts[$0 + 1] > 0 } ?? 0
        let lastUsed = (0..<span).last { starts[$0] < codes.count } ?? span
        let half = (0..<span).first { starts[$0] >= codes.count / 2 } ?? span / 2
        let middle = min(max(half, firstUsed + 1), lastUsed)
        return (part(0..<middle), part(middle..<span))
    }

    private func part(_ places: Range<Int>) -> ColumnBlockBuilder {
        var part = ColumnBlockBuilder(first: first + UInt32(places.lowerBound), kind: kind)
        let start = starts[places.lowerBound]
        part.codes = Array(codes[start..<starts[places.upperBound]])
        part.starts = starts[places.lowerBound...places.upperBound].map { $0 - start }
        part.lists = part.countLists()
        part.values = values
        part.dropUnused()
        return part
    }

    private mutating func dropUnused() {
        var new = [UInt16](repeating: 0, count: values.count + 1)
        for code in codes { new[Int(code)] = 1 }
        var last: UInt16 = 0
        for code in new.indices where new[code] != 0 {
            last += 1
            new[code] = last
        }
        guard Int(last) < values.count else { return }
        values.keep { new[$0] != 0 }
        for index in codes.indices { codes[index] = new[Int(codes[index])] }
    }

    // MARK: Bytes

    private var codeWidth: Int { values.count > Int(UInt8.max) ? 2 : 1 }

    /// About what it takes when it is written; no less.
    var bytes: Int {
        let places = lists > 0 ? 2 * (span + 1) + codes.count * codeWidth : span * codeWidth
        return ColumnBlock.headerBytes + places + values.bytes
    }

    /// The row; nil when no document has a value.
    consuming func encoded() -> [UInt8]? {
        dropUnused()
        guard !codes.isEmpty else { return nil }
        let isList = lists > 0
        var widths: UInt8 = codeWidth == 2 ? ColumnBlock.wideCodes : 0
        if values.endWidth == 4 { widths |= ColumnBlock.wideEnds }
        if isList { widths |= ColumnBlock.hasLists }
        var bytes: [UInt8] = [kind.rawValue, widths]
        bytes.reserveCapacity(self.bytes)
        bytes.store(span, width: 2)
        bytes.store(values.count, width: 2)
        bytes.store(isList ? codes.count : span, width: 2)
        if isList {
            for start in starts { bytes.store(start, width: 2) }
            for code in codes { bytes.store(Int(code), width: codeWidth) }
        } else {
            for place in 0..<span {
                let isEmpty = starts[place] == starts[place + 1]
                bytes.store(isEmpty ? 0 : Int(codes[starts[place]]), width: codeWidth)
            }
        }
        values.append(to: &bytes)
        return bytes
    }
}

/// The different values of a block in ascending order.
struct ColumnValues {
    private let isText: Bool
    private var ordinals: [Int64] = []
    /// The bits in which some ordinals differ.
    private var differing: UInt64 = 0
    private var text: [UInt8] = []
    /// Where each string ends in `text`.
    private var ends: [Int] = []

    var count: Int { isText ? ends.count : ordinals.count }

    init(_ kind: AttributeBlobCodec.Kind) { isText = kind == .string }

    init(_ block: ColumnBlock) {
        isText = block.kind == .string
        for code in 1..<block.values + 1 {
            if isText {
                text += block.string(code)
                ends.append(text.count)
            } else {
                append(block.ordinal(code))
            }
        }
    }

    private mutating func append(_ ordinal: Int64) {
        ordinals.append(ordinal)
        differing |= UInt64(bitPattern: ordinal ^ ordinals[0])
    }

    /// The code of a value; where it is new, all from there on are one more.
    mutating func code(of value: EncodedValue, in blob: RawSpan) -> (code: UInt16, isNew: Bool) {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            let order =
                switch value {
                case .ordinal(let ordinal):
                    ordinal == ordinals[middle] ? 0 : ordinal < ordinals[middle] ? -1 : 1
                case .string(let range): blob.compare(range, with: string(middle))
                }
            if order == 0 { return (UInt16(middle + 1), false) }
            if order > 0 { low = middle + 1 } else { high = middle }
        }
        insert(value, in: blob, at: low)
        return (UInt16(low + 1), true)
    }

    private func string(_ place: Int) -> ArraySlice<UInt8> {
        text[(place == 0 ? 0 : ends[place - 1])..<ends[place]]
    }

    private mutating func insert(_ value: EncodedValue, in blob: RawSpan, at place: Int) {
        switch value {
        case .ordinal(let ordinal):
            ordinals.insert(ordinal, at: place)
            // One of both was there before.
            differing |= UInt64(bitPattern: ordinal ^ ordinals[0])
            differing |= UInt64(bitPattern: ordinal ^ ordinals[count - 1])
        case .string(let range):
            let start = place == 0 ? 0 : ends[place - 1]
            text.insert(contentsOf: blob.array(range), at: start)
            ends.insert(start, at: place)
            for index in ends.indices[place...] { ends[index] += range.count }
        }
    }

    /// Keeps the values whose codes `isUsed` says.
    mutating func keep(_ isUsed: (_ code: Int) -> Bool) {
        var kept = ColumnValues(isText ? .string : .number)
        for place in 0..<count where isUsed(place + 1) {
            if isText {
                kept.text += string(place)
                kept.ends.append(kept.text.count)
            } else {
                kept.append(ordinals[place])
            }
        }
        self = kept
    }

    // MARK: Bytes

    var endWidth: Int { text.count > Int(UInt16.max) ? 4 : 2 }

    /// About what they take; no less.
    var bytes: Int {
        guard !isText else { return text.count + ends.count * endWidth }
        return ColumnBlock.ordinalHeaderBytes + ordinals.count * packing.width
    }

    private var distance: UInt64 {
        UInt64(bitPattern: (ordinals.last ?? 0) &- (ordinals.first ?? 0))
    }

    /// The bits that are 0 in all distances to the least, and the bytes of what is left.
    private var packing: (shift: Int, width: Int) {
        let shift = min(differing.trailingZeroBitCount, 63)
        return (shift, (64 - (distance >> UInt64(shift)).leadingZeroBitCount + 7) / 8)
    }

    func append(to bytes: inout [UInt8]) {
        if isText {
            for end in ends { bytes.store(end, width: endWidth) }
            bytes += text
            return
        }
        let (least, packing) = (ordinals.first ?? 0, packing)
        bytes += [UInt8(packing.shift), UInt8(packing.width)]
        bytes.store(Int(least), width: 8)
        for ordinal in ordinals {
            let distance = UInt64(bitPattern: ordinal &- least) >> UInt64(packing.shift)
            bytes.store(Int(truncatingIfNeeded: distance), width: packing.width)
        }
    }
}

extension [UInt8] {
    /// Appends `width` bytes of an integer, the least first.
    fileprivate mutating func store(_ value: Int, width: Int) {
        for offset in 0..<width { append(UInt8(truncatingIfNeeded: value >> (8 * offset))) }
    }
}

extension RawSpan {
    /// How the bytes of `range` order before or after `other`, byte for byte.
    fileprivate func compare(_ range: Range<Int>, with other: ArraySlice<UInt8>) -> Int {
        let common = Swift.min(range.count, other.count)
        for offset in 0..<common {
            let byte = integer(UInt8.self, at: range.lowerBound + offset) ?? 0
            let second = other[other.startIndex + offset]
            if byte != second { return byte < second ? -1 : 1 }
        }
        return range.count - other.count
    }
}
