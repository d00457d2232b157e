import ArgumentParser
import ProvostAPI
import ProvostCore

struct WorkspaceList: AsyncParsableCommand {
    static let configuration = Help.command(
        "list", "List workspaces: your own, or (instructors) a cohort's.",
        examples: "provost workspace list", "provost workspace list --cohort autumn --person minji -o csv")

    @Option(help: ArgumentHelp("Only of this assignment.", valueName: "name"))
    var assignment: String?
    @Option(help: ArgumentHelp("Only of this person (instructors).", valueName: "name"))
    var person: String?
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let rows: [WorkspaceInfo] = try await session.client.get(
            Route.path("workspaces", query: [("cohort", cohort.cohort), ("person", person), ("assignment", assignment)]))
        let times = output.output == .json ? Times() : await session.times()
        try output.renderer(session).list(
            rows, Self.columns(session.wording(for: output.output), times), empty: session.text(.workspace(.noWorkspaces)))
    }

    static func columns(_ session: Session, _ times: Times) -> [Column<WorkspaceInfo>] {
        [
            Column("workspace") { $0.workspace.id.text },
            Column("assignment", heading: session.heading(.assignment)) { "\($0.workspace.cohort)/\($0.workspace.assignment)" },
            Column("person", heading: session.heading(.person)) { $0.workspace.person.text },
            Column("state", heading: session.heading(.state)) { info in
                info.place.map { "\(info.workspace.state.rawValue) (\($0.position)/\($0.of))" } ?? info.workspace.state.rawValue
            },
            Column("started", heading: session.heading(.started)) {
                times.short($0.workspace.startedAt, cohort: $0.workspace.cohort)
            },
            Column("cpus", alignRight: true) { info in
                let millis = info.workspace.limits.cpuMillis
                return millis % 1000 == 0 ? "\(millis / 1000)" : "\(millis / 1000).\(String(millis % 1000 + 1000).dropFirst())"
            },
            Column("memory", alignRight: true) { "\($0.workspace.limits.memory)" },
            Column("disk", alignRight: true) { "\($0.workspace.limits.disk)" },
            Column("reason", heading: session.heading(.reason)) { info in
                guard info.workspace.state == .stopped else { return "" }
                return info.workspace.stopDetail ?? info.workspace.stopReason?.rawValue ?? ""
            },
            Column("deleted-on") { $0.deleteOn?.description ?? "" },
        ]
    }
}

struct WorkspaceShow: AsyncParsableCommand {
    static let configuration = Help.command(
        "show", "Show one workspace: its state, its limits, and what it uses now.",
        examples: "provost workspace show web-service")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session, stopped: true)
        let info: WorkspaceInfo = try await session.client.get(Route.path("workspaces", name))
        let times = output.output == .json ? Times() : await session.times()
        let words = session.wording(for: output.output)
        try output.renderer(session).item(info, WorkspaceList.columns(words, times) + Self.usage)
    }

    private static let usage: [Column<WorkspaceInfo>] = [
        Column("memory-used") { $0.usage?.memory.map { "\($0)" } ?? "" },
        Column("memory-peak") { $0.usage?.peakMemory.map { "\($0)" } ?? "" },
        Column("disk-used") { $0.usage?.diskUsed.map { "\($0)" } ?? "" },
        Column("files-used") { info in
            guard let usage = info.usage, let used = usage.filesUsed else { return "" }
            return "\(used) / \(usage.filesSize.map { "\($0)" } ?? "?")"
        },
        Column("processes") { info in info.usage?.processes.map { "\($0) / \(info.workspace.limits.processes)" } ?? "" },
        Column("cpu-time") { $0.usage?.cpuTime.map { "\($0)" } ?? "" },
        Column("sessions") { $0.usage.map { "\($0.sessions)" } ?? "" },
        Column("quiet") { $0.usage.map { "\($0.quiet)" } ?? "" },
        Column("copy-of") { $0.workspace.copyOf?.text ?? "" },
        Column("network") { $0.workspace.network.rawValue },
        Column("lab-version") { "\($0.workspace.lab)@\($0.workspace.labVersion.short)" },
    ]
}
