internal import DocketServer
internal import Glibc

exit(await DaemonProgram.run(Array(CommandLine.arguments.dropFirst())))
