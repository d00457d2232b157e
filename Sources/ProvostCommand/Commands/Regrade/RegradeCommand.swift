import ArgumentParser
import ProvostAPI
import ProvostCore

struct RegradeCommand: ParsableCommand {
    static let configuration = Help.command(
        "regrade", "Grade submissions again: some at once, an assignment as a reviewed set.",
        note: """
            A single submission counts as soon as it is graded again. A whole assignment is
            graded again as a set: nothing counts until you have looked at who moves, and
            applied it. Earlier scores stay on record.
            """,
        examples: "provost regrade sub_7k2mq0r9x4w1c8tz", "provost regrade --assignment web-service --preview",
        "provost regrade show rgs_4n8d1k5v7q2z9xw3",
        "provost regrade apply rgs_4n8d1k5v7q2z9xw3 --never-lower --reason \"Test 3 was wrong\"",
        subcommands: [
            RegradeStart.self, RegradeList.self, RegradeShow.self, RegradeApply.self, RegradeCancel.self, RegradeUndo.self,
        ], defaultSubcommand: RegradeStart.self)

    static func columns(_ times: Times) -> [Column<RegradeSet>] {
        [
            Column("set") { $0.id.text },
            Column("assignment") { "\($0.cohort)/\($0.assignment)" },
            Column("lab") { set in
                let version = "\(set.lab)@\(set.labVersion.short)"
                return set.labVersion == set.pinned ? version : "\(version), the assignment had \(set.lab)@\(set.pinned.short)"
            },
            Column("scope") { $0.scope.rawValue },
            Column("undoes") { $0.undoes?.text ?? "" },
            Column("state") { $0.state.rawValue },
            Column("submissions", alignRight: true) { "\($0.submissions)" },
            Column("finished", alignRight: true) { $0.undoes == nil ? "\($0.finished)" : "" },
            Column("not-graded", alignRight: true) { $0.notGraded == 0 ? "" : "\($0.notGraded)" },
            Column("arrived", alignRight: true) { $0.arrived == 0 ? "" : "\($0.arrived)" },
            Column("left-out", alignRight: true) { $0.leftOut == 0 ? "" : "\($0.leftOut)" },
            Column("human-marks", alignRight: true) { $0.humanMarks == 0 ? "" : "\($0.humanMarks)" },
            Column("created") { "\(times.short($0.createdAt, cohort: $0.cohort)) by \($0.createdBy)" },
            Column("ended") { set in
                set.endedBy.map { "\(times.short(set.endedAt, cohort: set.cohort)) by \($0)" } ?? ""
            },
            Column("options") { set in
                let options = [
                    set.options?.neverLower == true ? "never lower" : nil,
                    set.options?.keepHumanMarks == true ? "keep human marks" : nil,
                    set.moved ? "moved the assignment" : nil,
                ]
                return options.compactMap(\.self).joined(separator: ", ")
            },
            Column("reason") { $0.reason ?? "" },
        ]
    }
}

/// How a set is applied, or would be. Shared by `show` and `apply`.
struct RegradeChoices: ParsableArguments {
    @Flag(help: "No submission's score becomes lower; no result does.")
    var neverLower = false
    @Flag(help: "Leave submissions alone that a person marked by hand.")
    var keepHumanMarks = false
}

/// The set that a command is about.
struct RegradeSetArgument: ParsableArguments {
    @Argument(help: "The set, as “provost regrade list” names it.", transform: reading { try ID<RegradeSet>(parsing: $0) })
    var set: ID<RegradeSet>
}

extension RegradeSet.Scope: ExpressibleByArgument {}
