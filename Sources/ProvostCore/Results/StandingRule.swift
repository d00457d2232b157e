/// One assignment of one learner, worked out.
package struct StandingItem: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
        /// Handed in and graded by a program.
        case lab
        /// Marked by people.
        case rubric
        /// Being there.
        case attendance
    }
    package let slug: Slug
    package let title: LocalizedText
    package let kind: Kind
    package let terms: AssignmentTerms
    package let weight: Int
    /// The learner's own, extensions included.
    package let window: AssignmentWindow
    package let result: AssignmentResult
    /// What a full result is: of the version that produced the score, or the assignment's present one. nil: of attendance.
    package let points: Points?
    /// Of what counts: as it was given, before lateness and bonus.
    package let score: Points?
    package let attempts: [LearnerRecord.Attempt]
    package let attemptsLeft: Int?
    package let marks: MarkRule.Verdict
    /// Entries of attendance that it was worked out from, by date.
    package let attendance: [AttendanceEntry]
    /// Those that concern it.
    package let allowances: [Allowance]

    /// The submission that counts.
    package var counting: LearnerRecord.Attempt? {
        guard let submission = result.submission else { return nil }
        return attempts.first { $0.attempt.submission == submission }
    }

    /// The same, with what the result can come to be widened by other reckonings.
    func widened(by others: [AssignmentResult]) -> StandingItem {
        guard !others.isEmpty else { return self }
        return StandingItem(
            slug: slug, title: title, kind: kind, terms: terms, weight: weight, window: window,
            result: result.widened(by: others),
            points: points, score: score, attempts: attempts, attemptsLeft: attemptsLeft, marks: marks, attendance: attendance,
            allowances: allowances)
    }
}

/// Where a learner stands, worked out from their record.
package struct Standing: Sendable {
    /// In the order in which they are due for everybody.
    package let items: [StandingItem]
    package let learner: LearnerStanding
    package let total: PercentageRange?
    /// nil: the cohort leads to no certificate.
    package let outcome: RequirementOutcome?
    package let slipDays: SlipDays
    package struct SlipDays: Hashable, Sendable {
        package let granted: Int
        package let used: Int
    }
}

