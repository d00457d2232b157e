import ProvostCore
import Testing

@Suite struct StandingRuleTests {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static func percent(_ whole: Int64) -> Percentage { Percentage(billionths: whole * 10_000_000) }
    private static func digest(_ byte: UInt8) -> ContentDigest { ContentDigest(bytes: [UInt8](repeating: byte, count: 32)) }
    private static func time(_ text: String) throws -> Timestamp { Zone.utc.instant(of: try CivilTime(parsing: text)) }
    private static let daily = LatePolicy(
        grace: .seconds(0), penalty: .each(.seconds(86_400), lose: percent(10), keep: percent(0)))

    private static func lab(_ name: String, due: String, bonus: Bool = false) throws -> Assignment {
        Assignment(
            id: ID(trusted: "asg_\(name)"), cohort: slug("c"), slug: slug(name), title: LocalizedText(english: name),
            lab: slug("lab"), labVersion: digest(1), opens: try CivilTime(parsing: "2026-03-02"),
            due: try CivilTime(parsing: due), closes: try CivilTime(parsing: "2026-03-30"), attempts: 3, policy: .best, weight: 1,
            terms: AssignmentTerms(late: daily, isBonus: bonus))
    }
    private static func record(_ labs: [Assignment], marked: [MarkedAssignment] = [], slipDays: Int = 0) throws -> CohortRecord {
        let cohort = Cohort(
            id: ID(trusted: "coh_1"), program: slug("p"), slug: slug("c"), title: "C",
            firstDay: try CivilDate(parsing: "2026-03-02"),
            lastDay: try CivilDate(parsing: "2026-04-30"), timezone: "UTC")
        let plan = CohortPlan(
            program: digest(9),
            calendar: CohortCalendar(firstDay: cohort.firstDay, workdays: Set(Weekday.allCases), holidays: []), phases: [],
            attendance: [], dropped: [:], slipDays: slipDays,
            certificate: ProgramDescription.Certificate(
                title: LocalizedText(english: "Done"), summary: LocalizedText(english: "All done"),
                requirements: .weightedMean(.everything, percent(60))))
        return CohortRecord(
            cohort: cohort, plan: plan, labs: labs,
            points: Dictionary(uniqueKeysWithValues: labs.map { ($0.slug, Points(whole: 100)) }), marked: marked, learners: [])
    }
    private static func attempt(_ number: Int, _ received: String, _ score: Int64) throws -> LearnerRecord.Attempt {
        LearnerRecord.Attempt(
            attempt: ResultAttempt(
                submission: ID(trusted: "sub_\(number)"), receivedAt: try time(received),
                score: CountedScore(grading: ID(trusted: "grd_\(number)"), score: Points(whole: score), max: Points(whole: 100)),
                isPending: false), digest: digest(2), late: false, isUsed: true, labVersion: digest(1), graderVersion: digest(3))
    }
    private static func learner(_ attempts: [Slug: [LearnerRecord.Attempt]] = [:]) -> LearnerRecord {
        LearnerRecord(
            person: Person(id: ID(trusted: "per_1"), slug: slug("minji"), name: "민지", email: nil),
            enrollment: ID(trusted: "enr_1"), attempts: attempts)
    }
    private static let a = slug("a")
    private static let b = slug("b")

    @Test func slipDaysAreSpentAsLateWorkComesIn() throws {
        let rule = StandingRule(
            try Self.record([Self.lab("a", due: "2026-03-10"), Self.lab("b", due: "2026-03-12")], slipDays: 1), zone: .utc)
        // b was late first, although a is due before it.
        let record = Self.learner([
            Self.a: [try Self.attempt(1, "2026-03-20", 100)], Self.b: [try Self.attempt(2, "2026-03-12T06:00", 100)],
        ])
        let standing = rule.standing(of: record, at: try Self.time("2026-04-02"))
        #expect(standing.items.map(\.result.counted) == [.zero, .full])
        #expect(standing.slipDays.granted == 1 && standing.slipDays.used == 1)
    }

    @Test func anExtensionAnExcuseAndABonusChangeWhatCounts() throws {
        let rule = StandingRule(
            try Self.record([Self.lab("a", due: "2026-03-10"), Self.lab("b", due: "2026-03-12")]), zone: .utc)
        var record = Self.learner([Self.a: [try Self.attempt(1, "2026-03-11", 80)]])
        let now = try Self.time("2026-04-02")
        #expect(rule.standing(of: record, at: now).total == PercentageRange(Self.percent(36)))
        let granted = { (kind: Allowance.Kind, name: Slug, until: String?, bonus: Percentage?) in
            Allowance(
                id: ID(trusted: "alw_\(kind)"), cohort: Self.slug("c"), person: Self.slug("minji"), assignment: name, kind: kind,
                until: until.flatMap { try? CivilTime(parsing: $0) }, bonus: bonus, reason: "ill", by: "hana", at: now)
        }
        record.allowances = [granted(.extension, Self.a, "2026-03-11T12:00", nil)]
        #expect(rule.standing(of: record, at: now).items[0].result.counted == Self.percent(80))
        record.allowances.append(granted(.excused, Self.b, nil, nil))
        #expect(rule.standing(of: record, at: now).total == PercentageRange(Self.percent(80)))
        record.allowances.append(granted(.bonus, Self.a, nil, Self.percent(5)))
        let standing = rule.standing(of: record, at: now)
        #expect(standing.items[0].result.counted == Self.percent(85) && standing.outcome?.verdict == .met)
    }

