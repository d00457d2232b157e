import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaSet: AsyncParsableCommand {
    static let configuration = Help.command(
        "set", "Set a limit, in place of the one that was there.",
        note: "“provost quota simulate” with the same words says first whom it touches.",
        examples: "provost quota set cohort:autumn memory 1GiB", "provost quota set organization:academy disk 200GiB --total",
        "provost quota set learner:autumn/minji workspaces 3", "provost quota set cohort:autumn memory none")

    @OptionGroup var limit: LimitArguments
    @OptionGroup var value: LimitValue
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws { _ = try value.read(limit.dimension) }

    func run() async throws {
        let session = try connection.session()
        let made: LimitChange = try await session.client.send(
            .post, Route.path("limits"), body: limit.change(value.read(limit.dimension)))
        try output.renderer(session).item(made, Self.columns)
    }

    static let columns: [Column<LimitChange>] = [
        Column("place") { $0.node.description }, Column("scope") { $0.scope.rawValue },
        Column("dimension") { $0.dimension.rawValue }, Column("value") { QuotaCommand.text($0.value, $0.dimension) },
    ]
}