/// Works out standings of one cohort. Pure: the same records and the same instant give the same standing.
package struct StandingRule: Sendable {
    private struct Work: Sendable {
        let slug: Slug
        let title: LocalizedText
        let terms: AssignmentTerms
        let weight: Int
        let window: AssignmentWindow
        let kind: Kind
    }
    private enum Kind: Sendable {
        case lab(Assignment, Points)
        case rubric(Rubric)
        case attendance([CivilDate])
    }
    private let works: [Work]
    private let plan: CohortPlan?
    private let zone: Zone

    /// - Parameter zone: the cohort's.
    package init(_ record: CohortRecord, zone: Zone) {
        plan = record.plan
        self.zone = zone
        let study = StudyWindow(firstDay: record.cohort.firstDay, lastDay: record.cohort.lastDay, zone: zone)
        let window = { (opens: CivilTime, due: CivilTime?, closes: CivilTime) in
            AssignmentWindow(
                study: study, opens: zone.instant(of: opens), due: due.map(zone.instant(of:)), closes: zone.instant(of: closes))
        }
        let labs = record.labs.map { lab in
            Work(
                slug: lab.slug, title: lab.title, terms: lab.terms, weight: lab.weight,
                window: window(lab.opens, lab.due, lab.closes), kind: .lab(lab, record.points[lab.slug] ?? .zero))
        }
        let marked = record.marked.map { marked in
            let kind: Kind =
                switch marked.work {
                case .rubric(let rubric, _): .rubric(rubric)
                case .attendance(let dates): .attendance(dates)
                }
            return Work(
                slug: marked.slug, title: marked.title, terms: marked.terms, weight: marked.weight,
                window: window(marked.opens, marked.due, marked.closes), kind: kind)
        }
        works = (labs + marked).sorted {
            ($0.window.due ?? $0.window.closes, $0.slug) < ($1.window.due ?? $1.window.closes, $1.slug)
        }
    }

    /// - Parameter hidingTotals: as the learner may see it. A total that tests give away which the learner may not see is open until nothing more
    ///   can be handed in; otherwise one could feel one's way through the hidden tests.
    package func standing(of record: LearnerRecord, at now: Timestamp, hidingTotals: Bool = false) -> Standing {
        let windows = works.map { work in
            record.allowances.isEmpty
                ? work.window : LearnerWindow.window(work.window, of: work.slug, allowances: record.allowances, zone: zone)
        }
        let granted = (plan?.slipDays ?? 0) + record.allowances.compactMap(\.days).reduce(0, +)
        // As far as it is known, and between what and what it can come to be while late work is not graded.
        var left = granted
        var possible = granted...granted
        var items = [StandingItem?](repeating: nil, count: works.count)
        for index in slipOrder(windows, record) {
            let worked = { (days: Int) -> StandingItem in
                item(works[index], window: windows[index], record: record, slipDays: days, at: now, hidingTotals: hidingTotals)
            }
            let known = worked(left)
            let others = possible.filter { $0 != left }.map { ($0, worked($0)) }
            items[index] = known.widened(by: others.map(\.1.result))
            let after = ([(left, known)] + others).flatMap { days, item in
                Self.slipDays(of: item, available: days, at: now).map { days - $0 }
            }
            left -= known.result.slipDaysUsed
            possible = max(0, after.reduce(left, min))...max(0, after.reduce(left, max))
        }
        let all = items.compactMap(\.self)
        let learner = LearnerStanding(
            items: all.map { item in
                LearnerStanding.Item(
                    assignment: item.slug, phase: item.terms.phase, weight: item.weight, range: item.result.range,
                    group: item.terms.group, isBonus: item.terms.isBonus)
            },
            phases: plan?.phases.map(\.name) ?? [], dropped: plan?.dropped ?? [:],
            attendance: Self.attendance(plan?.attendance ?? record.attendance.keys.sorted(), record).count,
            integrity: record.integrity)
        return Standing(
            items: all, learner: learner, total: learner.mean(of: learner.items),
            outcome: plan?.certificate?.requirements.outcome(for: learner),
            slipDays: Standing.SlipDays(granted: granted, used: granted - left))
    }

    /// Slip days are spent in the order in which late work came in; what is not late yet comes after it, in the order of due times.
    private func slipOrder(_ windows: [AssignmentWindow], _ record: LearnerRecord) -> [Int] {
        let firstLate = works.indices.map { index -> Timestamp? in
            guard let due = windows[index].due else { return nil }
            return record.attempts[works[index].slug]?.first { $0.attempt.receivedAt > due }?.attempt.receivedAt
        }
        return works.indices.sorted { left, right in
            switch (firstLate[left], firstLate[right]) {
            case (let one?, let other?) where one != other: one < other
            case (.some, nil): true
            case (nil, .some): false
            default: left < right
            }
        }
    }

    /// What the work can come to take of the slip days that there are: by what counts now, by attempts that are not graded yet, by later ones.
    private static func slipDays(of item: StandingItem, available: Int, at now: Timestamp) -> [Int] {
        guard available > 0, item.kind == .lab, item.result.range != nil else { return [0] }
        if case .counted = item.marks { return [0] }
        guard let due = item.window.due else { return [0] }
        var received = item.attempts.filter(\.attempt.isPending).map(\.attempt.receivedAt)
        let closes = min(item.window.closes, item.window.study.ends)
        let isOpen = now < closes && item.attemptsLeft != 0
        if isOpen { received.append(now) }
        var days = [item.result.slipDaysUsed]
        for instant in received { days.append(instant > due ? item.terms.late.slip(instant - due, days: available).used : 0) }
        // Until it closes, as many as there are.
        if isOpen, closes > due { days.append(available) }
        return days
    }

    private func item(
        _ work: Work, window: AssignmentWindow, record: LearnerRecord, slipDays: Int, at now: Timestamp, hidingTotals: Bool
    ) -> StandingItem {
        let allowances = record.allowances.filter { $0.concerns(work.slug) }
        let isExcused = allowances.contains { $0.kind == .excused }
        let bonus = allowances.compactMap(\.bonus).reduce(Percentage.zero, +)
        let marks = record.marks[work.slug] ?? []
        var attempts: [LearnerRecord.Attempt] = []
        var left: Int?
        var verdict = MarkRule.Verdict.none
        var points: Points?
        var score: Points?
        var entries: [AttendanceEntry] = []
        let result: AssignmentResult
        let kind: StandingItem.Kind
        switch work.kind {
        case .lab(let lab, let full):
            kind = .lab
            let closes = min(window.closes, window.study.ends)
            attempts = record.attempts[work.slug] ?? []
            if hidingTotals, now < closes { attempts = attempts.map { $0.hidesTotal ? $0.withoutScore : $0 } }
            left = lab.attempts.map { max(0, $0 - attempts.count(where: \.isUsed)) }
            verdict = MarkRule.verdict(marks, rubric: nil)
            var facts = ResultFacts(closes: closes)
            facts.attempts = attempts.map(\.attempt)
            facts.policy = lab.policy
            facts.late = work.terms.late
            facts.due = window.due
            facts.attemptsLeft = left
            facts.slipDays = slipDays
            facts.mark = Self.mark(verdict)
            facts.isExcused = isExcused
            facts.bonus = bonus
            result = ResultRule.result(facts, at: now)
            let counting = attempts.first { $0.attempt.submission == result.submission }?.attempt.score
            score = facts.mark?.score ?? counting?.score
            points = facts.mark?.max ?? counting?.max ?? full
        case .rubric(let rubric):
            kind = .rubric
            verdict = MarkRule.verdict(marks, rubric: rubric)
            var facts = ResultFacts(closes: window.closes)
            facts.mark = Self.mark(verdict)
            facts.isExcused = isExcused
            facts.bonus = bonus
            score = facts.mark?.score
            points = facts.mark?.max ?? rubric.max
            // Nobody hands in here, so until it is marked everything is open: unknown is not nothing.
            result =
                facts.mark != nil || isExcused
                ? ResultRule.result(facts, at: now) : AssignmentResult.pending(bonus: bonus)
        case .attendance(let dates):
            kind = .attendance
            let (count, noted) = Self.attendance(dates, record)
            entries = noted
            result = isExcused ? .excused : .attended(count, bonus: bonus)
        }
        return StandingItem(
            slug: work.slug, title: work.title, kind: kind, terms: work.terms, weight: work.weight, window: window,
            result: result, points: points, score: score, attempts: attempts, attemptsLeft: left, marks: verdict,
            attendance: entries, allowances: allowances)
    }

    private static func mark(_ verdict: MarkRule.Verdict) -> ResultFacts.Mark? {
        guard case .counted(let score, let max, let marks) = verdict else { return nil }
        return ResultFacts.Mark(score: score, max: max, by: marks.map(\.marker).joined(separator: ", "))
    }

    private static func attendance(
        _ dates: [CivilDate], _ record: LearnerRecord
    ) -> (count: LearnerStanding.Attendance, entries: [AttendanceEntry]) {
        var present = 0
        var absent = 0
        var open = 0
        var entries: [AttendanceEntry] = []
        for date in dates {
            guard let entry = record.attendance[date] else {
                open += 1
                continue
            }
            entries.append(entry)
            if entry.state.isThere { present += 1 }
            if entry.state == .absent { absent += 1 }
        }
        return (LearnerStanding.Attendance(present: present, absent: absent, open: open), entries)
    }
}

