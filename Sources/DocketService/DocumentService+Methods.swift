internal import DocketCore
internal import DocketMessages

extension DocumentService {
    var streamMethod: StreamMethod {
        StreamMethod(
            store: backends.store,
            search: backends.search,
            collections: collections,
            seal: seal,
            limits: configuration.limits
        )
    }

    /// What answers a method of one message each way, but for Search.
    func unaryMethod(_ method: DocketMethod) -> (any UnaryMethod)? {
        let store = backends.store
        let limits = configuration.limits
        switch method {
        case .upload: return UploadMethod(store: store, collections: collections, limits: limits)
        case .get: return GetMethod(store: store, collections: collections, limits: limits)
        case .delete:
            return DeleteMethod(store: store, collections: collections, seal: seal, limits: limits)
        case .status: return StatusMethod(store: store, collections: collections, limits: limits)
        case .createCollection: return CreateCollectionMethod(store: store, limits: limits)
        case .listCollections: return ListCollectionsMethod(store: store)
        case .getCollection: return GetCollectionMethod(store: store)
        case .addAttributes: return AddAttributesMethod(store: store)
        case .deleteCollection: return DeleteCollectionMethod(store: store)
        default: return administration(method)
        }
    }

    private func administration(_ method: DocketMethod) -> (any UnaryMethod)? {
        let directory = backends.directory
        switch method {
        case .createTenant:
            return CreateTenantMethod(directory: directory, limits: configuration.limits)
        case .listTenants: return ListTenantsMethod(directory: directory)
        case .setQuota: return SetQuotaMethod(directory: directory, authenticator: authenticator)
        case .deleteTenant:
            return DeleteTenantMethod(directory: directory, authenticator: authenticator)
        case .createKey: return CreateKeyMethod(directory: directory)
        case .listKeys: return ListKeysMethod(directory: directory)
        case .revokeKey: return RevokeKeyMethod(directory: directory, authenticator: authenticator)
        default: return nil
        }
    }
}
