package import DocketCache
internal import DocketRuntime
package import DocketSystem

/// Runs the loads of shared searches for as long as the server serves.
package struct FlightService: Service {
    package let name = "searches"
    private let flights: SingleFlight

    package init(_ flights: SingleFlight) { self.flights = flights }

    package func start() async throws {}

    package func run() async throws { await flights.run() }

    package func stop(by deadline: MonotonicTime) async { flights.stop() }
}
