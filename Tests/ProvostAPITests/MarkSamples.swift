import ProvostAPI
import ProvostCore

/// What people decide about results, as it goes over the wire, and what follows from it.
enum MarkSamples {
    private static let instant = Timestamp(milliseconds: 1_795_222_923_456)
    private static let later = Timestamp(milliseconds: 1_795_309_323_000)
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static func percent(_ whole: Int64) -> Percentage { Percentage(billionths: whole * 10_000_000) }
    private static let until = CivilTime(date: CivilDate(daysSince1970: 20_778), secondOfDay: 64_800)

    private static let mark = Mark(
        id: ID(trusted: "mrk_1"), cohort: slug("spring"), assignment: slug("pitch"), person: slug("minji"), marker: "hana",
        isModeration: true, levels: [slug("idea"): slug("strong")], points: Points(thousandths: 8500), max: Points(whole: 10),
        comment: "well told", at: instant, isReleased: true)
    private static let bareMark = Mark(
        id: ID(trusted: "mrk_2"), cohort: slug("spring"), assignment: slug("web"), person: slug("minji"), marker: "local:0",
        points: nil, max: Points(whole: 20), at: instant)
    private static let allowance = Allowance(
        id: ID(trusted: "alw_1"), cohort: slug("spring"), person: slug("minji"), assignment: slug("web"), kind: .extension,
        until: until, reason: "ill", by: "hana", at: instant, withdrawal: .init(reason: "by mistake", by: "hana", at: later))
    private static let step = ExplainedStep(
        kind: .attempt, row: "sub_1", percentage: percent(80), points: Points(whole: 16), max: Points(whole: 20), by: "hana",
        days: 1, lateness: .seconds(3600), factor: TimeFactor(thousandths: 1500), until: until, date: until.date, given: 1,
        needed: 2, reason: "ill", at: instant, grading: ID(trusted: "grd_1"))
    static let row = StandingRow(
        assignment: slug("web"), title: LocalizedText(english: "Web", korean: "웹"), kind: .lab, phase: slug("basics"), weight: 2,
        isBonus: false, opensAt: instant, dueAt: later, closesAt: later, counts: percent(80),
        range: PercentageRange(low: percent(80), high: .full), attemptsLeft: 2, steps: [step, ExplainedStep(kind: .pending)])
    private static let bareRow = StandingRow(
        assignment: slug("pitch"), title: LocalizedText(english: "Pitch"), kind: .rubric, phase: nil, weight: 1, isBonus: true,
        opensAt: instant, dueAt: nil, closesAt: later, counts: nil, range: nil, attemptsLeft: nil, steps: [])
    private static let outcome = Requirement.all([.weightedMean(.everything, percent(60)), .noOpenIntegrityCase]).outcome(
        for: LearnerStanding(items: [
            .init(assignment: slug("web"), phase: nil, weight: 2, range: PercentageRange(low: percent(50), high: .full))
        ]))
    static let standing = StandingInfo(
        rows: [row, bareRow], total: PercentageRange(low: percent(50), high: .full),
        certificate: LocalizedText(english: "Done", korean: "수료"), outcome: outcome, slipDays: 3, slipDaysUsed: 1)

    static var all: [Samples.Sample] {
        [
            .init("mark", mark), .init("mark-bare", bareMark),
            .init(
                "mark-order",
                MarkOrder(
                    assignment: slug("pitch"), people: [slug("minji"), slug("jun")], levels: [slug("idea"): slug("strong")],
                    points: Points(whole: 8), max: Points(whole: 10), comment: "well told", isModeration: true)),
            .init("mark-order-bare", MarkOrder(assignment: slug("web"), people: [slug("minji")], takesBack: true)),
            .init("release-order", ReleaseOrder(assignment: slug("pitch"), person: slug("minji"))),
            .init("change-count", ChangeCount(changed: 3)),
            .init(
                "attendance-order",
                AttendanceOrder(date: until.date, rows: [.init(person: slug("minji"), state: .late)])),
            .init(
                "attendance-entry",
                AttendanceEntry(
                    sequence: 7, person: slug("minji"), date: until.date, state: .excused, by: "hana", at: instant)),
            .init("allowance", allowance),
            .init(
                "allowance-bare",
                Allowance(
                    id: ID(trusted: "alw_2"), cohort: slug("spring"), person: slug("minji"), assignment: nil, kind: .slipDays,
                    days: 2, reason: "outage", by: "hana", at: instant)),
            .init(
                "allowance-order",
                AllowanceOrder(
                    person: slug("minji"), assignment: slug("web"), kind: .timeFactor, until: until,
                    factor: TimeFactor(thousandths: 1500), bonus: percent(5), days: 2, reason: "ill")),
            .init("allowance-order-bare", AllowanceOrder(person: slug("minji"), kind: .excused, reason: "ill")),
            .init("withdrawal-order", WithdrawalOrder(reason: "by mistake")),
            .init(
                "integrity-case",
                IntegrityCase(
                    id: ID(trusted: "int_1"), cohort: slug("spring"), person: slug("minji"), assignment: slug("web"),
                    reason: "alike", by: "hana", at: instant,
                    decision: .init(verdict: .cleared, reason: "seen", by: "hana", at: later))),
            .init(
                "integrity-case-bare",
                IntegrityCase(
                    id: ID(trusted: "int_1"), cohort: slug("spring"), person: slug("minji"), assignment: nil, reason: "alike",
                    by: "hana", at: instant)),
            .init("integrity-order", IntegrityOrder(person: slug("minji"), assignment: slug("web"), reason: "alike")),
            .init("integrity-decision-order", IntegrityDecisionOrder(verdict: .confirmed, reason: "admitted")),
            .init(
                "appeal",
                Appeal(
                    id: ID(trusted: "apl_1"), cohort: slug("spring"), person: slug("minji"), assignment: slug("web"),
                    text: "test 3", at: instant, reply: .init(verdict: .changed, text: "yes", by: "hana", at: later))),
            .init("appeal-order", AppealOrder(assignment: slug("web"), text: "test 3")),
            .init("appeal-reply-order", AppealReplyOrder(verdict: .upheld, text: "yes")),
            .init("standing-row", row), .init("standing-row-bare", bareRow), .init("standing-info", standing),
            .init("explanation-info", ExplanationInfo(cohort: Samples.cohort, person: slug("minji"), row: row)),
            .init(
                "progress-report-whole",
                ProgressReport(cohort: Samples.cohort, person: slug("minji"), rows: [], standing: standing)),
        ]
    }
}
