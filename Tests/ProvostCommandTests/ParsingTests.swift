import ArgumentParser
import Foundation
import ProvostCommand
import Testing

struct ParsingTests {
    @Test(arguments: [
        "login pvc_x --server unix:/x", "login -", "logout", "whoami -o json", "labs", "labs --all --cohort autumn -o csv",
        "labs --handout web-service", "submit web-service .", "submit a b.zip --wait --timeout 90s --cohort c -o json", "status",
        "status sub_1 -o json", "submission list --assignment a --person p", "submission show sub_1", "submission logs sub_1",
        "submission download sub_1 --to -", "receipt show sub_1", "receipt save sub_1 --to x", "receipt verify x --key y",
        "progress",
        "progress --person minji --cohort c", "lab publish d", "lab list", "lab show a", "grader publish d", "grader list",
        "grader show a",
        "assignment create a --lab b --cohort c --opens 2026-11-21 --due 2026-11-22T18:00 --attempts 3 --policy last",
        "assignment list", "assignment show a", "assignment change a --newest-lab-version", "assignment change a --attempts 0",
        "grades list", "grades export --csv --to x", "regrade sub_1 sub_2",
        "regrade --assignment a --cohort c --preview", "regrade start sub_1",
        "regrade --assignment a --estimate --scope counting",
        "regrade --assignment a --preview --newest-lab-version --wait --timeout 5m", "regrade list --cohort c",
        "regrade show rgs_1 --never-lower -o csv", "regrade apply rgs_1 --reason why --keep-human-marks --keep-version",
        "regrade cancel rgs_1", "regrade undo rgs_1",
        "org create a --title A",
        "org list", "program create a --org b", "program list",
        "cohort create a --program b --first-day 2026-09-01 --last-day 2026-12-20 --timezone Asia/Seoul", "cohort list",
        "cohort create a --program b --first-day 2026-09-01 --org campus --holiday 2026-09-24 --holiday 2026-09-25",
        "cohort advance a --dry-run -o json", "program check a.yaml b.yaml --labs d -o json", "program publish a.yaml",
        "program show a --version-number 2 -o csv", "program diff a b.yaml", "program diff a 1 2", "program table a.yaml",
        "person create a --name 김민지 --email a@b", "person list", "enroll a --cohort c --role instructor",
        "enrollment list --cohort c",
        "enrollment suspend a --cohort c", "token list", "token revoke t", "doctor -o json", "audit list --after 3 --limit 9",
        "audit verify", "completion zsh", "rehearse --assignment a",
        "rehearse --assignment c/a --learners 6 --in 1s --timeout 2m -o json",
        "quota set cohort:autumn memory 1GiB", "quota set organization:academy disk 200GiB --total -o json",
        "quota set learner:autumn/minji cpus 1.5", "quota set program:cloud submissions-per-day none",
        "quota clear cohort:autumn workspaces --total", "quota show", "quota show learner:autumn/minji -o csv", "quota explain",
        "quota explain memory --assignment web-service --person minji --cohort autumn",
        "quota simulate cohort:autumn workspaces 20 --total", "budget set autumn 60h", "budget set autumn 90m --unit cpu-seconds",
        "budget set autumn none", "budget total autumn 3000h", "budget total autumn none",
        "budget adjust minji 2h --cohort autumn --reason outage",
        "budget adjust minji 2h --take --reason why", "budget balance --person minji --cohort autumn",
        "budget ledger --workspace wsp_1 -o csv", "budget forecast --cohort autumn", "usage",
        "usage --by organization --from 2026-09-01 --to 2026-09-30", "usage --by learner --place cohort:autumn -o csv",
        "cohort extend autumn --until 2026-12-27 --reason why",
        "cohort extend autumn --until 2026-12-27T18:00 --person minji --reason why",
        "cohort schedule autumn", "cohort schedule autumn -o csv", "cohort schedule autumn --remove slt_1",
        "cohort schedule autumn --slot 2026-12-01T09:00 --for 3h --assignment a --warm 10m",
        "workspace copy wsp_1 -o json", "workspace copy a --person p --cohort c",
        "cohort import autumn r.csv --dry-run", "cohort import autumn r.csv --sync --role instructor --codes c.csv -o json",
        "cohort import autumn r.csv --sync --yes --encoding cp949",
        "enrollment code a b --cohort c", "enrollment code --to codes.csv", "org admin add a b", "org admin remove a b",
        "org admin list a -o csv", "report",
        "report --organization a --from 2026-09-01 --to 2026-09-30",
        "report --program p --by-cohort -o csv", "grades export --for canvas --encoding cp949",
        "grades export --for moodle --to x",
        "grades export --for oneroster --to x.zip", "grades export --for json", "grades export --for table --encoding utf-8-bom",
        "person export a --to d", "person export a --to a.zip --reason why", "person erase a --reason why --dry-run",
        "person erase a --reason why --confirm a -o json",
        "cohort close autumn", "cohort close autumn --delete-on 2027-01-31 --reason why -o json",
        "cohort reopen autumn --reason why", "export", "export autumn --to a.tar --force", "export autumn --all --to archives",
        "export autumn --person minji",
        "start web-service --no-wait --cohort c", "start web-service --shell", "shell", "shell a --new",
        "shell --session 3 --watch", "shell --rescue",
        "exec -- make -j 2", "exec a -t -- top", "stop", "restart a", "reset a", "cp a b:c", "push a b --workspace c", "pull",
        "forward 80", "forward a 8080:80", "logs", "why a -o json", "workspace list --person p", "workspace show a",
        "workspace snapshot", "workspace snapshots a --remove snp_1", "workspace restore snp_1 a", "workspace rescue",
        "workspace extend a --keep-alive 2h", "workspace why", "workspace diff", "workspace share --with p --mode pair --time 1h",
        "workspace share --revoke shr_1", "workspace delete a --yes", "workspace sessions", "workspace visits -o csv",
        "mark set pitch minji jun --level idea=strong --level talk=weak --comment x",
        "mark set a minji --points 9/10 --cohort c", "mark set a minji --take-back",
        "mark moderate pitch minji --points 17", "mark list --assignment a -o csv", "mark release a --person p",
        "attendance set c 2026-10-05 --present a,b --late d --absent e --excused f", "attendance set c 2026-10-05 --csv f",
        "attendance list c --date 2026-10-05 --person p",
        "allowance add p --assignment a --until 2026-10-09T18:00 --reason ill",
        "allowance add p --assignment a --excused --reason x",
        "allowance add p --time-factor 1.5 --reason x", "allowance add p --assignment a --bonus 5% --reason x",
        "allowance add p --slip-days 2 --reason x", "allowance list --person p", "allowance withdraw alw_1 --reason x",
        "integrity open p --assignment a --reason x", "integrity close int_1 --verdict cleared --reason x", "integrity list",
        "appeal a --reason x", "appeal list", "appeal reply apl_1 --verdict upheld --text x", "explain a --person p",
    ])
    func typicalArgumentsAreUnderstood(line: String) throws {
        let words = line.split(separator: " ").map(String.init)
        let command = try Provost.parseAsRoot(words)
        // The short way comes to the same; it is not taken where a verb was left out.
        guard let direct = DirectParsing.command(words, root: Provost.self) else {
            #expect(["appeal", "audit", "regrade", "usage"].contains(words[0]))
            return
        }
        #expect(type(of: direct) == type(of: command))
        #expect("\(direct)" == "\(command)")
    }

