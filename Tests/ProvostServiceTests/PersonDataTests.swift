import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import ProvostTestSupport
import Testing

extension RealRooms {
    /// What a person gets of their data, and what is left when they are erased.
    @Suite struct PersonDataTests {
        private static let web = Slug(trusted: "web")
        private static let script = """
            report message "for everybody"
            report test adds pass --max 5 --message SEEN-WORD
            report test secret-name fail --max 5 --hidden --message SECRET-WORD --label SECRET-LABEL
            report test later-name pass --max 0 --visibility after-due --message LATER-WORD
            report test published-name pass --max 0 --visibility after-published --message PUBLISHED-WORD
            echo LOG-WORD >&2
            """

        /// As it goes over the wire.
        private func text(_ home: Home, _ principal: Principal, of person: Slug, reason: String? = nil) async throws -> String {
            let data = try await home.provost.personData.data(principal, person: person, reason: reason)
            return String(decoding: try JSONEncoder().encode(data), as: UTF8.self)
        }

        @Test func anExportShowsNoMoreThanTheLearnerSeesElsewhere() async throws {
            try await Home.with { home in
                try await home.publish(script: Self.script, format: "provost")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                let slug = Slug(trusted: "minji")
                let id = try await home.submit(minji).submission.id
                try await home.working { _ = try await home.graded(id) }
                // The store holds all of it: what follows is about what is given out.
                #expect(try await home.store.submission(id).newest?.record?.tests.count == 4)

                func compare(_ shown: [String]) async throws {
                    let view = try await home.provost.submissions.view(minji, id)
                    #expect(view.grading?.record?.tests.map(\.name) == shown)
                    let data = try await home.provost.personData.data(minji, person: slug, reason: nil)
                    #expect(data.tables["test"]?.compactMap { $0["name"] ?? nil }.sorted() == shown.sorted())
                    // An administrator takes it out for the person, and gets the same.
                    for whole in [
                        try await text(home, minji, of: slug), try await text(home, Home.root, of: slug, reason: "asked"),
                    ] {
                        #expect(whole.contains("SEEN-WORD") && whole.contains("for everybody"))
                        for word in ["secret-name", "SECRET", "published-name", "PUBLISHED", "LOG-WORD", "evidence\":\"{"] {
                            #expect(!whole.contains(word), "\(word)")
                        }
                        #expect(whole.contains("LATER-WORD") == shown.contains("later-name"))
                    }
                    #expect(data.tables["score"]?.allSatisfy { $0["log"] == nil && $0["evidence"] == nil } == true)
                }
                try await compare(["adds"])
                home.clock.set("2026-06-20T08:59:00.000Z")
                try await compare(["adds"])
                // Nothing is taken any more: what waited for that is shown, here as there.
                home.clock.set("2026-06-20T09:00:00.000Z")
                try await compare(["adds", "later-name"])

                // Marks that are not released, and why somebody has a doubt.
                let marks = home.provost.marks
                _ = try await marks.set(
                    teacher, cohort: Home.cohort, assignment: Self.web, isModeration: false,
                    MarkService.Order(people: [slug], points: Points(whole: 9), max: Points(whole: 10), comment: "MARK-WORD"))
                let doubt = try await home.provost.integrity.open(
                    teacher, cohort: Home.cohort, person: slug, assignment: Self.web, reason: "DOUBT-WORD")
                for word in ["MARK-WORD", "DOUBT-WORD"] {
                    #expect(try await !text(home, minji, of: slug).contains(word), "\(word)")
                }
                _ = try await marks.release(teacher, cohort: Home.cohort, assignment: Self.web, person: nil)
                _ = try await home.provost.integrity.close(
                    teacher, cohort: Home.cohort, doubt.id, verdict: .cleared, reason: "DECIDED-WORD")
                for word in ["MARK-WORD", "DOUBT-WORD", "DECIDED-WORD"] {
                    #expect(try await text(home, minji, of: slug).contains(word), "\(word)")
                }
                // Somebody else's data is nobody's business, whatever their role in the cohort.
                await expectFailure(.denied) { _ = try await text(home, teacher, of: slug, reason: "curious") }
                await expectFailure(.invalid, "--reason") { _ = try await text(home, Home.root, of: slug) }
            }
        }