    @Test func whatPeopleHaveNotMarkedIsOpenAlsoAfterItsTime() throws {
        let rubric = Rubric(name: Self.slug("talk"), title: LocalizedText(english: "Talk"), criteria: [], markers: 2)
        let pitch = MarkedAssignment(
            id: ID(trusted: "mas_1"), cohort: Self.slug("c"), slug: Self.slug("pitch"), title: LocalizedText(english: "Pitch"),
            work: .rubric(rubric, isTeam: true), opens: try CivilTime(parsing: "2026-03-02"), due: nil,
            closes: try CivilTime(parsing: "2026-03-03"), terms: AssignmentTerms(), weight: 1)
        let rule = StandingRule(try Self.record([], marked: [pitch]), zone: .utc)
        var record = Self.learner()
        let now = try Self.time("2026-04-20")
        var standing = rule.standing(of: record, at: now)
        #expect(standing.items[0].result.range == PercentageRange(low: .zero, high: .full))
        #expect(standing.outcome?.verdict == .open)
        let mark = { (number: Int, marker: String, points: Int64) in
            Mark(
                id: ID(trusted: "mrk_\(number)"), cohort: Self.slug("c"), assignment: Self.slug("pitch"),
                person: Self.slug("minji"),
                marker: marker, points: Points(whole: points), max: Points(whole: 20), at: now, isReleased: true)
        }
        record.marks[Self.slug("pitch")] = [mark(1, "hana", 10)]
        #expect(rule.standing(of: record, at: now).outcome?.verdict == .open)
        record.marks[Self.slug("pitch")] = [mark(1, "hana", 10), mark(2, "jisu", 16)]
        standing = rule.standing(of: record, at: now)
        #expect(standing.items[0].result.counted == Self.percent(65) && standing.outcome?.verdict == .met)
    }

    @Test func attendanceIsThePartOfTheDatesThatCount() throws {
        let dates = try (2...6).map { try CivilDate(parsing: "2026-03-0\($0)") }
        let there = MarkedAssignment(
            id: ID(trusted: "mas_1"), cohort: Self.slug("c"), slug: Self.slug("there"), title: LocalizedText(english: "There"),
            work: .attendance(dates), opens: try CivilTime(parsing: "2026-03-02"), due: nil,
            closes: try CivilTime(parsing: "2026-03-07"), terms: AssignmentTerms(), weight: 1)
        let rule = StandingRule(try Self.record([], marked: [there]), zone: .utc)
        var record = Self.learner()
        for (date, state) in zip(dates, [AttendanceEntry.State.present, .late, .absent, .excused]) {
            record.attendance[date] = AttendanceEntry(
                sequence: 1, person: Self.slug("minji"), date: date, state: state, by: "hana", at: try Self.time("2026-03-06"))
        }
        let result = rule.standing(of: record, at: try Self.time("2026-03-06")).items[0].result
        #expect(result.counted == Percentage(Points(whole: 2), of: Points(whole: 3)))
        #expect(result.range == PercentageRange(low: Self.percent(50), high: Self.percent(75)))
    }

    @Test func aBonusAssignmentOnlyLifts() throws {
        let rule = StandingRule(
            try Self.record([Self.lab("a", due: "2026-03-10"), Self.lab("b", due: "2026-03-12", bonus: true)]), zone: .utc)
        let now = try Self.time("2026-04-02")
        let without = Self.learner([Self.a: [try Self.attempt(1, "2026-03-09", 70)]])
        #expect(rule.standing(of: without, at: now).total == PercentageRange(Self.percent(70)))
        let with = Self.learner([
            Self.a: [try Self.attempt(1, "2026-03-09", 70)], Self.b: [try Self.attempt(2, "2026-03-09", 20)],
        ])
        #expect(rule.standing(of: with, at: now).total == PercentageRange(Self.percent(90)))
    }

    @Test func aMarkByAPersonWinsOverTheGrader() throws {
        let rule = StandingRule(try Self.record([Self.lab("a", due: "2026-03-10")]), zone: .utc)
        var record = Self.learner([Self.a: [try Self.attempt(1, "2026-03-09", 70)]])
        let now = try Self.time("2026-04-02")
        record.marks[Self.a] = [
            Mark(
                id: ID(trusted: "mrk_1"), cohort: Self.slug("c"), assignment: Self.a, person: Self.slug("minji"),
                marker: "local:0",
                points: Points(whole: 40), max: Points(whole: 100), comment: "copied", at: now, isReleased: true)
        ]
        let item = rule.standing(of: record, at: now).items[0]
        #expect(item.result.counted == Self.percent(40) && item.score == Points(whole: 40))
    }

