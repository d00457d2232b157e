import Foundation
import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    @Suite struct RegradeTests {
        private static let web = Slug(trusted: "web")

        /// Waits until the set is graded, five minutes at most.
        private func ready(_ home: Home, _ set: ID<RegradeSet>) async throws {
            for _ in 0..<6000 {
                if try await home.store.regradeSet(set).state == .ready { return }
                try await Task.sleep(for: .milliseconds(50))
            }
            throw ProvostError(.timedOut, "\(set) was not graded within five minutes")
        }

        @Test func learnersHearNothingOfASetThatIsNotApplied() async throws {
            try await Home.with { home in
                try await home.publish(script: "report message hello; report test all pass --max 10", format: "provost")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                let id = try await home.submit(minji).submission.id
                let regrades = home.provost.regrades
                try await home.working {
                    _ = try await home.graded(id)
                    let seen = try await home.provost.submissions.view(minji, id)
                    let watch = home.provost.events.watch(id)
                    let set = try await regrades.create(teacher, assignment: "web", cohort: nil, labVersion: nil, scope: .all)
                    #expect(try await home.provost.submissions.unfinished(minji).isEmpty)
                    try await ready(home, set.id)
                    // An event of an ordinary grading, so that the stream has an end.
                    home.provost.events.publish(.finished, for: id)
                    for await event in watch {
                        if case .finished = event { break }
                        Issue.record("heard \(event)")
                    }
                    let still = try await home.provost.submissions.view(minji, id)
                    #expect(still.grading == seen.grading && still.gradings == 1 && still.regrade == nil)
                    _ = try await regrades.apply(
                        teacher, set.id, options: RegradeOptions(), reason: " Test 1\nwas wrong ", movesAssignment: true)
                    let told = try await home.provost.submissions.view(minji, id)
                    #expect(told.regrade?.reason == "Test 1 was wrong")
                    #expect(told.grading?.regradeSet == set.id)
                    let progress = try await home.provost.results.progress(minji, cohort: nil, person: nil)
                    #expect(progress.first?.rows.first?.regrade?.set == set.id)
                }
            }
        }

        @Test func setsAreForTheInstructorsOfTheCohort() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                let other = try await home.join("jin", .instructor, cohort: Slug(trusted: "autumn"))
                let id = try await home.submit(minji).submission.id
                let regrades = home.provost.regrades
                await expectFailure(.denied) {
                    _ = try await regrades.create(minji, assignment: "web", cohort: nil, labVersion: nil, scope: .all)
                }
                await expectFailure(.denied) {
                    _ = try await regrades.plan(minji, assignment: "web", cohort: nil, scope: .all)
                }
                await expectFailure(.conflict, "being graded right now") {
                    _ = try await regrades.create(teacher, assignment: "web", cohort: nil, labVersion: nil, scope: .all)
                }
                try await home.working {
                    _ = try await home.graded(id)
                    let plan = try await regrades.plan(teacher, assignment: "web", cohort: nil, scope: .all)
                    #expect(plan.estimate.gradings == 1 && plan.estimate.each != nil && plan.leftOut == 0)
                    let set = try await regrades.create(teacher, assignment: "web", cohort: nil, labVersion: nil, scope: .all)
                    try await ready(home, set.id)
                    await expectFailure(.denied) { _ = try await regrades.review(minji, set.id, options: RegradeOptions()) }
                    await expectFailure(.notFound) { _ = try await regrades.review(other, set.id, options: RegradeOptions()) }
                    await expectFailure(.notFound) { _ = try await regrades.cancel(other, set.id) }
                    await expectFailure(.notFound) { _ = try await regrades.undo(other, ID(trusted: "rgs_none")) }
                    await expectFailure(.denied) { _ = try await regrades.list(minji, cohort: nil, assignment: nil) }
                    #expect(try await regrades.list(other, cohort: nil, assignment: nil).isEmpty)
                    #expect(try await regrades.list(teacher, cohort: nil, assignment: nil).map(\.id) == [set.id])
                    #expect(try await regrades.list(Home.root, cohort: Home.cohort, assignment: "web").map(\.id) == [set.id])
                    for reason in ["", " \n ", String(repeating: "x", count: RegradeService.longestReason + 1)] {
                        await expectFailure(.invalid, "--reason") {
                            _ = try await regrades.apply(
                                teacher, set.id, options: RegradeOptions(), reason: reason, movesAssignment: true)
                        }
                    }
                    #expect(try await home.store.regradeSet(set.id).state == .ready)
                }
            }
        }

        /// With two workers, one is left for what learners hand in while a set is graded. The set's gradings last until the test ends.
        @Test func aSetLeavesAWorkerForLearners() async throws {
            try await Home.with(workers: 2) { home in
                try await home.publish(script: "true")
                let minji = try await home.join("minji")
                let teacher = try await home.join("hana", .instructor)
                for _ in 0..<3 { try await home.submit(minji) }
                let slow = try await home.publishLab(
                    script: "sleep 600", lab: "limits: {grader: {wall-time: 10m}, learner: {wall-time: 9m}}\n")
                try await home.working {
                    for row in try await home.store.submissions(cohort: nil, assignment: nil, person: nil, limit: 9) {
                        _ = try await home.graded(row.submission.id)
                    }
                    let set = try await home.provost.regrades.create(
                        teacher, assignment: "web", cohort: nil, labVersion: slow.digest, scope: .all)
                    for _ in 0..<12_000 where try await home.provost.queueCounts().running == 0 {
                        try await Task.sleep(for: .milliseconds(10))
                    }
                    #expect(try await home.provost.queueCounts() == (queued: 2, running: 1))
                    let id = try await home.submit(minji).submission.id
                    #expect(try await home.graded(id).stage == .graded)
                    #expect(try await home.provost.queueCounts() == (queued: 2, running: 1))
                    #expect(try await home.store.regradeSet(set.id).state == .grading, "it did not wait for the set")
                }
            }
        }
    }
}
