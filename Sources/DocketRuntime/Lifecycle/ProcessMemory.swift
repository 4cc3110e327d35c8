internal import CDocketUV

/// The C library's memory, which keeps what was freed unless it is told otherwise.
package enum ProcessMemory {
    /// Once, before the threads start: large blocks go back to the system as they are freed.
    package static func prepare() { docket_prepare_memory() }

    /// Gives free memory back when it is over `kept` bytes; false when it is not.
    @discardableResult
    package static func trim(keeping kept: Int) -> Bool { docket_trim_memory(kept) == 1 }
}
