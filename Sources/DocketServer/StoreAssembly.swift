internal import DocketCore
internal import DocketRuntime
internal import DocketService

/// Adapters put together: what fills the ports of the service, and what of it starts and stops.
///
/// The server knows no more of where documents are; one assembly is made at the start.
protocol StoreAssembly: Sendable {
    var backends: Backends { get }
    /// In the order of their start; the service stands on them.
    var services: [any Service] { get }

    /// Services that stand on the service in turn, started after it.
    func followers(
        _ collections: CollectionRegistry,
        _ authenticator: Authenticator
    ) -> [any Service]

    /// Who is told of new generations and of documents to index; before the services start.
    func observe(_ observer: any GenerationObserver)
    /// Documents wait to be indexed; from any thread.
    func wake(_ hint: WorkHint)
    /// The tenant is gone; from any thread.
    func forget(_ tenant: TenantID)
    /// Ends what never came to run as services, or has been stopped.
    func close() async
}
