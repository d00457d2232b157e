import ArgumentParser
import ProvostAPI
import ProvostCore

struct CohortSchedule: AsyncParsableCommand {
    static let configuration = Help.command(
        "schedule", "Show a cohort's phases, assignments and timetable; put a slot on it, or take one off.",
        note: """
            Before a slot its learners' workspaces are warmed, so that their starts have
            little left to do. While it lasts they go first among those who wait. Times are
            in the cohort's timezone; --for is real time, also on a night when the clocks change.
            """,
        examples: "provost cohort schedule autumn",
        "provost cohort schedule autumn --slot \"2026-12-01 09:00\" --for 3h \\ --assignment web-service --warm 10m",
        "provost cohort schedule autumn --remove slt_7k2mq0r9x4w1c8tz")

    @Argument(help: "The cohort.", transform: reading { try Slug($0) })
    var cohort: Slug
    @Option(
        help: ArgumentHelp("When it begins, like “2026-12-01 09:00”.", valueName: "time"),
        transform: reading { try CivilTime(parsing: $0) })
    var slot: CivilTime?
    @Option(
        name: .customLong("for"), help: ArgumentHelp("How long it lasts, like 3h.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var time: TimeSpan?
    @Option(help: ArgumentHelp("What is worked on in it.", valueName: "name"), transform: reading { try Slug($0) })
    var assignment: Slug?
    @Option(
        help: ArgumentHelp("How long before it warming begins. Default: 10m.", valueName: "time"),
        transform: reading { try TimeSpan(parsing: $0) })
    var warm: TimeSpan?
    @Option(help: ArgumentHelp("Take this one off.", valueName: "slot"), transform: reading { try ID<Slot>(parsing: $0) })
    var remove: ID<Slot>?
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if slot != nil, remove != nil { throw ValidationError("Give --slot or --remove, not both.") }
        if slot != nil, time == nil || assignment == nil {
            throw ValidationError("A slot needs --for and --assignment: how long it lasts, and what is worked on.")
        }
        if slot == nil, time != nil || assignment != nil || warm != nil {
            throw ValidationError("--for, --assignment and --warm belong to a new slot; give --slot as well.")
        }
    }

    private struct Listing: Encodable {
        let plan: CohortPlanInfo
        let slots: [SlotInfo]
    }

    private static func phases(_ session: Session) -> [Column<CohortPlan.Phase>] {
        [
            Column("phase") { $0.name.text }, Column("title", heading: session.heading(.title)) { session.title($0.title) },
            Column("place") { $0.place.rawValue }, Column("first-day") { "\($0.firstDay)" },
            Column("last-day") { "\($0.lastDay)" },
            Column("hours", alignRight: true) { $0.hours.map { "\($0)" } ?? "" },
        ]
    }

    @Sendable private static func time(_ time: CivilTime?) -> String {
        time.map { $0.description.replacing("T", with: " ") } ?? ""
    }

    private static func assignments(_ session: Session) -> [Column<CohortPlanInfo.Item>] {
        return [
            Column("assignment", heading: session.heading(.assignment)) { $0.slug.text },
            Column("title", heading: session.heading(.title)) { session.title($0.title) }, Column("kind") { $0.kind.rawValue },
            Column("phase") { $0.phase?.text ?? "" }, Column("opens", heading: session.heading(.opens)) { time($0.opens) },
            Column("due", heading: session.heading(.due)) { time($0.due) },
            Column("closes", heading: session.heading(.closes)) { time($0.closes) },
            Column("weight", alignRight: true) { $0.bonus ? "\($0.weight) bonus" : "\($0.weight)" },
        ]
    }

    func run() async throws {
        let session = try connection.session()
        if let slot, let time, let assignment {
            let body = NewSlot(assignment: assignment, begins: slot, time: time, warm: warm ?? .seconds(600))
            let made: SlotInfo = try await session.client.send(.post, Route.path("cohorts", cohort.text, "slots"), body: body)
            return try output.renderer(session).item(made, Self.columns)
        }
        if let remove {
            let removed: Slot = try await session.client.send(
                .delete, Route.path("cohorts", cohort.text, "slots", remove.text))
            if output.output == .table {
                return Console.say("The slot \(removed.begins) for \(removed.assignment) is taken off the timetable.")
            }
            return try output.renderer(session).item(removed, [Column("slot") { $0.id.text }])
        }
        let slots: [SlotInfo] = try await session.client.get(Route.path("cohorts", cohort.text, "slots"))
        let plan: CohortPlanInfo = try await session.client.get(Route.path("cohorts", cohort.text, "plan"))
        let renderer = output.renderer(session)
        if output.output == .json { return try renderer.json(Listing(plan: plan, slots: slots)) }
        if output.output == .table {
            if let version = plan.version {
                let newest = plan.newestVersion.map { $0 == version ? "" : "; the newest is \($0)" } ?? ""
                Console.say(
                    "\(plan.cohort.program), version \(version)\(newest); \(plan.cohort.firstDay) to \(plan.cohort.lastDay), \(plan.cohort.timezone)"
                )
            }
            if !plan.phases.isEmpty {
                try renderer.list(plan.phases, Self.phases(session), empty: "")
                Console.out("\n")
            }
            if !plan.assignments.isEmpty {
                try renderer.list(plan.assignments, Self.assignments(session), empty: "")
                if !slots.isEmpty { Console.out("\n") }
            }
        }
        try renderer.list(slots, Self.columns, empty: "No slots yet. Put one on with --slot.")
    }

    private static let columns: [Column<SlotInfo>] = [
        Column("slot") { $0.slot.id.text }, Column("assignment") { $0.slot.assignment.text },
        Column("begins") { "\($0.slot.begins)" }, Column("for") { "\($0.slot.time)" }, Column("warm") { "\($0.slot.warm)" },
        Column("progress") { progress($0) },
    ]

    /// `warmed 28 of 30 (2: why)`.
    static func progress(_ info: SlotInfo) -> String {
        let why = info.obstacles.map { "\($0.learners): \($0.reason)" }.joined(separator: "; ")
        return "warmed \(info.warmed) of \(info.learners)" + (why.isEmpty ? "" : " (\(why))")
    }
}
