internal import CDocketUV

/// The process's allowance of open files.
package enum OpenFiles {
    /// Raises the soft limit to the hard one and returns what then holds (0 if that is unknown).
    @discardableResult
    package static func raiseLimit() -> Int { max(0, Int(docket_raise_open_files())) }
}
