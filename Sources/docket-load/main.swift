internal import DocketCommands
internal import DocketLoad
internal import Glibc

let console = CurrentProcess.standard()
let program = LoadProgram(console: console, environment: CurrentProcess.environment())
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    exit(try await Interruption.run { await program.run(arguments) }.rawValue)
} catch {
    console.writeError("docket-load: cannot start: \(error)\n")
    exit(ExitStatus.serverError.rawValue)
}