    @Test(arguments: [
        "", "help", "help start", "--help", "--version", "start --help", "start a --help", "start a -h", "exec --help -- make",
        "workspace",
        "workspace --help", "workspace list --help", "labs --version", "start a --help-hidden",
        "start --generate-completion-script bash",
        "labs --generate-completion-script", "---completion start -- --cohort 0 0", "stat a", "workspace lst",
        "--server unix:/x whoami",
        "start a --experimental-dump-help", "start a b", "-o json labs",
    ])
    func theShortWayIsForPlainArgumentsAlone(line: String) {
        #expect(DirectParsing.command(line.split(separator: " ").map(String.init), root: Provost.self) == nil)
    }

    @Test(arguments: [
        "login", "submit", "submit a", "submit a b --timeout 10", "submit a b -o csv", "status UPPER", "submission show",
        "receipt verify",
        "lab publish", "lab show Bad_Name", "assignment create a", "assignment create a --lab b --attempts -1",
        "assignment create a --lab b --opens 2026-12-01 --closes 2026-11-01", "assignment change a",
        "assignment change a --newest-lab-version --lab-version ab", "regrade", "regrade sub_1 --assignment a",
        "regrade --assignment a", "regrade --assignment a --preview --estimate", "regrade sub_1 --preview", "regrade aply rgs_1",
        "regrade apply rgs_1", "regrade --assignment a --preview --newest-lab-version --lab-version ab", "org create",
        "program create a", "program check", "program diff a", "program diff a b.yaml 2", "program publish", "cohort advance",
        "cohort create a --program b --first-day 2026-09-01 --holiday soon",
        "cohort create a --program b --first-day 2026-12-20 --last-day 2026-09-01 --timezone UTC",
        "cohort create a --program b --first-day 2026-02-30 --last-day 2026-09-01 --timezone UTC", "person create", "enroll a",
        "quota set cohort:autumn memory", "quota set autumn memory 1GiB", "quota set cohort:autumn memory lots",
        "quota set cohort:autumn speed 3", "quota simulate cohort:autumn cpus 1.2345", "quota clear cohort:autumn",
        "quota set learner:autumn memory 1GiB", "budget set autumn", "budget set autumn 60",
        "budget set autumn 60h --unit minutes", "budget total autumn", "budget total autumn 60",
        "budget adjust minji 2h", "usage --by person", "usage --from 2026-09-30 --to 2026-09-01", "usage --place autumn",
        "cohort extend autumn --until 2026-12-27", "cohort extend autumn --until soon --reason why",
        "cohort close autumn --reason why", "cohort close autumn --delete-on soon", "cohort reopen autumn",
        "export autumn --all --person minji",
        "enroll a --cohort c --role king", "token revoke", "completion tcsh", "labs -o xml", "labs extra",
        "start", "start a --shell --no-wait", "start a --shell -o json", "exec", "exec a make", "shell --new --rescue",
        "shell --watch", "forward", "forward 0", "forward a 1:2:3",
        "forward 70000", "cp a", "workspace extend a", "workspace restore", "workspace share --with a --revoke shr_1",
        "workspace copy", "workspace copy a", "cohort schedule", "cohort schedule a --slot 2026-12-01T09:00",
        "cohort schedule a --slot 2026-12-01T09:00 --for 3h", "cohort schedule a --slot nine --for 3h --assignment b",
        "cohort schedule a --for 3h", "cohort schedule a --warm 3h --remove slt_1",
        "cohort schedule a --slot 2026-12-01T09:00 --for 3h --assignment b --remove slt_1",
        "workspace share --mode king", "workspace delete",
        "mark set a minji", "mark set a --points 3", "mark set a minji --points x", "mark set a minji --level idea",
        "mark set a minji --points 3 --take-back", "mark set a minji --points 3 --level a=b", "attendance set c 2026-10-05",
        "attendance set c 2026-10-05 --present a --csv f", "attendance set c today --present a", "allowance add p --reason x",
        "allowance add p --excused --slip-days 2 --reason x", "allowance add p --time-factor 0.5 --reason x",
        "allowance add p --assignment a --excused", "integrity close int_1 --verdict guilty --reason x", "appeal a",
        "appeal reply apl_1 --verdict maybe --text x", "explain",
        "cohort import autumn", "cohort import autumn r.csv --yes", "cohort import autumn r.csv --encoding latin1",
        "cohort import autumn r.csv --dry-run --codes x", "enrollment code", "enrollment code a --to x",
        "report --from 2026-09-30 --to 2026-09-01", "grades export --for oneroster", "grades export --for json --encoding cp949",
        "grades export --csv --for moodle", "grades export --for canvas --assignment a", "person erase a --reason why",
        "person erase a --reason why --confirm b", "person export a",
        "certificate show crt_1 --to x.doc", "certificate revoke crt_1", "certificate verify", "certificate verify a --at noon",
        "certificate renew", "certificate key rotate", "certificate issue Minji", "certificate evidence",
        "rehearse", "rehearse --assignment a --learners 0", "rehearse --assignment a --learners 1001",
        "rehearse --assignment a --in 2h",
    ])
    func otherArgumentsAreUsageErrors(line: String) throws {
        let error = try #require(throws: (any Error).self) {
            _ = try Provost.parseAsRoot(line.split(separator: " ").map(String.init))
        }
        #expect(Provost.exitCode(for: error) == .validationFailure)
        #expect(DirectParsing.command(line.split(separator: " ").map(String.init), root: Provost.self) == nil)
    }

    /// Recorded with PROVOST_RECORD_GOLDEN=1, which fails the run so that nobody records by accident.
    @Test(arguments: ParsingTests.commands(below: Provost.self, path: ["provost"]))
    func helpIsAsRecorded(path: [String]) throws {
        let command = try #require(Self.find(path))
        let help = Provost.helpMessage(for: command, columns: 80)
        #expect(help.contains("EXIT STATUS"))
        #expect(help.contains("EXAMPLE\n  provost "))
        #expect(!help.split(separator: "\n").contains { $0.hasPrefix("  ") && $0.count > 130 })
        let file = Self.folder + "/" + path.joined(separator: "-") + ".txt"
        if ProcessInfo.processInfo.environment["PROVOST_RECORD_GOLDEN"] != nil {
            try PrivateFile.write(Array(help.utf8), to: file)
            Issue.record("recorded \(file)")
            return
        }
        #expect(help == String(decoding: try PrivateFile.read(file), as: UTF8.self))
    }

    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Golden"

    private static func commands(below command: any ParsableCommand.Type, path: [String]) -> [[String]] {
        [path] + command.configuration.subcommands.flatMap { commands(below: $0, path: path + [$0._commandName]) }
    }

    private static func find(_ path: [String]) -> (any ParsableCommand.Type)? {
        var command: any ParsableCommand.Type = Provost.self
        for name in path.dropFirst() {
            guard let next = command.configuration.subcommands.first(where: { $0._commandName == name }) else { return nil }
            command = next
        }
        return command
    }
}
