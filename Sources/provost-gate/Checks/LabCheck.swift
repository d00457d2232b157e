import Foundation
import ProvostArchive
import ProvostCore
import ProvostGrading

/// Every check of one lab, in order. `provost lab check` prints what it finds.
struct LabCheck: Sendable {
    struct Options: Sendable {
        /// nil: as lab.yaml says.
        var repeats: Int?
        var mutants: Int?
        /// No new mutant is begun after this long.
        var mutantTime: Duration
        var jobs: Int
    }

    let lab: LoadedLab
    let rooms: LocalRooms
    let options: Options
    let progress: @Sendable (Finding) -> Void

    func run() async throws -> [Finding] {
        var findings = files()
        progress(all: findings)
        let samples = try Sample.all(of: lab)
        let reference = samples.first { $0.name == "reference" }

        // Alone, for what it uses; the others may share the machine.
        var full: GradingResult?
        if let reference {
            let result = try await rooms.grade(try rooms.pack(reference.folder, ignoring: .submission), lab)
            full = result
            add(judge(reference, result), to: &findings)
            for finding in headroom(result) { add(finding, to: &findings) }
        } else {
            add(
                Finding("reference", "reference", .failed, "samples/reference is missing: a solution that gets all points."),
                to: &findings)
        }
        let others = samples.filter { $0.name != "reference" }
        let starter = try await self.starter()
        // Where people mark, the reference is not graded either, and a starter has no score to compare.
        let isMarkedByPeople = reference?.expectation == .notGraded
        if let starter, !isMarkedByPeople { add(judgeStarter(starter), to: &findings) }
        let graded = try await each(others) { sample in
            try await rooms.grade(try rooms.pack(sample.folder, ignoring: .submission), lab)
        }
        for (sample, result) in zip(others, graded) { add(judge(sample, result), to: &findings) }
        let seen = graded + [starter, full].compactMap { $0 }
        add(shownSecrets(seen), to: &findings)

        guard let reference, let full, full.record.passed || isMarkedByPeople else {
            for check in ["repeats", "mutants", "forgery", "canary"] {
                add(Finding(check, "reference", .skipped, "needs a reference that gets all points"), to: &findings)
            }
            return findings
        }
        add(try await repeats(reference, first: full), to: &findings)
        for finding in try await forgeries(starter) { add(finding, to: &findings) }
        add(try await canary(reference, samples), to: &findings)
        guard !isMarkedByPeople else {
            add(Finding("mutants", "reference", .skipped, "people mark this lab: no program can lose its points"), to: &findings)
            return findings
        }
        for finding in try await mutants(reference) { add(finding, to: &findings) }
        return findings
    }

    // MARK: One submission each

    private func files() -> [Finding] {
        var missing: [String] = []
        for name in ["README.md", "tests", "starter"] where !FileManager.default.fileExists(atPath: lab.folder + "/" + name) {
            missing.append(name)
        }
        var findings = [
            missing.isEmpty
                ? Finding("files", "lab", .passed, "handout, starter and tests are there")
                : Finding("files", "lab", .failed, "missing: \(missing.joined(separator: ", "))")
        ]
        if !FileManager.default.fileExists(atPath: lab.folder + "/README.ko.md") {
            findings.append(Finding("files", "README.ko.md", .warning, "there is no handout in Korean"))
        }
        if !FileManager.default.fileExists(atPath: lab.folder + "/public") {
            findings.append(
                Finding(
                    "files", "public", .warning, "without a folder public/ learners cannot try their work with “provost lab try”")
            )
        }
        return findings
    }

    private func starter() async throws -> GradingResult? {
        let folder = lab.folder + "/starter"
        guard FileManager.default.fileExists(atPath: folder) else { return nil }
        return try await rooms.grade(try rooms.pack(folder, ignoring: .submission), lab)
    }

