internal import CDocketPowerCut
internal import DocketSQLite
internal import DocketServer
internal import Glibc

// docketd on a file system under which the end of the process is a power cut; with `--no-sync` as
// its first argument its store does not wait for the disk.
var arguments = Array(CommandLine.arguments.dropFirst())
let syncs = arguments.first != "--no-sync"
if !syncs { arguments.removeFirst() }
guard docket_power_cut_register() == 0 else { exit(1) }
let status = await DaemonProgram.run(arguments) {
    $0.vfs = "power-cut"
    if !syncs { $0.synchronous = .off }
}
exit(status)
