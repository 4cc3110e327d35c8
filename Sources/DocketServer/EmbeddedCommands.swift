internal import DocketCore
internal import DocketSQLite
internal import DocketSettings

/// The commands that are about the files of the embedded store.
extension DaemonProgram {
    /// Makes a data directory from a backup.
    static func restore(
        _ invocation: Invocation,
        _ parts: ServerParts
    ) throws(ServerFault) {
        do throws(DocketError) {
            try EmbeddedStore.restore(
                from: invocation.operands[0],
                parts.store(invocation.values)
            )
        } catch {
            throw ServerFault(.data, error.message)
        }
    }

    /// One line for each file; the status says whether all are whole.
    static func verify(
        _ invocation: Invocation,
        _ parts: ServerParts
    ) throws(ServerFault) {
        let configuration = parts.store(invocation.values)
        let verdicts: [FileVerification.Verdict]
        do throws(DocketError) {
            verdicts = try FileVerification.run(configuration)
        } catch {
            throw ServerFault(.data, "\(configuration.directory): \(error.message)")
        }
        for verdict in verdicts {
            let faults = verdict.faults.isEmpty ? "whole" : verdict.faults.joined(separator: "; ")
            let tenant = verdict.tenant.map { " (\($0))" } ?? ""
            ServerFile.writeOutput("\(verdict.file)\(tenant): \(faults)\n")
        }
        let damaged = verdicts.count { !$0.faults.isEmpty }
        guard damaged == 0 else {
            throw ServerFault(
                .damage,
                "\(damaged) of \(verdicts.count) files are not whole; restore a backup with "
                    + "`docketd restore BACKUP --data-dir NEW`"
            )
        }
    }
}
