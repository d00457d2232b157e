/// One call of INGInious' `run_student`, which is our `learner run` under another name.
///
/// ```
/// run_student [--time CPU-SECONDS] [--hard-time WALL-SECONDS] [--memory MB] [--container NAME] [--share-network] [--run-as-root] COMMAND…
/// ```
///
/// Source: `INGInious/INGInious:doc/teacher_doc/run_file.rst` and `base-containers/base/inginious_container_api/run_student.py`.
///
/// `--time` is CPU time, `--hard-time` wall time and three times that unless given, `--memory` is in MiB; 0 or nothing is the lab's own limit, and no call widens one. Standard
/// input passes through. Decisions: `--container` is refused, since the learner's room has the image that lab.yaml names; `--run-as-root` is refused, since no
/// room has a root; `--share-network` is ignored with a note, since `network` of lab.yaml decides.
///
/// The program starts where the caller is, which the relay tells by `--working-dir`: in `/task`, or in `student/` below it. Of `/task` the learner's room has
/// nothing else, so from any other folder it starts in `/task`.
package struct INGIniousRunStudent: Sendable {
    /// What to run.
    package let command: LearnerCommand
    /// Where it starts: `/task` or `/task/student`.
    package let workingDirectory: String
    /// What was ignored, for the instructor.
    package let notes: [String]

    /// Reads the words after `run_student`. Throws `invalid` with a sentence for the grader's author.
    package init(_ words: [String]) throws(ProvostError) {
        let found: CommandOptions
        do throws(FormatMistake) {
            found = try CommandOptions(
                words,
                valued: [
                    "working-dir": "working-dir", "time": "time", "hard-time": "hard-time", "memory": "memory",
                    "container": "container",
                ],
                flags: ["share-network": "share-network", "run-as-root": "run-as-root"], of: "run_student", stopsAtWord: true)
        } catch {
            throw ProvostError(.invalid, error.description)
        }
        if found["container"] != nil {
            throw ProvostError(
                .invalid, "run_student: --container is not available; name the learner's room's image in lab.yaml under “image”.")
        }
        if found["run-as-root"] != nil {
            throw ProvostError(.invalid, "run_student: --run-as-root is not available; no room has a root.")
        }
        notes = found["share-network"] == nil ? [] : ["run_student: --share-network is ignored; “network” in lab.yaml decides."]
        guard !found.words.isEmpty else {
            throw ProvostError(.invalid, "run_student: say the program, like “run_student ./program”.")
        }
        let time = try Self.number(found["time"], "--time")
        let hardTime = try Self.number(found["hard-time"], "--hard-time") ?? time.map { $0 * 3 }
        let memory = try Self.number(found["memory"], "--memory")
        var run = ["run", "--stdin", "-"]
        if let time { run += ["--cpu", "\(time)ms"] }
        if let hardTime { run += ["--time", "\(hardTime)ms"] }
        if let memory { run += ["--memory", "\(memory * 1_048_576 / 1000)"] }
        // One word with spaces is a whole command line, as its Python interface takes it.
        let line = found.words.count == 1 && found.words[0].contains(" ") ? ["sh", "-c", found.words[0]] : found.words
        let folder = found["working-dir"] ?? "/task"
        workingDirectory = folder == Self.student ? folder : "/task"
        // The learner may have taken a folder below student/ away: that must not look like a failure of the room.
        let below = folder.hasPrefix(Self.student + "/") ? ["/bin/sh", "-c", "cd \"$0\" && exec \"$@\"", folder] : []
        command = try LearnerCommand(run + ["--"] + below + line)
    }

    /// The one folder that both rooms have.
    package static let student = "/task/student"

    /// A number of seconds or mebibytes in thousandths; nil for none and for 0, which is the lab's own.
    private static func number(_ text: String?, _ option: String) throws(ProvostError) -> Int64? {
        guard let text else { return nil }
        guard let amount = try? Amount(parsing: Array(text.utf8)[...]), amount <= Amount(whole: 1_000_000) else {
            throw ProvostError(.invalid, "run_student: \(option) “\(text.prefix(40))” is not a number from 0 to one million.")
        }
        let thousandths = (amount.billionths + 999_999) / 1_000_000
        return thousandths == 0 ? nil : thousandths
    }

    /// What the run file's shell sees: 252 out of memory, 253 out of time, 254 when the program could not be run (stop then: not graded), else the program's own.
    /// INGInious' 251, “not available”, is what a refused call ends with.
    package static func exitStatus(for report: RoomReport) -> UInt8 {
        switch (report.ending, report.stoppedBy) {
        case (.failed, _): 254
        case (_, .wallTime?), (_, .cpuTime?): 253
        case (_, .memory?): 252
        default: LearnerCommand.exitStatus(for: report)
        }
    }
}
