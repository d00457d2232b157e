import Foundation
import ProvostCore
import ProvostManifests
import Testing

@Suite struct ProgramReaderTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func path(_ name: String) -> String { root.appendingPathComponent("deploy/programs/\(name)").path }
    private static let shipped = (try? FileManager.default.contentsOfDirectory(atPath: path(""))) ?? []

    private static let full = """
        name: data-101
        title: {en: Data, ko: 데이터}
        summary: {en: From files to services.}
        organization: acme
        partners:
          - {name: {en: Cloud}, role: {en: cloud credits}}
        timezone: Asia/Seoul
        languages: [ko, en]
        capacity: 30
        campuses: [acme-north]
        workdays: [monday, tuesday]
        holidays: [2026-05-05]
        mentors: 10
        phases:
          - {name: basics, title: {en: Basics}, place: online, begins: day 1, ends: week 2 friday, hours: 12}
          - {name: site, title: {en: On site}, place: on-site, begins: week 3 monday, ends: day 60}
        rubrics:
          - name: pitch
            title: {en: Pitch}
            markers: 3
            moderate-above: 25%
            criteria:
              - name: product
                title: {en: Product}
                levels:
                  - {name: live, title: {en: Live}, points: 40}
                  - {name: none, title: {en: None}, points: 0}
        assignments:
          - {name: first, title: {en: First}, lab: text-tools, phase: basics, group: exercises, opens: day 1, due: day 12 18:00, closes: day 20 24:00, attempts: 5, cool-off: 10m, policy: last, weight: 2, late: {grace: 5m, each: 1d, lose: 10%, keep: 50%}}
          - {name: second, title: {en: Second}, lab: web-service, group: exercises, opens: day 1, closes: day 40, weight: 2, late: {curve: [{after: 0h, lose: 5%}, {after: 2d, lose: 20%}]}}
          - {name: extra, title: {en: Extra}, lab: bank, opens: day 1, closes: day 40, weight: 1, bonus: true}
          - {name: pitch, title: {en: Pitch}, rubric: pitch, team: true, phase: site, opens: day 50, due: day 55, closes: day 60}
          - {name: there, title: {en: There}, attendance: true, phase: site, opens: week 3 monday, closes: day 60 24:00, weight: 0}
        drop: {exercises: 1}
        slip-days: 3
        limits:
          learner: {cpus: 1.5, memory: 2GiB, submissions-per-day: 20}
          cohort: {workspaces: 30}
        budget: {learner: 10h, cohort: 300h}
        certificate:
          title: {en: Data}
          summary: {en: Has worked with data.}
          valid-months: 24
          requirements:
            all:
              - any:
                  - {at-least: 2, of: [first, second, extra], result: 60%}
                  - {at-least: 1, phase: basics, result: 87.5%}
              - {mean: 70%}
              - {mean: 50%, phase: basics}
              - {mean: 50%, of: [first, second]}
              - {every-phase: 40%}
              - {attendance: 80%}
              - {assignment: pitch, result: 60%}
              - no-open-integrity-case
        sources: [A report]
        """

    private static func read(_ text: String, labs: Set<String>? = nil, zones: Set<String>? = nil) throws(ProvostError)
        -> ProgramDescription
    {
        var surroundings = ProgramReader.Surroundings()
        if let labs { surroundings.hasLab = { labs.contains($0.text) } }
        if let zones { surroundings.hasTimezone = { zones.contains($0) } }
        return try ProgramReader.read(file: "p.yaml", text: Array(text.utf8), surroundings: surroundings)
    }

    @Test func everythingIsRead() throws {
        let program = try Self.read(Self.full)
        #expect(program.name.text == "data-101" && program.organization.text == "acme")
        #expect(program.title == LocalizedText(english: "Data", korean: "데이터"))
        #expect(program.partners.first?.role?.english == "cloud credits")
        #expect(program.languages == ["ko", "en"] && program.capacity == 30 && program.campuses.map(\.text) == ["acme-north"])
        #expect(program.workdays == [.monday, .tuesday] && program.learnersPerMentor == 10)
        #expect(program.holidays == [try CivilDate(parsing: "2026-05-05")])
        #expect(program.phases.map(\.place) == [.online, .onSite] && program.phases[0].ends == .week(2, .friday))
        #expect(program.phases.map(\.hours) == [12, nil])
        #expect(program.rubrics[0].markers == 3 && program.rubrics[0].max == Points(whole: 40))
        let first = program.assignments[0]
        #expect(
            first.work == .lab(Slug(trusted: "text-tools")) && first.attempts == 5 && first.policy == .last && first.weight == 2)
        #expect(first.due == RelativeTime(day: .day(12), secondOfDay: 18 * 3600) && first.terms.coolOff == .seconds(600))
        #expect(first.terms.late.kept(after: .seconds(86_400 * 2)) == (try Percentage(parsing: "80%")))
        #expect(first.terms.late.kept(after: .seconds(300)) == .full)
        #expect(program.assignments[1].terms.late.kept(after: .seconds(86_400 * 3)) == (try Percentage(parsing: "80%")))
        #expect(program.assignments[2].terms.isBonus && program.assignments[1].due == nil)
        #expect(program.assignments[3].work == .rubric(Slug(trusted: "pitch"), isTeam: true))
        #expect(program.assignments[4].work == .attendance && program.assignments[4].weight == 0)
        #expect(program.dropped == [Slug(trusted: "exercises"): 1] && program.slipDays == 3)
        #expect(program.limits.learner == [.cpus: 1500, .memory: 2 << 30, .submissionsPerDay: 20])
        #expect(program.limits.cohort == [.workspaces: 30])
        #expect(program.budget.learner == .seconds(36_000) && program.budget.cohort == .seconds(300 * 3600))
        #expect(program.certificate?.validMonths == 24)
        guard case .all(let rules)? = program.certificate?.requirements, case .any(let some) = rules[0] else {
            Issue.record("the rules are not as they stand there")
            return
        }
        let names = ["first", "second", "extra"].map { Slug(trusted: $0) }
        #expect(some[0] == .atLeast(2, of: .assignments(names), try Percentage(parsing: "60%")))
        #expect(some[1] == .atLeast(1, of: .phase(Slug(trusted: "basics")), try Percentage(parsing: "87.5%")))
        #expect(rules[1] == .weightedMean(.everything, try Percentage(parsing: "70%")))
        #expect(rules[5] == .attendance(try Percentage(parsing: "80%")))
        #expect(rules[7] == .noOpenIntegrityCase && rules.count == 8)
    }

    @Test func itIsTheSameAfterTheStore() throws {
        let program = try Self.read(Self.full)
        let again = try JSONDecoder().decode(ProgramDescription.self, from: JSONEncoder().encode(program))
        #expect(again == program)
    }

    /// One piece of the good file is replaced; the complaint names the very place.
    @Test(
        arguments: [
            ("capacity: 30", "capacty: 30", "p.yaml:9:1: “capacty” is not known here; did you mean “capacity”?"),
            ("capacity: 30", "capacity: 0", "p.yaml:9:11: capacity: "),
            ("timezone: Asia/Seoul", "timezone: Mars/Olympus", "p.yaml:7:11: timezone: “Mars/Olympus” is no timezone"),
            ("begins: day 1, ends: week 2 friday", "begins: day 0, ends: week 2 friday", "p.yaml:15:64: begins: "),
            ("ends: week 2 friday", "ends: week 2 frey", "p.yaml:15:77: ends: "),
            ("ends: day 60}", "ends: day 60 12:00}", "p.yaml:16:85: ends: a whole day is meant here"),
            ("begins: week 3 monday", "begins: day 61", "p.yaml:16:78: the phase ends before it begins"),
            ("name: site,", "name: basics,", "p.yaml:16:12: there are two phases “basics”"),
            ("phase: basics, group", "phase: basic, group", "there is no phase “basic”"),
            ("rubric: pitch, team", "rubric: pitches, team", "there is no rubric “pitches”"),
            ("lab: bank,", "lab: bank, rubric: pitch,", "an assignment is one of"),
            ("lab: bank,", "lab: no-such,", "there is no lab “no-such”"),
            ("name: extra,", "name: first,", "there are two assignments “first”"),
            ("due: day 12 18:00", "due: day 22 18:00", "this is after “closes”"),
            ("opens: day 1, due: day 12", "opens: day 13, due: day 12", "this is before “opens”"),
            (
                "opens: day 50, due: day 55", "opens: day 50, due: week 7 sunday",
                "this is before “opens”, in a cohort that begins on a monday"
            ),
            ("closes: day 60}", "closes: day 50}", "this is not after “opens”"),
            (
                "group: exercises, opens: day 1, closes: day 40, weight: 2",
                "group: exercises, opens: day 1, closes: day 40, weight: 3", "assignments of one group have one weight"
            ),
            ("weight: 1, bonus", "weight: 1001, bonus", "weight: “1001” is not a whole number from 0 to 1000"),
            ("drop: {exercises: 1}", "drop: {exercises: 2}", "the group “exercises” has 2 assignments"),
            ("drop: {exercises: 1}", "drop: {exercise: 1}", "the group “exercise” has 0 assignments"),
            ("lose: 10%, keep: 50%", "lose: 110%, keep: 50%", "A late penalty loses and keeps 0% to 100%."),
            ("{after: 2d, lose: 20%}", "{after: 2d, lose: 2%}", "The steps of a late curve go up"),
            ("each: 1d, lose", "curve: [], lose", "a curve says all of it; leave “lose” out"),
            ("rubric: pitch, team: true", "rubric: pitch, attempts: 3", "“attempts” is for labs"),
            ("attendance: true, phase", "attendance: true, team: true, phase", "“team” is for a rubric"),
            ("markers: 3", "markers: 1", "one marker agrees with themselves"),
            (
                "{name: none, title: {en: None}, points: 0}", "{name: none, title: {en: None}, points: 40}",
                "the best level stands first"
            ),
            ("cohort: {workspaces: 30}", "cohort: {files: 30}", "“files” is not known here"),
            ("learner: {cpus: 1.5", "learner: {cpus: many", "cpus: “many” is not a number of processors"),
            (
                "budget: {learner: 10h, cohort: 300h}", "budget: {learner: 10h, cohort: 3h}",
                "a cohort's budget is at least one learner's"
            ),
            ("{mean: 70%}", "{mean: 70}", "mean: “70” is not a percentage"),
            ("{mean: 70%}", "{mean: 70%, attendance: 80%}", "this is two rules"),
            ("{mean: 70%}", "{median: 70%}", "a rule begins with one of"),
            ("{mean: 70%}", "no-cheating", "“no-cheating” is no rule"),
            ("{every-phase: 40%}", "{every-phase: 140%}", "a result from above 0% to 100% can be asked for"),
            (
                "{at-least: 2, of: [first, second, extra]", "{at-least: 4, of: [first, second, extra]",
                "4 of 3 is more than there are"
            ),
            ("of: [first, second, extra]", "of: [first, second, third]", "p.yaml:45:5: there is no assignment “third”"),
            ("of: [first, second, extra]", "of: [first, second, first]", "this stands in “of” twice"),
            ("{mean: 50%, phase: basics}", "{mean: 50%, phase: bases}", "there is no phase “bases”"),
            (
                "{mean: 50%, of: [first, second]}", "{mean: 50%, of: [there]}",
                "a mean is asked for of assignments that weigh nothing"
            ),
            (
                "{at-least: 1, phase: basics", "{at-least: 2, phase: basics",
                "at least 2 assignments are asked for, and there are fewer"
            ),
            ("campuses: [acme-north]", "campuses: [acme]", "“acme” runs the program"),
            ("workdays: [monday, tuesday]", "workdays: []", "on no day of the week anybody works"),
            ("languages: [ko, en]", "languages: [korean]", "“korean” is not a language"),
        ] as [(String, String, String)])
    func aComplaintNamesItsPlace(piece: String, instead: String, complaint: String) {
        let text = Self.full.replacing(piece, with: instead, maxReplacements: 1)
        #expect(text != Self.full)
        let error = #expect(throws: ProvostError.self) {
            try Self.read(text, labs: ["text-tools", "web-service", "bank"], zones: ["Asia/Seoul"])
        }
        #expect(error?.code == .invalid)
        #expect(error?.message.contains(complaint) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix("p.yaml:") == true)
    }

    @Test func allMistakesOfTheContentsAreNamedAtOnce() {
        let text = Self.full.replacing("phase: basics, group", with: "phase: basic, group").replacing(
            "lab: bank", with: "lab: banks"
        )
        .replacing("{assignment: pitch,", with: "{assignment: pitches,")
        let error = #expect(throws: ProvostError.self) { try Self.read(text, labs: ["text-tools", "web-service"]) }
        // The phase that is missing now has no assignment for the two rules about it.
        #expect(error?.message.split(separator: "\n").count == 5, "\(error?.message ?? "")")
        for mistake in ["there is no phase “basic”", "there is no lab “banks”", "there is no assignment “pitches”"] {
            #expect(error?.message.contains(mistake) == true)
        }
    }

    @Test func attendanceThatIsAskedForMustBeKept() {
        let text = Self.full.split(separator: "\n").filter { !$0.contains("name: there") }.joined(separator: "\n")
        let error = #expect(throws: ProvostError.self) { try Self.read(text) }
        #expect(error?.message.contains("no assignment keeps it") == true)
    }

    @Test func rulesAreNotNestedWithoutEnd() {
        let deep = String(repeating: "{all: [", count: 10) + "{mean: 5%}" + String(repeating: "]}", count: 10)
        let error = #expect(throws: ProvostError.self) { try Self.read(Self.full.replacing("{mean: 70%}", with: deep)) }
        #expect(error?.message.contains("make it simpler") == true)
    }

    /// What would burst a parser is refused, on the small stack of a task too.
    @Test func nestingEndsQuietly() async {
        let text = "name: " + String(repeating: "[", count: 890) + String(repeating: "]", count: 890)
        let task = Task { () -> String? in
            do {
                _ = try Self.read(text)
                return nil
            } catch { return "\(error)" }
        }
        let refusal = await task.value
        #expect(refusal?.contains("p.yaml:1:") == true, "\(refusal ?? "read")")
    }

    @Test func theShippedProgramsAreThere() { #expect(Self.shipped.count >= 12) }

    @Test(arguments: shipped) func aShippedProgramIsRead(name: String) throws {
        let labs = try FileManager.default.contentsOfDirectory(atPath: Self.root.appendingPathComponent("labs").path)
        var surroundings = ProgramReader.Surroundings()
        surroundings.hasLab = { labs.contains($0.text) }
        surroundings.hasTimezone = { FileManager.default.fileExists(atPath: "/usr/share/zoneinfo/\($0)") }
        let text = try Data(contentsOf: URL(fileURLWithPath: Self.path(name)))
        let program = try ProgramReader.read(file: name, text: Array(text), surroundings: surroundings)
        #expect("\(program.name).yaml" == name)
        #expect(program.certificate != nil && program.title.korean != nil && !program.sources.isEmpty)
        #expect(program.assignments.allSatisfy { $0.title.korean != nil })
    }
}