        @Test func aSetThatIsNotAppliedIsNotInAnExport() async throws {
            try await Home.with { home in
                try await home.publish(script: "report test all pass --max 10 --message \"run $RANDOM\"", format: "provost")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                let id = try await home.submit(minji).submission.id
                let regrades = home.provost.regrades
                try await home.working {
                    _ = try await home.graded(id)
                    let set = try await regrades.create(teacher, assignment: "web", cohort: nil, labVersion: nil, scope: .all)
                    for _ in 0..<1200 where try await home.store.regradeSet(set.id).state != .ready {
                        try await Task.sleep(for: .milliseconds(50))
                    }
                    let before = try await home.provost.personData.data(minji, person: Slug(trusted: "minji"), reason: nil)
                    for table in ["grading", "score", "test"] { #expect(before.tables[table]?.count == 1, "\(table)") }
                    #expect(before.tables["regradeItem"] == nil)
                    _ = try await regrades.apply(
                        teacher, set.id, options: RegradeOptions(), reason: "better", movesAssignment: false)
                    let after = try await home.provost.personData.data(minji, person: Slug(trusted: "minji"), reason: nil)
                    #expect(after.tables["regradeItem"]?.count == 1 && after.tables["regradeDecision"]?.count == 1)
                }
            }
        }

        @Test func anErasureTakesTheirWordsAndKeepsWhatResultsRestOn() async throws {
            try await Home.with { home in
                try await home.publish(script: "report test all pass --max 10", format: "provost")
                let (minji, jun) = (try await home.join("minji"), try await home.join("jun"))
                let teacher = try await home.join("hana", .instructor)
                // The queue runs once in the life of a home.
                try await home.working {
                    for learner in [minji, jun] {
                        let id = try await home.submit(learner, "work of \(learner.name)").submission.id
                        _ = try await home.graded(id)
                    }
                }
                let (marks, appeals) = (home.provost.marks, home.provost.appeals)
                for name in ["minji", "jun"] {
                    _ = try await marks.set(
                        teacher, cohort: Home.cohort, assignment: Self.web, isModeration: false,
                        MarkService.Order(
                            people: [Slug(trusted: name)], points: Points(whole: 9), max: Points(whole: 10),
                            comment: "COMMENT-WORD-\(name)"))
                }
                _ = try await marks.release(teacher, cohort: Home.cohort, assignment: Self.web, person: nil)
                for learner in [minji, jun] {
                    let appeal = try await appeals.make(
                        learner, cohort: Home.cohort, assignment: Self.web, text: "APPEAL-WORD-\(learner.name)")
                    _ = try await appeals.reply(
                        teacher, cohort: Home.cohort, appeal.id, verdict: .declined, text: "REPLY-WORD-\(learner.name)")
                }
                let data = home.provost.personData
                let dry = try await data.erase(
                    Home.root, person: Slug(trusted: "minji"), reason: "asked", confirm: nil, dryRun: true)
                let words = ["texts of appeals and of the replies to them": 2, "comments that markers wrote about their work": 1]
                for (what, count) in words { #expect(dry.erased.first { $0.what == what }?.count == count, "\(what)") }
                #expect(files(home, hold: "COMMENT-WORD-minji"))

                let done = try await data.erase(
                    Home.root, person: Slug(trusted: "minji"), reason: "asked", confirm: "minji", dryRun: false)
                #expect(done.kept.contains { $0.what == "mark" && $0.reason?.contains("the comment goes") == true })
                // Points, verdicts and dates stay; the chain holds, and never held the words.
                let kept = try await marks.list(teacher, cohort: Home.cohort, assignment: nil, person: nil)
                #expect(kept.map(\.points) == [Points(whole: 9), Points(whole: 9)])
                #expect(kept.first { $0.person == done.pseudonym }?.comment == nil)
                #expect(kept.first { $0.person.text == "jun" }?.comment == "COMMENT-WORD-jun")
                let replies = try await appeals.list(teacher, cohort: Home.cohort, person: nil)
                let theirs = try #require(replies.first { $0.person == done.pseudonym })
                #expect(theirs.text == "erased" && theirs.reply?.text == "erased" && theirs.reply?.verdict == .declined)
                #expect(replies.first { $0.person.text == "jun" }?.text == "APPEAL-WORD-jun")
                #expect(try await home.store.verifyAudit().brokenAt == nil)
                let grades = try await home.provost.results.grades(Home.root, cohort: Home.cohort, assignment: nil)
                #expect(grades.first { $0.person.slug == done.pseudonym }?.score == Points(whole: 9), "a mark by a person wins")
                // Neither in a table nor in what the file has let go of, nor in its log.
                for word in ["COMMENT-WORD-minji", "APPEAL-WORD-minji", "REPLY-WORD-minji"] {
                    #expect(!files(home, hold: word), "\(word)")
                }
                #expect(files(home, hold: "APPEAL-WORD-jun"))
                // Twice is the same as once, and finds nothing more to take.
                let again = try await data.erase(
                    Home.root, person: done.pseudonym, reason: "asked", confirm: done.pseudonym.text, dryRun: false)
                #expect(again.pseudonym == done.pseudonym && !again.erased.contains { words.keys.contains($0.what) })
                #expect(try await home.store.verifyAudit().brokenAt == nil)
            }
        }

        /// Whether the database or a file beside it holds the bytes.
        private func files(_ home: Home, hold word: String) -> Bool {
            let base = home.context.directory.database
            return ["", "-wal"].contains { suffix in
                (FileManager.default.contents(atPath: base + suffix) ?? Data()).range(of: Data(word.utf8)) != nil
            }
        }
    }
}
