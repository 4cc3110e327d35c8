package import DocketCore
internal import DocketJSON

/// Where the engine keeps its snapshots.
package struct SnapshotRepository: Hashable, Sendable {
    private enum Place: Hashable {
        /// Somebody else has told the engine of it.
        case registered
        /// A folder that all nodes of the engine share, below its `path.repo`.
        case folder(String)
        /// S3; the engine's nodes have the credentials in their keystores.
        case bucket(String, path: String)
    }

    /// The engine's name of it.
    let name: String
    private let place: Place

    /// Reads what the setting says.
    ///
    /// - Parameters:
    ///   - text: `file:///FOLDER`, `s3://BUCKET[/PATH]`, or the name of a repository that the
    ///     engine has.
    ///   - prefix: What Docket's names in the engine begin with.
    /// - Throws: ``DocketError`` `failedPrecondition` for anything else.
    package init(_ text: String, prefix: String) throws(DocketError) {
        let own = prefix + "-snapshots"
        if let folder = Self.rest(of: text, after: "file://"), folder.hasPrefix("/") {
            (name, place) = (own, .folder(folder))
        } else if let rest = Self.rest(of: text, after: "s3://"), Self.isPlain(rest) {
            let parts = rest.split(separator: "/", maxSplits: 1).map(String.init)
            (name, place) = (own, .bucket(parts[0], path: parts.count > 1 ? parts[1] : ""))
        } else if Self.isName(text) {
            (name, place) = (text, .registered)
        } else {
            throw DocketError(
                .failedPrecondition,
                "the repository of snapshots is neither file:///FOLDER nor s3://BUCKET/PATH nor a "
                    + "name of lower case letters, digits, - and _"
            )
        }
    }

    private static func rest(of text: String, after start: String) -> String? {
        text.hasPrefix(start) ? String(text.dropFirst(start.count)) : nil
    }

    private static func isPlain(_ text: String) -> Bool {
        text.first != "/" && !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }

    private static func isName(_ text: String) -> Bool {
        (1...100).contains(text.utf8.count) && text.first != "_" && text.first != "-"
            && text.utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
                    || byte == 0x5F
            }
    }

    /// The body of the request that tells the engine of it; nil where that is not Docket's affair.
    func registration() -> [UInt8]? {
        let (type, settings): (String, [(String, String)])
        switch place {
        case .registered: return nil
        case .folder(let path): (type, settings) = ("fs", [("location", path)])
        case .bucket(let bucket, let path):
            let base = path.isEmpty ? [] : [("base_path", path)]
            (type, settings) = ("s3", [("bucket", bucket)] + base)
        }
        var writer = JSONWriter()
        writer.object { body in
            body.member("type", type)
            body.member("settings") { member in
                member.object { object in
                    for (name, value) in settings { object.member(name, value) }
                }
            }
        }
        return writer.bytes
    }
}
