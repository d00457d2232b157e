import ArgumentParser
import ProvostAPI
import ProvostCore

struct AuditList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List the entries of the audit chain.", examples: "provost audit list --after 100 --limit 50")

    @Option(help: ArgumentHelp("Only entries after this sequence number.", valueName: "number"))
    var after: Int64?
    @Option(help: ArgumentHelp("At most so many.", valueName: "count"))
    var limit: Int?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [AuditEntry] = try await session.client.get(
            Route.path("audit", query: [("after", after.map { "\($0)" }), ("limit", limit.map { "\($0)" })]))
        let columns: [Column<AuditEntry>] = [
            Column("sequence", alignRight: true) { "\($0.sequence)" }, Column("at") { "\($0.at)" }, Column("actor") { $0.actor },
            Column("action") { $0.action }, Column("subject") { $0.subject }, Column("details") { $0.details },
        ]
        try output.renderer(session).list(rows, columns, empty: "No entries.")
    }
}
