internal import Glibc

/// The room on the file system that holds a path.
package struct DiskSpace: Hashable, Sendable {
    /// Bytes of the whole file system.
    package let bytes: Int
    /// Bytes that a process without privileges may still write.
    package let freeBytes: Int

    /// As the system knows it, without reading the disk; nil for a path that is not there.
    package init?(of path: String) {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        bytes = Int(clamping: status.f_blocks &* status.f_frsize)
        freeBytes = Int(clamping: status.f_bavail &* status.f_frsize)
    }
}
