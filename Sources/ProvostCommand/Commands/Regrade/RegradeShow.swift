import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show whom a set moves, from what to what, and which tests differ.",
        note: """
            Of a set that is not applied: what applying it now, with these options, would
            do. Of an applied one: what it did. -o csv has a line for each submission,
            -o json everything.
            """,
        examples: "provost regrade show rgs_4n8d1k5v7q2z9xw3", "provost regrade show rgs_4n8d1k5v7q2z9xw3 --never-lower -o csv")

    @OptionGroup var set: RegradeSetArgument
    @OptionGroup var choices: RegradeChoices
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let review: RegradeReview = try await session.client.get(
            Route.path(
                "regrade-sets", set.set.text,
                query: [
                    ("never-lower", choices.neverLower ? "true" : nil),
                    ("keep-human-marks", choices.keepHumanMarks ? "true" : nil),
                ]), idle: .seconds(120))
        try await RegradeReport(review: review).render(output.renderer(session), session)
    }
}