extension AssignmentResult {
    static let excused = AssignmentResult(counted: nil, range: nil, submission: nil, slipDaysUsed: 0, steps: [.excused])

    /// Nobody has marked it.
    static func pending(bonus: Percentage) -> AssignmentResult {
        AssignmentResult(
            counted: nil, range: PercentageRange(low: bonus, high: .full + bonus), submission: nil, slipDaysUsed: 0,
            steps: [.pending] + (bonus > .zero ? [.bonus(bonus)] : []))
    }

    /// The part of the dates at which the learner was there; what counts is that of the dates that were noted.
    static func attended(_ dates: LearnerStanding.Attendance, bonus: Percentage) -> AssignmentResult {
        let noted = dates.present + dates.absent
        let all = noted + dates.open
        guard all > 0 else { return .excused }
        let part = { (some: Int, of: Int) in Percentage(Points(whole: Int64(some)), of: Points(whole: Int64(of))) + bonus }
        return AssignmentResult(
            counted: noted == 0 ? nil : part(dates.present, noted),
            range: PercentageRange(low: part(dates.present, all), high: part(dates.present + dates.open, all)), submission: nil,
            slipDaysUsed: 0,
            steps: [noted == 0 ? .pending : .attended(dates.present, of: noted)] + (bonus > .zero ? [.bonus(bonus)] : []))
    }
}

extension StandingItem {
    /// As points, for listings: attendance is of 100.
    package func row(of person: Person) -> ResultRow {
        let full = points ?? Points(whole: 100)
        return ResultRow(
            person: person, assignment: slug, score: result.counted.map { $0.nearest(of: full) }, max: full,
            submission: result.submission, attemptsUsed: attempts.count(where: \.isUsed),
            late: counting.map { attempt in window.due.map { attempt.attempt.receivedAt > $0 } ?? false } ?? false)
    }
}
