import ArgumentParser
import ProvostAPI
import ProvostCore

struct QuotaShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "List the limits that are set, everywhere or at one place.",
        examples: "provost quota show", "provost quota show cohort:autumn")

    @Argument(help: "The place, like cohort:autumn.", transform: reading { try LimitNode(parsing: $0) })
    var place: LimitNode?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [LimitSetting] = try await session.client.get(
            Route.path("limits", query: [("node", place?.description)]))
        try output.renderer(session).list(rows, Self.columns, empty: "No limits are set; the standards hold.")
    }

    private static let columns: [Column<LimitSetting>] = [
        Column("place") { $0.node.description }, Column("scope") { $0.scope.rawValue },
        Column("dimension") { $0.dimension.rawValue },
        Column("value", alignRight: true) { QuotaCommand.text($0.value, $0.dimension) },
    ]
}