    /// What was met stays met: late work that is not graded yet, or can still be handed in, may take the slip days that other work stands on.
    @Test func slipDaysThatEarlierWorkCanStillTakeAreNotCountedOn() throws {
        let labs = [try Self.lab("a", due: "2026-03-10"), try Self.lab("b", due: "2026-03-12")]
        let rule = StandingRule(try Self.record(labs, slipDays: 1), zone: .utc)
        let now = try Self.time("2026-04-02")
        let graded = try Self.attempt(1, "2026-03-10T06:00", 10)
        let pending = LearnerRecord.Attempt(
            attempt: ResultAttempt(
                submission: graded.attempt.submission, receivedAt: graded.attempt.receivedAt, score: nil, isPending: true),
            digest: graded.digest, late: true, isUsed: true, labVersion: nil, graderVersion: nil)
        let b = try Self.attempt(2, "2026-03-12T06:00", 100)
        let before = rule.standing(of: Self.learner([Self.a: [pending], Self.b: [b]]), at: now)
        let after = rule.standing(of: Self.learner([Self.a: [graded], Self.b: [b]]), at: now)
        #expect(before.items[1].result.counted == .full, "as it is known now")
        #expect(before.items[1].result.range == PercentageRange(low: Self.percent(90), high: .full))
        #expect(after.items[1].result.counted == Self.percent(90) && after.slipDays.used == 1)
        #expect(before.outcome?.verdict == .open && after.outcome?.verdict == .missed)
        let low = try #require(before.total?.low)
        #expect(low <= (try #require(after.total?.low)))
    }

    /// Over many learners at random: whatever is met or missed while gradings are pending is so when they are there.
    @Test func aVerdictDoesNotTurn() throws {
        var random = Seeded(7)
        var decided = 0
        for _ in 0..<3000 {
            let labs = [try Self.lab("a", due: "2026-03-10"), try Self.lab("b", due: "2026-03-12")]
            let rule = StandingRule(try Self.record(labs, slipDays: Int.random(in: 0...3, using: &random)), zone: .utc)
            var known: [Slug: [LearnerRecord.Attempt]] = [:]
            var waiting: [Slug: [LearnerRecord.Attempt]] = [:]
            var number = 0
            for slug in [Self.a, Self.b] {
                var day = 9
                for _ in 0..<Int.random(in: 0...3, using: &random) {
                    number += 1
                    day += Int.random(in: 1...3, using: &random)
                    let attempt = try Self.attempt(
                        number, "2026-03-\(day)T0\(Int.random(in: 0...9, using: &random)):00",
                        Int64.random(in: 0...100, using: &random))
                    known[slug, default: []].append(attempt)
                    let isPending = Bool.random(using: &random)
                    waiting[slug, default: []].append(
                        isPending
                            ? LearnerRecord.Attempt(
                                attempt: ResultAttempt(
                                    submission: attempt.attempt.submission, receivedAt: attempt.attempt.receivedAt, score: nil,
                                    isPending: true),
                                digest: attempt.digest, late: attempt.late, isUsed: true, labVersion: nil, graderVersion: nil)
                            : attempt)
                }
            }
            let now = try Self.time("2026-04-29")
            let before = rule.standing(of: Self.learner(waiting), at: now)
            let after = rule.standing(of: Self.learner(known), at: now)
            let (then, later) = (try #require(before.total), try #require(after.total))
            #expect(
                then.low <= later.low && later.high <= then.high, "\(before.items.map(\.result)) \(after.items.map(\.result))")
            if let verdict = before.outcome?.verdict, verdict != .open {
                decided += 1
                #expect(verdict == after.outcome?.verdict)
            }
        }
        #expect(decided > 300)
    }

    /// A learner does not feel their way through hidden tests by what counts.
    @Test func aTotalThatHiddenTestsGiveAwayIsOpenUntilNothingCanBeHandedIn() throws {
        let rule = StandingRule(try Self.record([Self.lab("a", due: "2026-03-10")]), zone: .utc)
        let graded = try Self.attempt(1, "2026-03-09", 70)
        let record = Self.learner([
            Self.a: [
                LearnerRecord.Attempt(
                    attempt: graded.attempt, digest: graded.digest, late: false, isUsed: true, labVersion: graded.labVersion,
                    graderVersion: graded.graderVersion, hidesTotal: true)
            ]
        ])
        let during = try Self.time("2026-03-09T12:00")
        let item = rule.standing(of: record, at: during, hidingTotals: true).items[0]
        #expect(item.result.counted == nil && item.score == nil && item.attempts.allSatisfy { $0.attempt.score == nil })
        #expect(item.result.range == PercentageRange(low: .zero, high: .full))
        #expect(rule.standing(of: record, at: during).items[0].result.counted == Self.percent(70), "an instructor sees it")
        let closed = try Self.time("2026-05-02")
        #expect(rule.standing(of: record, at: closed, hidingTotals: true).items[0].result.counted == Self.percent(70))
    }
}
