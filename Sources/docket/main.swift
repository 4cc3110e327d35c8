internal import DocketCommands
internal import Glibc

let console = ConsoleHandle.standard()
let program = DocketProgram(console: console, environment: ConsoleHandle.environment())
let arguments = Array(CommandLine.arguments.dropFirst())
do {
    exit(try await Interruption.run { await program.run(arguments) }.rawValue)
} catch {
    console.writeError("docket: cannot start: \(error)\n")
    exit(ExitStatus.serverError.rawValue)
}
