import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeApply: AsyncParsableCommand {
    static let configuration = Help.command(
        "apply", "Make a set count: all of it at once, and on record.",
        note: """
            What is not graded changes nothing, and neither does what was handed in or
            graded since the set was made. The assignment moves to the set's lab version,
            so that later submissions are graded by the same rules; --keep-version leaves
            it. A set is applied once; “provost regrade undo” makes one that takes it back.
            """,
        examples: "provost regrade apply rgs_4n8d1k5v7q2z9xw3 --reason \"Test 3 expected a wrong answer\" --never-lower")

    @OptionGroup var set: RegradeSetArgument
    @Option(help: ArgumentHelp("What the learners are told about it.", valueName: "text"))
    var reason: String
    @OptionGroup var choices: RegradeChoices
    @Flag(help: "Leave the assignment at its present lab version.")
    var keepVersion = false
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let order = RegradeOrder(
            reason: reason, neverLower: choices.neverLower, keepHumanMarks: choices.keepHumanMarks, keepVersion: keepVersion)
        let review: RegradeReview = try await session.client.send(
            .post, Route.path("regrade-sets", set.set.text, "apply"), body: order, idle: .seconds(120))
        try await RegradeReport(review: review).render(output.renderer(session), session)
        Console.say("Applied. To take it back: provost regrade undo \(review.set.id)")
    }
}