    private func judgeStarter(_ result: GradingResult) -> Finding {
        let expectation = SampleExpectation.graded(.zero...lab.manifest.gate.floor)
        if let complaint = expectation.complaint(about: result.record) {
            return Finding("starter", "starter", .failed, "\(complaint) (gate: floor in lab.yaml)")
        }
        return Finding(
            "starter", "starter", .passed,
            "\(result.record.score ?? .zero) of \(result.record.max), floor \(lab.manifest.gate.floor)")
    }

    private func judge(_ sample: Sample, _ result: GradingResult) -> Finding {
        let check = sample.name == "reference" ? "reference" : "sample"
        let wanted = check == "reference" && sample.expectation != .notGraded ? allPoints : sample.expectation
        if let complaint = wanted?.complaint(about: result.record) {
            let first = result.record.tests.first { $0.status != .pass }.map {
                "; first: \($0.name): \($0.message ?? $0.status.rawValue)"
            }
            return Finding(check, sample.name, .failed, complaint + (check == "reference" ? first ?? "" : ""))
        }
        return Finding(check, sample.name, .passed, wanted.map { "\($0)" } ?? "")
    }

    private var allPoints: SampleExpectation { .graded(lab.manifest.points...lab.manifest.points) }

    private func headroom(_ result: GradingResult) -> [Finding] {
        let wanted = lab.manifest.gate.headroom
        var findings: [Finding] = []
        for (who, headroom) in [("learner", result.learner), ("grader", result.grader)] {
            for (dimension, use) in headroom.nearest.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                let text =
                    "\(who)'s \(dimension.rawValue): \(Self.amount(use.used, dimension)) of \(Self.amount(use.limit, dimension))"
                // A page or two, a millisecond or two, say nothing.
                let enough = use.factor >= wanted || use.used < Self.noise(dimension)
                findings.append(
                    Finding(
                        "headroom", "\(who) \(dimension.rawValue)", enough ? .passed : .failed,
                        enough ? text : "\(text): raise the limit to \(wanted) times what the reference uses"))
            }
        }
        return findings
    }

    private static func amount(_ value: Int64, _ dimension: Headroom.Dimension) -> String {
        switch dimension {
        case .wallTime, .cpuTime: "\(value) ms"
        case .memory: value >= 1 << 20 ? "\(value >> 20) MiB" : "\(value >> 10) KiB"
        case .processes: "\(value)"
        }
    }

    private static func noise(_ dimension: Headroom.Dimension) -> Int64 {
        switch dimension {
        case .wallTime, .cpuTime: 10
        case .memory: 1 << 20
        case .processes: 1
        }
    }

    // MARK: Many

    private func repeats(_ reference: Sample, first: GradingResult) async throws -> Finding {
        let times = options.repeats ?? lab.manifest.gate.repeats
        guard times > 1 else { return Finding("repeats", "reference", .skipped, "one grading says nothing about the next") }
        let packed = try rooms.pack(reference.folder, ignoring: .submission)
        let results = try await each(Array(1..<times)) { _ in try await rooms.grade(packed, lab) }
        for (number, result) in results.enumerated() {
            if let difference = Self.difference(first.record, result.record) {
                return Finding(
                    "repeats", "reference", .failed, "grading \(number + 2) of \(times) differs from the first: \(difference)")
            }
        }
        return Finding("repeats", "reference", .passed, "\(times) gradings agree in every test")
    }

    private static func difference(_ one: GradingRecord, _ other: GradingRecord) -> String? {
        if one.outcome != other.outcome { return "not graded: \(other.evidence ?? other.reason ?? "")" }
        if one.tests.map(\.name) != other.tests.map(\.name) { return "the tests have other names or another order" }
        if let changed = zip(one.tests, other.tests).first(where: { $0.status != $1.status || $0.score != $1.score })?.1 {
            return "\(changed.name): \(changed.status.rawValue) \(changed.score)/\(changed.max) \(changed.message ?? "")"
        }
        return one.score == other.score ? nil : "\(other.score ?? .zero) points instead of \(one.score ?? .zero)"
    }

    private func mutants(_ reference: Sample) async throws -> [Finding] {
        let count = options.mutants ?? lab.manifest.gate.mutants
        let mutants = Mutants.of(Patch.texts(in: reference.folder), count: count)
        guard !mutants.isEmpty else {
            return [
                Finding(
                    "mutants", "reference", .skipped,
                    count == 0 ? "none asked for" : "no file of the reference is in a language that is known here")
            ]
        }
        let clock = ContinuousClock()
        let end = clock.now + options.mutantTime
        let results = try await each(Array(mutants.enumerated())) { number, mutant -> GradingResult? in
            if clock.now >= end { return nil }
            let folder = rooms.temporary + "/mutant-\(number)"
            try Patch.copy(reference.folder, to: folder, files: [mutant.path: mutant.content])
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await rooms.grade(try rooms.pack(folder, ignoring: .submission), lab)
        }
        var findings: [Finding] = []
        var caught = 0
        var tried = 0
        for (mutant, result) in zip(mutants, results) {
            guard let result else { continue }
            tried += 1
            if result.record.passed {
                findings.append(
                    Finding(
                        "mutants", "\(mutant.path):\(mutant.line)", .warning,
                        "\(mutant.change) still gets all points: is a test missing, or do both mean the same?"))
            } else {
                caught += 1
            }
        }
        let left = tried < mutants.count ? "; \(mutants.count - tried) not begun in time" : ""
        return [
            Finding(
                "mutants", "reference", caught * 2 >= tried ? .passed : .failed,
                "\(caught) of \(tried) changed copies lose points\(left)")
        ] + findings
    }

    private func forgeries(_ starter: GradingResult?) async throws -> [Finding] {
        guard let starter, starter.record.outcome == .graded else {
            return [Finding("forgery", "starter", .skipped, "needs a starter that is graded")]
        }
        let forgeries = Forgery.all(for: lab)
        let results = try await each(Array(forgeries.enumerated())) { number, forgery in
            let folder = rooms.temporary + "/forgery-\(number)"
            try Patch.copy(lab.folder + "/starter", to: folder, files: forgery.files)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            return try await rooms.grade(try rooms.pack(folder, ignoring: .submission), lab)
        }
        return zip(forgeries, results).map { forgery, result in
            let earned = starter.record.score ?? .zero
            if result.record.outcome == .notGraded {
                // No score was reached; but an attempt for breaking the grader is worth a look.
                return Finding(
                    "forgery", forgery.name, lab.grader.isolation == .shared ? .passed : .warning,
                    "not graded: \(result.record.evidence ?? result.record.reason ?? "")")
            }
            let score = result.record.score ?? .zero
            return score <= earned
                ? Finding("forgery", forgery.name, .passed, "nothing gained: \(score) of \(result.record.max)")
                : Finding("forgery", forgery.name, .failed, "\(forgery.about): gained \(score) points, the starter has \(earned)")
        }
    }

    // MARK: Helpers

    private func add(_ finding: Finding, to findings: inout [Finding]) {
        findings.append(finding)
        progress(finding)
    }
    private func progress(all findings: [Finding]) { for finding in findings { progress(finding) } }

    /// Runs a body for each item, a few at a time, and answers in the items' order.
    func each<Item: Sendable, Value: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Value
    ) async throws -> [Value] {
        try await withThrowingTaskGroup(of: (Int, Value).self) { group in
            var values: [Value?] = Array(repeating: nil, count: items.count)
            var next = 0
            func begin() {
                guard next < items.count else { return }
                let (index, item) = (next, items[next])
                group.addTask { (index, try await body(item)) }
                next += 1
            }
            for _ in 0..<max(1, options.jobs) { begin() }
            while let (index, value) = try await group.next() {
                values[index] = value
                begin()
            }
            return values.compactMap { $0 }
        }
    }
}
