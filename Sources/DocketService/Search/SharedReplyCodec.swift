internal import DocketCache
internal import DocketCore
internal import DocketCrypto
internal import DocketSystem
internal import DocketWire
internal import Synchronization

/// Which reply is meant, on every server of one truth.
struct SharedReplyName: Sendable {
    let tenant: TenantID
    let collection: UInt32
    /// The digest of tenant, collection and the canonical request, under the secret that the
    /// servers share: two requests have one with the chance of guessing the secret.
    let key: SharedReplyKey
}

/// What another server stored.
struct SharedReplyContents: Equatable, Sendable {
    var body: [UInt8]
    var asOfMicroseconds: Int64
    var isApproximate: Bool
    var mark: FillMark
}

/// Replies as servers share them: a head of 82 bytes, the body, compressed where that saves 5 %,
/// and an authentication code of 16 bytes over all of it.
///
/// The head names the tenant, the collection and the key, so a value that was moved is told from
/// one that belongs there; who has no secret can neither make nor change one.
final class SharedReplyCodec: Sendable {
    enum Reading: Equatable, Sendable {
        case reply(SharedReplyContents)
        /// Not whole, not of this format, or not of these servers.
        case damaged
        /// One of these servers stored it, for another request.
        case foreign
    }

    /// Bodies and values above this are not shared: 1 MiB.
    static let bytesMaximum = 1 << 20
    private static let format: UInt8 = 1
    private static let approximateFlag: UInt8 = 1
    private static let compressedFlag: UInt8 = 2
    private static let headBytes = 82
    private static let codeBytes = 16

    private let keySecret: [UInt8]
    private let valueSecret: [UInt8]
    private let zstd: Mutex<ZstdCodec>

    /// A codec for all servers that have `secret`.
    ///
    /// - Throws: `FrameError` when there is no memory for compression.
    init(secret: [UInt8]) throws(FrameError) {
        keySecret = HMAC.sha256(key: secret, Array("key of a shared reply".utf8))
        valueSecret = HMAC.sha256(key: secret, Array("value of a shared reply".utf8))
        zstd = Mutex(try ZstdCodec())
    }

    func name(_ tenant: TenantID, _ collection: UInt32, canonical: [UInt8]) -> SharedReplyName {
        var writer = ByteWriter(capacity: canonical.count + 20)
        writer.append(CanonicalSearch.semanticsVersion)
        writer.append(tenant.number)
        writer.append(collection)
        writer.append(canonical)
        let key = SharedReplyKey(HMAC.sha256(key: keySecret, writer.bytes))
        return SharedReplyName(tenant: tenant, collection: collection, key: key)
    }

    /// The value to be stored; nil for a reply that is too large to be shared.
    func encode(_ reply: SharedReplyContents, _ name: SharedReplyName) -> SharedReply? {
        guard reply.body.count <= Self.bytesMaximum else { return nil }
        var writer = ByteWriter(capacity: Self.headBytes + reply.body.count + Self.codeBytes)
        writer.append(Self.format)
        writer.append(reply.isApproximate ? Self.approximateFlag : 0)
        writer.append(name.tenant.number)
        writer.append(name.collection)
        writer.append(name.key.bytes)
        writer.append(reply.mark.hard)
        writer.append(reply.mark.soft)
        writer.append(reply.mark.schemaEpoch)
        writer.append(UInt64(bitPattern: reply.asOfMicroseconds))
        writer.append(UInt32(reply.body.count))
        if zstd.withLock({ $0.compress(reply.body.rawSpan, into: &writer) }) {
            writer.bytes[1] |= Self.compressedFlag
        } else {
            writer.append(reply.body)
        }
        writer.append(code(of: writer.bytes))
        guard writer.count <= Self.bytesMaximum else { return nil }
        return SharedReply(writer.bytes)
    }

    /// What `value`, which was found under the key of `name`, is.
    func decode(_ value: SharedReply, _ name: SharedReplyName) -> Reading {
        let count = value.bytes.count - Self.codeBytes
        guard count >= Self.headBytes, value.bytes.count <= Self.bytesMaximum else {
            return .damaged
        }
        let signed = Array(value.bytes[..<count])
        guard ConstantTime.equal(code(of: signed), Array(value.bytes[count...])),
            signed[0] == Self.format
        else { return .damaged }
        let bytes = signed.rawSpan
        guard bytes.bigEndian64(at: 2) == name.tenant.number,
            bytes.bigEndian32(at: 10) == name.collection, Array(signed[14..<46]) == name.key.bytes
        else { return .foreign }
        guard let body = body(of: signed) else { return .damaged }
        return .reply(
            SharedReplyContents(
                body: body,
                asOfMicroseconds: Int64(bitPattern: bytes.bigEndian64(at: 70)),
                isApproximate: signed[1] & Self.approximateFlag != 0,
                mark: FillMark(
                    hard: bytes.bigEndian64(at: 46),
                    soft: bytes.bigEndian64(at: 54),
                    schemaEpoch: bytes.bigEndian64(at: 62)
                )
            )
        )
    }

    private func body(of signed: [UInt8]) -> [UInt8]? {
        let length = Int(signed.rawSpan.bigEndian32(at: 78))
        let stored = signed.rawSpan.extracting(Self.headBytes...)
        guard signed[1] & Self.compressedFlag != 0 else {
            return stored.byteCount == length ? stored.copied() : nil
        }
        guard length <= Self.bytesMaximum else { return nil }
        return zstd.withLock { zstd in
            var body: [UInt8] = []
            do throws(FrameError) {
                try zstd.decompress(stored, rawLength: length, into: &body)
                return body
            } catch {
                return nil
            }
        }
    }

    private func code(of bytes: [UInt8]) -> [UInt8] {
        Array(HMAC.sha256(key: valueSecret, bytes).prefix(Self.codeBytes))
    }
}
