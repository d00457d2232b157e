import Foundation
import Glibc
import Synchronization
import Testing

/// A person with a home folder, in which the command line keeps their login.
struct Member: Sendable {
    let name: String
    let home: String
}

/// A cohort of its own on a daemon that others may use too.
struct Classroom: Sendable {
    let daemon: Daemon
    /// Also the stem of every name in it.
    let cohort: String
    private static let count = Atomic<Int>(0)

    /// Makes organization, program and cohort. By default the study window began a month ago and lasts another one.
    init(_ daemon: Daemon? = nil, firstDay: Int = -30, lastDay: Int = 30) async throws {
        self.daemon = try #require(daemon ?? Daemon.shared)
        cohort = "c\(Self.count.add(1, ordering: .relaxed).newValue)"
        try await self.daemon.must(["org", "create", cohort])
        try await self.daemon.must(["program", "create", cohort, "--org", cohort])
        try await self.daemon.must([
            "cohort", "create", cohort, "--program", cohort, "--first-day", Self.day(firstDay), "--last-day", Self.day(lastDay),
            "--timezone", "Asia/Seoul",
        ])
    }

    /// A day of the cohort's calendar, counted from today.
    static func day(_ offset: Int) -> String { String(time(TimeInterval(offset) * 86_400).prefix(10)) }

    /// A time on the cohort's clock, counted from now.
    static func time(_ offset: TimeInterval) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(secondsFromGMT: 9 * 3600)
        format.dateFormat = "yyyy-MM-dd'T'HH:mm"
        return format.string(from: Date().addingTimeInterval(offset))
    }

    /// Enrols a person and logs them in.
    func member(_ name: String, role: String = "learner") async throws -> Member {
        let code = try #require(try await enroll(name, role: role))
        let member = Member(name: "\(cohort)-\(name)", home: "\(daemon.folder)/\(cohort)-\(name)")
        try await daemon.must(["login", code, "--server", "unix:" + daemon.socket], as: member)
        return member
    }

    /// Returns the enrolment code.
    func enroll(_ name: String, role: String = "learner") async throws -> String? {
        try await daemon.must(["enroll", "\(cohort)-\(name)", "--cohort", cohort, "--role", role, "-o", "json"]).json["code"].text
    }

    /// Writes a grader and a lab of this name, publishes both and places them as an assignment.
    /// - Parameters:
    ///   - grader: the text of the program.
    ///   - lab: further lines of lab.yaml.
    func assignment(
        _ name: String, grader: String = Classroom.byFile, format: String = "provost", lab: String = "",
        files: [String: String] = [:], options: [String] = []
    ) async throws {
        try await publish(name, grader: grader, format: format, lab: lab, files: files)
        try await daemon.must(["assignment", "create", name, "--lab", "\(cohort)-\(name)", "--cohort", cohort] + options)
    }

    func publish(
        _ name: String, grader: String = Classroom.byFile, format: String = "provost", lab: String = "",
        files: [String: String] = [:]
    ) async throws {
        let full = "\(cohort)-\(name)"
        let folder = "\(daemon.folder)/content/\(full)"
        // On a busy machine a room may wait for a minute before its program gets a processor.
        let limits = lab.hasPrefix("limits:") ? "" : "limits: {grader: {wall-time: 10m}, learner: {wall-time: 2m}}\n"
        try write(
            [
                "grader/grader.yaml": "name: \(full)\ntitle:\n  en: \(name)\nformat: \(format)\nrun: [./run]\n",
                "grader/run": grader,
                "lab/lab.yaml": "name: \(full)\ntitle:\n  en: \(name)\ngrader: \(full)\npoints: 10\n\(limits)\(lab)\n",
                "lab/README.md": "# \(name)\n",
                "lab/tests/secret.txt": "the hidden answer\n",
            ].merging(files) { $1 }, to: folder)
        unsafe chmod(folder + "/grader/run", 0o755)
        try await daemon.must(["grader", "publish", folder + "/grader"])
        try await daemon.must(["lab", "publish", folder + "/lab", "--no-check"])
    }

    /// Gives the points that the submission's file `score` names: first of eight, then of two hidden ones.
    static let byFile = """
        #!/bin/sh
        read -r open hidden < /grade/submission/score || exit 3
        echo "the evidence of the grader"
        [ "$open" = 8 ] && status=pass || status=fail
        report test counting $status --score "$open" --max 8
        report test "a secret case" fail --score "$hidden" --max 2 --hidden
        """

    /// How a grader begins that waits until `letGo`: what a test kills or stops before is at work, however long the machine takes.
    static let held = "#!/bin/sh\nuntil [ -e /grade/grader/go ]; do sleep 0.2; done\n"

    /// From now on no grader waits any more. The unpacked version is the only folder of a grader's room that this test can write to.
    func letGo() throws {
        let trees = daemon.state + "/trees"
        let files = FileManager.default
        for tree in try files.contentsOfDirectory(atPath: trees) where files.fileExists(atPath: "\(trees)/\(tree)/run") {
            try #require(files.createFile(atPath: "\(trees)/\(tree)/go", contents: nil))
        }
    }

    /// A folder with these files in a learner's home.
    func work(_ member: Member, _ files: [String: String]) throws -> String {
        let path = "\(member.home)/work-\(UInt64.random(in: 0 ... .max))"
        try write(files, to: path)
        return path
    }

    /// A file with these bytes in a learner's home.
    func archive(_ member: Member, _ name: String, _ bytes: [UInt8]) throws -> String {
        try Data(bytes).write(to: URL(fileURLWithPath: member.home + "/" + name))
        return member.home + "/" + name
    }

    private func write(_ files: [String: String], to folder: String) throws {
        for (name, text) in files {
            let file = URL(fileURLWithPath: folder + "/" + name)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(text.utf8).write(to: file)
        }
    }

    /// `submit … --wait -o json`.
    func submit(_ name: String, _ path: String, as member: Member, wait: Bool = true, language: String? = nil) async throws
        -> Ended
    {
        try await daemon.cli(
            ["submit", name, path, "--cohort", cohort, "-o", "json"] + (wait ? ["--wait"] : []), as: member,
            environment: language.map { ["LANG": $0] } ?? [:])
    }

    /// `submission show`, as a person or as root; in words or as JSON.
    func show(_ submission: String, as member: Member?, json: Bool = true) async throws -> Ended {
        try await daemon.must(["submission", "show", submission, "-o", json ? "json" : "table"], as: member)
    }

    /// Looks at a submission, as root, until its newest grading is as wanted; after two minutes the test goes on and finds out.
    func wait(for submission: String, until wanted: (JSON) -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while ContinuousClock.now < end {
            if try await wanted(show(submission, as: nil).json["grading"]) { return }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// The attempts that a learner has used: those of submissions that count.
    func attempts(_ name: String, of member: Member) async throws -> [JSON] {
        try await daemon.must(["submission", "list", "--assignment", name, "--cohort", cohort, "-o", "json"], as: member).json
            .items
    }
}
