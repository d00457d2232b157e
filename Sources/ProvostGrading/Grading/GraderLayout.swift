import Glibc
import ProvostCore
import ProvostSandbox

/// Where a grader of each format finds its files, what is started, and where its result lies afterwards. `docs/formats.md` describes it for
/// instructors.
///
/// The folders of foreign formats are made by a script that runs in the grader's room, as the grader's user, before the grader: the daemon
/// itself copies nothing out of a tree that a stranger wrote.
struct GraderLayout {
    /// What the room needs from the host.
    struct Folders {
        let submission: String
        let lab: String
        let grader: String
        let tools: String
        let grading: Workbench.Grader
    }

    var command: [String]
    var environment: [String: String]
    var workingDirectory = "/grade/work"
    var mounts: [RoomMount]
    /// The host's folder below which the result lies; nil: standard output, or the result channel.
    var results: String?

    init(_ task: GradingTask, _ folders: Folders) {
        let grader = task.grader
        environment = [
            "HOME": "/grade/work", "PATH": "/grade/bin:/usr/local/bin:/usr/bin:/bin", "PROVOST_CHANNEL": "/grade/channel/socket",
            "PYTHONPATH": "/grade/lib", "PYTHONDONTWRITEBYTECODE": "1",
        ]
        mounts = [
            .readOnly(host: folders.submission, at: "/grade/submission"),
            .readOnly(host: folders.grader, at: "/grade/grader"),
            .readOnly(host: folders.tools + "/grade-bin", at: "/grade/bin"),
            .readOnly(host: folders.tools + "/grade-lib", at: "/grade/lib"),
            .readOnly(host: folders.grading.channel, at: "/grade/channel"),
            .readOnly(host: folders.grading.settings, at: "/grade/settings"),
            .writable(host: folders.grading.work, at: "/grade/work"),
        ]
        let tests = folders.lab + (task.part == .public ? "/public" : "/tests")
        if task.part == .hidden, grader.isolation == .twoRoom {
            mounts.append(.readOnly(host: folders.lab, at: "/grade/lab"))
        } else if unsafe access(tests, F_OK) == 0 {
            // Samples hold the solution, so where learner code runs in the same room there are the tests alone; in a trial the public part stands
            // in their place, and the hidden tests are nowhere.
            mounts.append(.readOnly(host: tests, at: "/grade/lab/tests"))
        }
        var run = grader.run
        if let program = run.first, program.hasPrefix("./") { run[0] = "/grade/grader/" + program.dropFirst(2) }
        command = run
        results = grader.result ?? grader.format.usualResult == nil ? nil : folders.grading.work
        switch grader.format {
        case .provost, .exitCode, .junit, .tap, .exercism, .ctrf: break
        case .check50: command = Self.prepared(by: Self.copySubmission, run)
        case .gradescope:
            workingDirectory = "/autograder"
            environment["HOME"] = "/autograder"
            mounts.append(.writable(host: folders.grading.extra, at: "/autograder"))
            results = folders.grading.extra + "/results"
            // The program is the copy beside the folders, as the image of the original holds it.
            if let program = grader.run.first, program.hasPrefix("./") { run[0] = "/autograder/" + program.dropFirst(2) }
            command = Self.prepared(by: Self.gradescope, run)
        case .autolab:
            environment["PROVOST_HANDIN"] = grader.handin ?? "handin.tar"
            command = Self.prepared(by: Self.autolab, run)
        case .prairielearn:
            mounts += [
                .readOnly(host: folders.lab + (task.part == .public ? "/public" : "/tests"), at: "/grade/tests"),
                .readOnly(host: folders.grading.settings, at: "/grade/data"),
                .readOnly(host: folders.grader, at: "/grade/serverFilesCourse"),
                .writable(host: folders.grading.extra, at: "/grade/results"),
                .writable(host: folders.grading.student, at: "/grade/student"),
            ]
            workingDirectory = "/grade"
            results = folders.grading.extra
            command = Self.prepared(by: "cp -RP /grade/submission/. /grade/student/", run)
        case .inginious:
            environment["PATH"] = "/grade/inginious:/grade/bin:/usr/local/bin:/usr/bin:/bin"
            workingDirectory = "/task"
            environment["HOME"] = "/task"
            mounts += [
                .readOnly(host: folders.tools + "/inginious-bin", at: "/grade/inginious"),
                .writable(host: folders.grading.extra, at: "/task"),
                .writable(host: folders.grading.student, at: "/task/student"),
            ]
            if let program = grader.run.first, program.hasPrefix("./") { run[0] = "/task/" + program.dropFirst(2) }
            command = Self.prepared(by: Self.inginious, run)
        }
    }

    /// Where learner code runs in the same room, one program watches that the grader's own process ended, and that nothing outlived it.
    var watched: [String] { ["/grade/bin/shared-run"] + command }

    /// Takes what an image calls its PATH in place of the usual one; our commands stay first.
    mutating func addPath(_ path: String) {
        environment["PATH"] = environment["PATH"]?.replacing("/usr/local/bin:/usr/bin:/bin", with: path)
    }

    private static func prepared(by script: String, _ run: [String]) -> [String] {
        ["/bin/sh", "-c", "{ \(script); } || exit 70; exec \"$@\"", "prepare"] + run
    }

    private static let copySubmission = "cp -RP /grade/submission/. /grade/work/"

    /// gradescope-autograders.readthedocs.io/en/latest/specs: `source/`, `submission/`, `results/`, and a copy of `run_autograder` beside them.
    private static let gradescope = """
        mkdir -p source submission results && cp -RP /grade/grader/. source/ && cp -RP /grade/submission/. submission/ \
        && cp /grade/settings/submission_metadata.json . && cp source/run_autograder . && chmod +x run_autograder
        """

    /// Tasks are edited in a web page, so a published `run` seldom is executable (UCL-INGI/INGInious-demo-tasks). The container of the original
    /// makes every file of the task so: `base-containers/base/inginious_container_api/scripts/INGInious.py`, `set_directory_rights`.
    private static let inginious = "cp -RP /grade/grader/. /task/ && chmod -R u+rwx /task"

    /// autolab/Autolab docs/lab.md: an empty folder with `Makefile` (uploaded as `autograde-Makefile`), `autograde.tar` and the handin under its
    /// own name. A handin that is no file of the submission is a tar of all of it.
    private static let autolab = """
        if [ -f /grade/grader/autograde-Makefile ]; then cp /grade/grader/autograde-Makefile Makefile; \
        else cp /grade/grader/Makefile Makefile; fi \
        && cp /grade/grader/autograde.tar . \
        && if [ -f "/grade/submission/$PROVOST_HANDIN" ] && [ ! -h "/grade/submission/$PROVOST_HANDIN" ]; \
        then cp "/grade/submission/$PROVOST_HANDIN" "./$PROVOST_HANDIN"; \
        else case "$PROVOST_HANDIN" in *.tar) tar -C /grade/submission -cf "./$PROVOST_HANDIN" . ;; *) : ;; esac; fi
        """
}
