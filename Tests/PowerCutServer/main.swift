internal import CDocketPowerCut
internal import DocketSQLite
internal import DocketServer
internal import Glibc

// docketd on a file system under which the end of the process is a power cut. Before the arguments
// of docketd there may be one of its own: with `--no-sync` its store does not wait for the disk,
// with `--long-merges` it indexes a few documents at a time and merges one word at a time.
var arguments = Array(CommandLine.arguments.dropFirst())
let syncs = arguments.first != "--no-sync"
let mergesLong = arguments.first == "--long-merges"
if !syncs || mergesLong { arguments.removeFirst() }
guard docket_power_cut_register() == 0 else { exit(1) }
let status = await DaemonProgram.run(arguments) {
    $0.vfs = "power-cut"
    if !syncs { $0.synchronous = .off }
    guard mergesLong else { return }
    $0.indexGroup = 8
    $0.mergeTime = .zero
}
exit(status)
