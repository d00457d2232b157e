import ProvostCore
import Testing

@Suite struct LearnerWindowTests {
    private static func hours(_ count: Int64) -> Timestamp { Timestamp(milliseconds: count * 3_600_000) }
    private static let base = AssignmentWindow(
        study: StudyWindow(begins: hours(0), ends: hours(240)), opens: hours(10), due: hours(30), closes: hours(50))
    private static let web = Slug(trusted: "web")

    private static func allowance(
        _ kind: Allowance.Kind, assignment: Slug? = web, until: String? = nil, factor: Int64? = nil, withdrawn: Bool = false
    ) -> Allowance {
        Allowance(
            id: ID(trusted: "alw_1"), cohort: Slug(trusted: "c"), person: Slug(trusted: "minji"), assignment: assignment,
            kind: kind,
            until: until.flatMap { try? CivilTime(parsing: $0) }, factor: factor.map(TimeFactor.init(thousandths:)),
            reason: "ill",
            by: "hana", at: hours(1),
            withdrawal: withdrawn ? Allowance.Withdrawal(reason: "no", by: "hana", at: hours(2)) : nil)
    }
    private static func window(_ allowances: [Allowance]) -> AssignmentWindow {
        LearnerWindow.window(base, of: web, allowances: allowances, zone: .utc)
    }

    @Test func timeIsStretchedFromTheOpening() {
        let window = Self.window([Self.allowance(.timeFactor, assignment: nil, factor: 1500)])
        #expect(window.opens == Self.hours(10) && window.due == Self.hours(40) && window.closes == Self.hours(70))
        // Two of them are not multiplied.
        let two = Self.window([Self.allowance(.timeFactor, factor: 1500), Self.allowance(.timeFactor, factor: 1250)])
        #expect(two == window)
    }

    @Test func anExtensionHoldsAlsoAfterTheStudyWindow() {
        let window = Self.window([Self.allowance(.extension, until: "1970-01-12")])
        #expect(window.due == Self.hours(264) && window.closes == Self.hours(264) && window.study.ends == Self.hours(264))
        #expect(window.verdict(at: Self.hours(250)) == .onTime)
        #expect(window.verdict(at: Self.hours(264)) != .onTime)
        #expect(Self.base.verdict(at: Self.hours(40)) == .late)
        // A short one moves the due time and leaves the closing.
        let short = Self.window([Self.allowance(.extension, until: "1970-01-02T12:00")])
        #expect(short.due == Self.hours(36) && short.closes == Self.hours(50) && short.study == Self.base.study)
    }

    @Test func whatIsWithdrawnOrOfAnotherChangesNothing() {
        #expect(Self.window([Self.allowance(.extension, until: "1970-01-12", withdrawn: true)]) == Self.base)
        #expect(Self.window([Self.allowance(.extension, assignment: Slug(trusted: "other"), until: "1970-01-12")]) == Self.base)
        #expect(Self.window([Self.allowance(.excused)]) == Self.base)
    }

    /// Nothing that is granted ever takes time away, and more of it never gives less.
    @Test(arguments: 0..<200) func nothingGrantedTakesTime(seed: UInt64) {
        var random = Seeded(seed)
        var granted: [Allowance] = []
        var before = Self.base
        for _ in 0..<4 {
            granted.append(
                Bool.random(using: &random)
                    ? Self.allowance(.timeFactor, factor: .random(in: 1000...4000, using: &random))
                    : Self.allowance(.extension, until: "1970-01-\(String(Int.random(in: 10...30, using: &random)))T06:00"))
            let now = Self.window(granted)
            #expect(now.opens == Self.base.opens && now.closes >= before.closes && now.study.ends >= before.study.ends)
            #expect((now.due ?? now.closes) >= (before.due ?? before.closes) && (now.due ?? now.closes) <= now.closes)
            before = now
        }
    }

    @Test func aKindComesWithWhatBelongsToIt() throws {
        try Self.allowance(.excused).validate()
        try Self.allowance(.timeFactor, assignment: nil, factor: 1500).validate()
        for wrong in [
            Self.allowance(.extension), Self.allowance(.excused, until: "1970-01-12"), Self.allowance(.excused, assignment: nil),
            Self.allowance(.slipDays), Self.allowance(.bonus),
        ] {
            #expect(throws: ProvostError.self) { try wrong.validate() }
        }
        #expect(throws: ProvostError.self) { try TimeFactor(parsing: "0.5") }
        #expect(try TimeFactor(parsing: "1.5").stretched(.seconds(3)) == TimeSpan(milliseconds: 4500))
    }
}
