/// The methods by their numbers, as `proto/docket/v1/docket.proto` lists them.
public enum DocketMethod: UInt16, Hashable, Sendable, CaseIterable {
    case upload = 1
    case uploadStream = 2
    case search = 3
    case stream = 4
    case status = 5
    case watch = 6
    case get = 7
    case delete = 8
    case suggest = 9
    case createCollection = 16
    case listCollections = 17
    case getCollection = 18
    case addAttributes = 19
    case deleteCollection = 20
    case setSynonyms = 21
    case setRetention = 22
    case createTenant = 32
    case listTenants = 33
    case setQuota = 34
    case deleteTenant = 35
    case createKey = 36
    case listKeys = 37
    case revokeKey = 38
    case backup = 39
    case retryFailed = 40
    case rebuild = 41
    case listIndices = 42
    case changeClusters = 43
    case verify = 46
    case health = 47
    case setHold = 48
    case createSnapshot = 50
    case listSnapshots = 51
    case restoreSnapshot = 52

    /// The name in logs and metrics, as `createTenant`.
    public var name: String { "\(self)" }

    /// False for methods that answer UNIMPLEMENTED.
    public var isServed: Bool {
        switch self {
        case .uploadStream, .watch: false
        default: true
        }
    }

    /// True for methods of administration, which need a key without a tenant.
    public var needsAdministration: Bool { rawValue >= 32 }

    /// The scopes of which a key needs one: who uploads may ask what became of it.
    public var allowingScopes: Scopes {
        switch self {
        case .upload, .uploadStream, .delete: .write
        case .status: [.read, .write]
        case .createCollection, .addAttributes, .deleteCollection, .setSynonyms, .setRetention:
            .admin
        case _ where needsAdministration: .admin
        default: .read
        }
    }
}
