import ArgumentParser
import ProvostAPI
import ProvostCore

struct BudgetCommand: ParsableCommand {
    static let configuration = Help.command(
        "budget", "Grant compute hours to a cohort's learners, and see what is left.",
        note: """
            Inside the study window time is free up to the budget. A workspace that starts
            sets the next lease aside and is charged for what it used; what it did not use
            comes back. Without a budget time is counted, and not against anything.
            """,
        examples: "provost budget set autumn 60h", "provost budget total autumn 3000h", "provost budget balance",
        "provost budget adjust minji 2h --cohort autumn --reason \"our outage\"", "provost budget forecast --cohort autumn",
        subcommands: [
            BudgetSet.self, BudgetTotalSet.self, BudgetAdjust.self, BudgetBalanceShow.self, BudgetLedger.self,
            BudgetForecastShow.self,
        ])

    /// `60h`; nil for “none”.
    static func amount(_ text: String) throws -> TimeSpan? {
        if text == "none" { return nil }
        do { return try TimeSpan(parsing: text) } catch { throw ValidationError(error.message) }
    }

    /// `2.5 h`, `12 min`, `-1 h`: budgets are thought of in hours.
    static func text(_ milliseconds: Int64) -> String {
        let sign = milliseconds < 0 ? "-" : ""
        let size = milliseconds.magnitude
        if size == 0 { return "0 h" }
        if size < 3_600_000 { return sign + TimeSpan(milliseconds: Int64(size)).description }
        let tenths = (size + 180_000) / 360_000
        return tenths % 10 == 0 ? "\(sign)\(tenths / 10) h" : "\(sign)\(tenths / 10).\(tenths % 10) h"
    }
}

extension BudgetUnit: ExpressibleByArgument {}
