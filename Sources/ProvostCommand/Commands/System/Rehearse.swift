import ArgumentParser
import ProvostAPI
import ProvostCore
import Synchronization

struct Rehearse: AsyncParsableCommand {
    static let configuration = Help.command(
        "rehearse", "Let many learners of a rehearsal start their workspaces at once, and measure it.",
        note: """
            Makes a cohort “rehearsal-…” in the program of the assignment's cohort, with
            the same lab and limits, enrols learners of its own and logs them in with
            their codes. Afterwards, also after Ctrl-C, their workspaces are deleted and
            their enrollments suspended. They use what the others use: best outside of
            lessons. Ends with 5 when somebody was refused, with 8 after a fault, with 9
            when somebody never came to run.
            """,
        examples: "provost rehearse --assignment autumn/web-service",
        "provost rehearse --assignment autumn/web-service --learners 30 --in 10s")

    @Option(help: ArgumentHelp("The assignment whose lab is started, as COHORT/NAME or NAME.", valueName: "name"))
    var assignment: String
    @Option(help: ArgumentHelp("How many learners; at most \(Rehearse.mostLearners).", valueName: "number"))
    var learners = 100
    @Option(
        name: .customLong("in"), help: ArgumentHelp("Within what time they all ask, evenly spread.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var span = TimeSpan.seconds(10)
    @Option(
        help: ArgumentHelp("How long to wait for those that are not running yet, after the last one asked.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var timeout = TimeSpan.seconds(300)
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    static let mostLearners = 1000

    func validate() throws {
        guard (1...Self.mostLearners).contains(learners) else {
            throw ValidationError("--learners is a number from 1 to \(Self.mostLearners).")
        }
        guard span <= .seconds(3600) else { throw ValidationError("--in is at most 1h.") }
    }

    func run() async throws {
        let session = try connection.session()
        let who: WhoAmI = try await session.client.get(Route.path("whoami"))
        guard who.administrator else {
            throw ProvostError(
                .denied, "Only an administrator rehearses: it makes a cohort and people. Run it as root on the server.")
        }
        let stage = try await RehearsalStage(assignment: assignment, cohort: cohort.cohort, session)
        let rehearsal = Rehearsal(stage: stage, learners: learners, span: span, timeout: timeout)
        let work = Task { try await rehearsal.run() }
        let interrupts = Atomic(0)
        Interruption.handle {
            let isFirst = interrupts.add(1, ordering: .relaxed).oldValue == 0
            Console.say(isFirst ? "Interrupted; the rehearsal is taken away …" : "Still taking the rehearsal away; a moment.")
            work.cancel()
        }
        let result = await work.result
        Console.clearTransient()
        let left = await stage.tidy()
        for sentence in left { Console.say(sentence) }
        if interrupts.load(ordering: .relaxed) > 0 { throw CancellationError() }
        let report = try result.get()
        try output.renderer(session).item(report, RehearsalReport.columns)
        guard left.isEmpty else { throw ExitCode(ExitStatus.error) }
        if report.refused > 0 { throw ExitCode(ExitStatus.limitReached) }
        if report.failed > 0 { throw ExitCode(ExitStatus.unavailable) }
        if report.unfinished > 0 { throw ExitCode(ExitStatus.timedOut) }
    }
}
