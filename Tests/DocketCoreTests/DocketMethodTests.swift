import DocketCore
import Testing

@Suite("The methods", .timeLimit(.minutes(5)))
struct DocketMethodTests {
    @Test("read with read, write with write, change collections with admin, ask with either")
    func scopes() {
        let write: Set<DocketMethod> = [.upload, .uploadStream, .delete]
        let admin: Set<DocketMethod> = [
            .createCollection, .addAttributes, .deleteCollection, .setSynonyms, .setRetention,
        ]
        for method in DocketMethod.allCases where !method.needsAdministration {
            let scopes: Scopes =
                write.contains(method) ? .write : admin.contains(method) ? .admin : .read
            let asks = method == .status
            #expect(method.allowingScopes == (asks ? [.read, .write] : scopes), "\(method)")
        }
    }

    @Test("of administration need admin, and are those about tenants and keys")
    func administration() {
        let methods = DocketMethod.allCases.filter(\.needsAdministration)
        #expect(
            Set(methods) == [
                .createTenant, .listTenants, .setQuota, .deleteTenant, .createKey, .listKeys,
                .revokeKey, .backup, .retryFailed, .rebuild, .createSnapshot, .listSnapshots,
                .restoreSnapshot, .listIndices, .changeClusters, .verify, .health, .setHold,
            ]
        )
        #expect(methods.allSatisfy { $0.allowingScopes == .admin })
    }

    @Test("are all served but three")
    func served() {
        let unserved = DocketMethod.allCases.filter { !$0.isServed }
        #expect(unserved == [.uploadStream, .watch])
    }
}

@Suite("Errors", .timeLimit(.minutes(5)))
struct DocketErrorTests {
    @Test("name the field in the message and in a detail")
    func invalid() {
        let error = DocketError.invalid("title", "is too long")
        #expect(error.code == .invalidArgument)
        #expect(error.description == "invalid argument: title: is too long")
        #expect(error.details == [.init(field: "title", reason: "is too long")])
        let limited = DocketError.invalid("title", "is too long", limit: 7)
        #expect(limited.details.map(\.limit) == [7])
    }

    @Test("name what is not served")
    func unserved() {
        let error = DocketError.unserved("preconditions")
        #expect(error.code == .unimplemented)
        #expect(error.details.map(\.field) == ["preconditions"])
    }

    @Test("have a name for every code, and survive a code without one")
    func codes() {
        #expect(DocketError.Code.unauthenticated.description == "unauthenticated")
        #expect(DocketError.Code(rawValue: 200).description == "code 200")
        let names = Set((0...16).map { DocketError.Code(rawValue: UInt8($0)).description })
        #expect(names.count == 17)
    }
}
