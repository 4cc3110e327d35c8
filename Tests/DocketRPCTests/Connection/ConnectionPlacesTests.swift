import DocketTestKit
import Testing

@testable import DocketRPC

@Suite("Places for connections", .timeLimit(.minutes(1)))
struct ConnectionPlacesTests {
    private func places(
        _ all: Int,
        greeting: Int = 341,
        byHost: Int = 64
    ) -> Room {
        var limits = ServerConnections.Limits()
        limits.all = all
        limits.greeting = greeting
        limits.byHost = byHost
        return Room(ConnectionPlaces(limits))
    }

    /// How many connections of this machine greet as `owner` before one may not.
    private func fill(
        _ places: Room,
        _ owner: ConnectionOwner,
        from first: Int
    ) -> Int {
        for id in first... {
            guard places.arrived(id, from: "::1", isLoopback: true) != .refused else {
                return id - first
            }
            guard places.greeted(id, as: owner) else {
                places.left(id)
                return id - first
            }
        }
        return 0
    }

    @Test("the oldest that has not greeted gives way to a new one, one that has greeted never")
    func oldest() {
        let places = places(100, greeting: 3)
        for id in 1...3 {
            #expect(places.arrived(id, from: "::1", isLoopback: true) == .taken)
        }
        #expect(places.greeted(1, as: .tenant(1)))
        #expect(places.arrived(4, from: "::1", isLoopback: true) == .taken)
        #expect(places.arrived(5, from: "::1", isLoopback: true) == .takenInstead(of: 2))
        #expect(places.arrived(6, from: "::1", isLoopback: true) == .takenInstead(of: 3))
        #expect(places.count == 4)
        // It was told to go while its HELLO was looked at.
        #expect(!places.greeted(2, as: .tenant(1)))
    }

    @Test("where all places are taken, one that has not greeted gives way, or nobody comes in")
    func full() {
        let places = places(2)
        #expect(places.arrived(1, from: "::1", isLoopback: true) == .taken)
        #expect(places.arrived(2, from: "::1", isLoopback: true) == .taken)
        #expect(places.greeted(2, as: .administration))
        #expect(places.arrived(3, from: "::1", isLoopback: true) == .takenInstead(of: 1))
        #expect(places.greeted(3, as: .administration))
        #expect(places.arrived(4, from: "::1", isLoopback: true) == .refused)
        places.left(2)
        #expect(places.arrived(5, from: "::1", isLoopback: true) == .taken)
    }

    @Test("an address that floods takes the places of its own connections, not of others'")
    func byHost() {
        let places = places(1_000, greeting: 10, byHost: 6)
        #expect(places.arrived(0, from: "192.0.2.9", isLoopback: false) == .taken)
        for id in 1...5 {
            #expect(places.arrived(id, from: "192.0.2.1", isLoopback: false) == .taken)
        }
        for id in 6...500 {
            let arrival = places.arrived(id, from: "192.0.2.1", isLoopback: false)
            #expect(arrival == .takenInstead(of: id - 5))
        }
        for id in 496...500 { #expect(places.greeted(id, as: .tenant(1))) }
        #expect(places.arrived(501, from: "192.0.2.1", isLoopback: false) == .taken)
        #expect(places.greeted(501, as: .tenant(1)))
        #expect(places.arrived(502, from: "192.0.2.1", isLoopback: false) == .refused)
        #expect(places.greeted(0, as: .tenant(2)))
        places.left(501)
        #expect(places.arrived(503, from: "192.0.2.1", isLoopback: false) == .taken)
    }

    @Test("a tenant gets half of the places, others what is left, administration the last ones")
    func shares() {
        let places = places(160)
        // 10 are kept; of 150 one tenant has half, a second one a quarter.
        #expect(places.remaining(for: .tenant(1)) == 75)
        #expect(fill(places, .tenant(1), from: 0) == 75)
        #expect(places.remaining(for: .tenant(1)) == 0)
        #expect(places.remaining(for: .tenant(2)) == 37)
        #expect(fill(places, .tenant(2), from: 1_000) == 37)
        #expect(fill(places, .tenant(3), from: 2_000) == 37)
        #expect(fill(places, .tenant(4), from: 3_000) == 1)
        #expect(places.remaining(for: .tenant(5)) == 0)
        #expect(places.remaining(for: .administration) == 10)
        #expect(fill(places, .administration, from: 4_000) == 10)
        places.left(0)
        #expect(places.remaining(for: .tenant(1)) == 0)
        #expect(places.remaining(for: .administration) == 1)
        for id in 1..<75 { places.left(id) }
        #expect(places.remaining(for: .tenant(1)) == 37)
    }

    @Test("what arrives and leaves in any order leaves nothing behind", arguments: 1...8)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let places = places(40, greeting: 12, byHost: 8)
        var open: Set<Int> = []
        for id in 0..<5_000 {
            let host = "192.0.2.\(UInt8.random(in: 0..<8, using: &generator))"
            switch places.arrived(id, from: host, isLoopback: host == "192.0.2.0") {
            case .taken: open.insert(id)
            case .takenInstead(let other):
                #expect(open.remove(other) != nil, "seed \(seed)")
                open.insert(id)
            case .refused: break
            }
            if Bool.random(using: &generator),
                let one = open.sorted().randomElement(using: &generator)
            {
                _ = places.greeted(one, as: .tenant(UInt64.random(in: 0..<3, using: &generator)))
            }
            if Bool.random(using: &generator),
                let one = open.sorted().randomElement(using: &generator)
            {
                places.left(one)
                open.remove(one)
            }
            #expect(places.count == open.count && open.count <= 40, "seed \(seed)")
        }
        for id in open { places.left(id) }
        #expect(places.count == 0)
        #expect(places.remaining(for: .tenant(9)) == self.places(40).remaining(for: .tenant(9)))
        #expect(places.arrived(-1, from: "192.0.2.1", isLoopback: false) == .taken)
    }
}

/// The value, to be changed where only a reference may be.
private final class Room {
    private var places: ConnectionPlaces<Int>

    init(_ places: ConnectionPlaces<Int>) { self.places = places }

    var count: Int { places.count }

    func arrived(
        _ id: Int,
        from host: String,
        isLoopback: Bool
    ) -> ConnectionPlaces<Int>.Arrival {
        places.arrived(id, from: host, isLoopback: isLoopback)
    }

    func greeted(_ id: Int, as owner: ConnectionOwner) -> Bool { places.greeted(id, as: owner) }

    func left(_ id: Int) { places.left(id) }

    func remaining(for owner: ConnectionOwner) -> Int { places.remaining(for: owner) }
}
