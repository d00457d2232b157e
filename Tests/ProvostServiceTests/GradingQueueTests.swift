import Foundation
import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostService
import ProvostStore
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct GradingQueueTests {
        private static let reads = #"[ "$(cat /grade/submission/answer.txt)" = 42 ]"#

        @Test func aSubmissionBecomesAScore() async throws {
            try await Home.with { home in
                try await home.publish(script: Self.reads)
                let minji = try await home.join("minji")
                let right = try await home.submit(minji).submission.id
                try await home.working {
                    // One that is there before, and one that rings.
                    #expect(try await home.graded(right).record?.score == Points(whole: 10))
                    let wrong = try await home.submit(minji, "41").submission.id
                    let grading = try await home.graded(wrong)
                    #expect(grading.record?.score == .zero)
                    #expect(grading.run == 1)
                    let log = try await home.provost.submissions.log(Home.root, wrong)
                    #expect(String(decoding: log, as: UTF8.self).contains("ended with exit status 1"))
                }
                #expect(try home.leftovers() == [])
                #expect(home.provost.events.kept.histories == 0)
            }
        }

        @Test func everybodysFirstComesBeforeAnybodysSecond() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let minji = try await home.join("minji")
                let jun = try await home.join("jun")
                var order: [ID<Submission>] = []
                for (index, learner) in [minji, minji, minji, jun].enumerated() {
                    order.append(try await home.submit(learner, "\(index)").submission.id)
                }
                try await home.working {
                    var gradings: [(Int, Grading)] = []
                    for (index, id) in order.enumerated() { gradings.append((index, try await home.graded(id))) }
                    let started = gradings.sorted {
                        ($0.1.startedAt ?? home.clock.read()) < ($1.1.startedAt ?? home.clock.read())
                    }.map(\.0)
                    #expect(started.first == 0)
                    #expect(started.firstIndex(of: 3) == 1, "jun's first before minji's second: \(started)")
                    #expect(gradings.allSatisfy { $0.1.record?.passed == true })
                }
            }
        }

        /// Tests and messages are seen while it runs; hidden ones are not; what is beyond the cap neither.
        @Test func aGraderReportsAndRunsTheLearnersProgram() async throws {
            try await Home.with { home in
                let script = """
                    report message hello
                    report test shown pass --max 4
                    report test secret pass --max 6 --hidden
                    for i in $(seq 150); do report message "m$i"; done
                    learner run -- cat answer.txt > out.txt; [ "$(cat out.txt)" = 42 ] || exit 3
                    learner run -- sh -c 'ls /grade /provost 2>/dev/null; exit 7' > out.txt; [ $? = 7 ] || exit 4
                    [ -s out.txt ] && exit 5
                    learner run -- "" 2> err.txt; [ $? = 2 ] || exit 6
                    true
                    """
                try await home.publish(script: script, format: "provost")
                let minji = try await home.join("minji")
                let id = try await home.submit(minji).submission.id
                let watch = home.provost.events.watch(id)
                try await home.working {
                    let grading = try await home.graded(id)
                    #expect(grading.record?.score == Points(whole: 10), "\(grading.record as Any)")
                    #expect(grading.run == 1)
                    #expect(grading.record?.messages.count == GradingSheet.mostMessages)
                    let seen = try await home.provost.submissions.view(minji, id)
                    #expect(seen.grading?.record?.tests.map(\.name) == ["shown"])
                    var events: [String] = []
                    for await event in watch {
                        if case .finished = event { break }
                        switch event {
                        case .test(let test): events.append(test.name)
                        case .message(let text): events.append(text)
                        default: break
                        }
                    }
                    #expect(events == ["hello", "shown"] + (1..<GradingSheet.mostMessages).map { "m\($0)" })
                }
            }
        }

        /// An archive that is refused is the learner's to mend: no score, no attempt.
        @Test func aRefusedArchiveCostsNothing() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0", attempts: 1)
                let minji = try await home.join("minji")
                let intake = try await home.begin(minji)
                try await intake.append(escapingTar())
                let id = try await home.provost.submissions.finish(intake).submission.id
                try await home.working {
                    let record = try await home.graded(id).record
                    #expect(record?.refused == true && record?.score == nil)
                    #expect(record?.reason?.isEmpty == false)
                }
                _ = try await home.submit(minji)
            }
        }

        @Test func aGradingThatIsCancelledIsGivenBackWhole() async throws {
            try await Home.with { home in
                try await home.publish(
                    script: "learner run -- sleep 60", format: "provost",
                    lab: "limits: {grader: {wall-time: 90s}, learner: {wall-time: 80s}}\n")
                let id = try await home.submit(home.join("minji")).submission.id
                let watch = home.provost.events.watch(id)
                try await home.working {
                    for await event in watch { if case .grading = event { break } }
                }
                // `working` came back: every room of it is gone, long before its minute was over.
                #expect(try await home.provost.queueCounts() == (queued: 1, running: 0))
                #expect(try await home.store.submission(id).newest?.record == nil)
                #expect(try home.leftovers() == [])
                #expect(home.provost.events.kept.histories == 0)
                // Every user came back but the one of the unpacked versions.
                var users: [RoomUser] = []
                while let user = try? home.context.sandbox.leaseUser() { users.append(user) }
                #expect(users.count == 99)
            }
        }

        @Test func aGradingThatNeverEndsIsGivenUp() async throws {
            try await Home.with { home in
                try await home.publish(script: "exit 0")
                let id = try await home.submit(home.join("minji")).submission.id
                for run in 1...GradingQueue.mostRuns {
                    let job = try #require(try await home.store.claimNextGrading(at: home.context.now()))
                    #expect(job.grading.run == run)
                    // The daemon dies here, and comes back.
                    #expect(try await home.store.requeueInterrupted() == 1)
                }
                try await home.working {
                    let record = try await home.graded(id).record
                    #expect(record?.outcome == .notGraded && record?.refused == false)
                    #expect(record?.evidence?.contains("given up after \(GradingQueue.mostRuns) starts") == true)
                }
            }
        }

        /// What a daemon left in the middle is run again by the next.
        @Test func anInterruptedGradingIsRunAgain() async throws {
            try await Home.with { home in
                try await home.publish(script: Self.reads)
                let id = try await home.submit(home.join("minji")).submission.id
                let job = try #require(try await home.store.claimNextGrading(at: home.context.now()))
                try await home.working {
                    let grading = try await home.graded(id)
                    #expect(grading.run == 2)
                    #expect(grading.record?.passed == true)
                }
                // What the old run might still say is not taken.
                let late = GradingRecord(outcome: .graded, isolation: .shared, score: .zero, max: Points(whole: 10))
                #expect(
                    try await home.store.recordGrading(
                        job.grading.id, run: job.grading.run, record: late, unpack: nil, log: nil,
                        evidence: GradingEvidence(limits: "{}", image: "host"),
                        at: home.context.now()) == false)
                #expect(try await home.store.submission(id).newest?.record?.passed == true)
            }
        }

        /// A lab whose archive is gone is our failure: given back twice, then not graded, and nothing stays behind.
        @Test func aLostBlobIsOurFaultAndCostsNothing() async throws {
            try await Home.with { home in
                let view = try await home.publish(script: "exit 0")
                let content = view.lab.content
                TreeFiles.remove("\(home.path)/trees/\(content.hex)")
                let minji = try await home.join("minji")
                let id = try await home.submit(minji).submission.id
                let blobs = FileManager.default.enumerator(atPath: home.path + "/blobs")?.compactMap { $0 as? String } ?? []
                let blob = try #require(
                    blobs.first { $0.hasSuffix(content.hex) || $0.replacing("/", with: "").hasSuffix(content.hex) })
                try FileManager.default.removeItem(atPath: "\(home.path)/blobs/\(blob)")
                try await home.working {
                    let grading = try await home.graded(id)
                    #expect(grading.run == 3)
                    #expect(grading.record?.outcome == .notGraded && grading.record?.refused == false)
                    #expect(grading.record?.reason == "Something failed on our side while grading.")
                }
                #expect(try home.leftovers() == [])
                let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap {
                    try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                }
                #expect(!open.contains { $0.hasPrefix(home.path + "/rooms/") })
            }
        }

        @Test func oneVersionIsBuiltOnceForAllWhoWait() async throws {
            try await Home.with { home in
                let unpacking = Unpacking(sandbox: home.context.sandbox, tools: home.context.directory.tools)
                let folder = home.path + "/own-trees"
                try FileManager.default.createDirectory(
                    atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
                let trees = try TreeCache(folder: folder, sandbox: home.context.sandbox, unpacking: unpacking)
                let good = try home.context.blobs.put(RawTar((0..<200).map { .init("f\($0)", "\($0)") }).bytes)
                let bad = try home.context.blobs.put(escapingTar())
                let blobs = home.context.blobs.open
                await withTaskGroup(of: Void.self) { group in
                    for number in 0..<24 {
                        group.addTask {
                            if number % 3 == 0 {
                                return await expectFailure(.invalid) { _ = try await trees.tree(bad, blobs: blobs) }
                            }
                            do {
                                let path = try await trees.tree(good, blobs: blobs)
                                #expect(try FileManager.default.contentsOfDirectory(atPath: path).count == 200)
                            } catch { Issue.record("\(error)") }
                        }
                    }
                }
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [good.hex])
            }
        }
    }
}
