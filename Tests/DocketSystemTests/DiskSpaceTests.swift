internal import DocketSystem
internal import Testing

@Suite("Disk space", .timeLimit(.minutes(1)))
struct DiskSpaceTests {
    @Test("is that of the file system which holds a path")
    func room() throws {
        let space = try #require(DiskSpace(of: "/"))
        #expect(space.bytes > 1 << 20)
        #expect((0...space.bytes).contains(space.freeBytes))
        #expect(DiskSpace(of: "/no/such/folder") == nil)
    }
}
