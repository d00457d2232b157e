import Foundation
import ProvostCore
import ProvostManifests
import Testing

@Suite struct ManifestReaderTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static let lab = """
        name: web-service
        title:
          en: A service
          ko: 서비스
        grader: web
        points: 12.5
        network: loopback
        archive-limit: 1MiB
        unpack:
          bytes: 2MiB
          entries: 10
          depth: 4
          path-length: 100
          ratio: 50
        limits:
          learner:
            wall-time: 2s
            cpu-time: 1500ms
            cpus: 0.5
            memory: 64MiB
            processes: 8
            disk: 3MiB
            inodes: 99
            output: 4KiB
            open-files: 32
          grader:
            wall-time: 1m
        """
    private static let grader = """
        name: web
        title: {en: Web}
        format: provost
        isolation: shared
        on-timeout: count-reported
        run: [./run, --all]
        bonus: true
        parameters:
          compare: {type: choice, values: [exact, tokens], default: tokens, about: How output is compared}
          seconds: {type: number, minimum: 0.1, maximum: 60, required: true}
        """

    @Test func everyKeyOfALab() throws {
        let lab = try ManifestReader.lab(Array(Self.lab.utf8))
        #expect(
            lab.name.text == "web-service" && lab.grader.text == "web"
                && lab.title == LocalizedText(english: "A service", korean: "서비스"))
        #expect(lab.points == Points(thousandths: 12_500) && lab.network == .loopback && lab.archiveLimit == .mebibytes(1))
        #expect(lab.unpack == UnpackLimits(bytes: .mebibytes(2), entries: 10, depth: 4, pathLength: 100, ratio: 50))
        #expect(
            lab.learnerLimits
                == RoomLimits(
                    wallTime: .seconds(2), cpuTime: TimeSpan(milliseconds: 1500), cpuMillis: 500, memory: .mebibytes(64),
                    processes: 8, disk: .mebibytes(3),
                    inodes: 99, output: .kibibytes(4), openFiles: 32))
        let defaults = LabManifest(name: lab.name, title: lab.title, grader: lab.grader, points: lab.points)
        var expected = defaults.graderLimits
        expected.wallTime = .seconds(60)
        #expect(lab.graderLimits == expected, "what is not said stays as it is by default")
    }

    @Test func everyKeyOfAWorkspace() throws {
        let text =
            Self.lab + """

                workspace:
                  network: egress
                  allow: [203.0.113.0/24, pypi.org]
                  limits: {cpus: 1.5, memory: 1GiB, processes: 99, disk: 2GiB, files: 4000}
                  image: {base: debian, packages: [nano]}
                  shell: /usr/bin/zsh
                """
        let workspace = try ManifestReader.lab(Array(text.utf8)).workspace
        var expected = WorkspaceManifest(
            network: .egress, allow: ["203.0.113.0/24", "pypi.org"], cpuMillis: 1500, memory: .gibibytes(1), processes: 99,
            disk: .gibibytes(2), files: 4000, shell: "/usr/bin/zsh")
        expected.image = ImageManifest(base: .debian(release: nil))
        expected.image?.packages = ["nano"]
        #expect(workspace == expected)
        #expect(try ManifestReader.lab(Array(Self.lab.utf8)).workspace == WorkspaceManifest())
    }

    @Test(
        arguments: [
            ("{network: open}", "lab.yaml:5:22: "), ("{allow: [pypi.org]}", "lab.yaml:5:20: “allow” is for"),
            ("{network: egress, allow: [0.0.0.0/0]}", "lab.yaml:5:37: “0.0.0.0/0” allows too much"),
            ("{limits: {memory: 1MiB}}", "lab.yaml:5:30: "), ("{limits: {cpu: 1}}", "lab.yaml:5:22: “cpu” is not known"),
            ("{shell: bash}", "lab.yaml:5:20: shell: “bash” must be a program's full path"),
            ("{shell: /bin/../bash}", "lab.yaml:5:20: shell: "), ("{ports: [80]}", "lab.yaml:5:13: “ports” is not known"),
        ])
    func aWorkspacesComplaintNamesItsPlace(workspace: String, complaint: String) {
        let text = "name: a\ntitle: {en: A}\ngrader: web\npoints: 1\nworkspace: \(workspace)\n"
        let error = #expect(throws: ProvostError.self) { try ManifestReader.lab(Array(text.utf8)) }
        #expect(error?.message.hasPrefix(complaint) == true, "\(error?.message ?? "")")
    }

    @Test func everyKeyOfAGrader() throws {
        let grader = try ManifestReader.grader(Array(Self.grader.utf8))
        #expect(grader.name.text == "web" && grader.title == LocalizedText(english: "Web"))
        #expect(
            grader.format == .provost && grader.isolation == .shared && grader.onTimeout == .countReported
                && grader.run == ["./run", "--all"] && grader.bonus)
        #expect(
            grader.parameters == [
                ParameterRule(
                    name: "compare", kind: .choice, about: "How output is compared", values: ["exact", "tokens"],
                    fallback: .text("tokens")),
                ParameterRule(name: "seconds", kind: .number, minimum: 0.1, maximum: 60, isRequired: true),
            ])
    }

    /// Each format with what it needs; a foreign grader that starts learner code itself is shared by nature.
    @Test func everyFormatHasItsDefaults() throws {
        for format in GraderManifest.Format.allCases {
            var text = "name: a\ntitle: {en: A}\nformat: \(format.rawValue)\n"
            if format.usualCommand == nil { text += "run: [./run]\n" }
            if format == .autolab { text += "problems: {One: 60, Two: 40}\nhandin: hello.c\n" }
            let grader = try ManifestReader.grader(Array(text.utf8))
            #expect(grader.format == format && (grader.isolation == .shared) == format.isSharedByNature)
            #expect(grader.run == format.usualCommand ?? ["./run"])
            if format == .autolab {
                #expect(grader.problems.map(\.name) == ["One", "Two"] && grader.handin == "hello.c")
            }
        }
    }

    @Test(
        arguments: [
            // What Autolab needs, and nobody else may have.
            ("format: autolab\nrun: [make]\nhandin: a.c", "grader.yaml:1:1: “problems” is missing"),
            ("format: autolab\nproblems: {A: 1}", "grader.yaml:1:1: “handin” is missing"),
            ("run: [./run]\nhandin: a.c", "grader.yaml:4:9: “handin” is for “format: autolab” only"),
            ("format: gradescope\nisolation: two-room", "grader.yaml:4:12: a gradescope grader starts learner code"),
            ("format: junit\nrun: [./run]\nresult: ../report.xml", "grader.yaml:5:9: result: "),
            ("format: junit\nrun: [./run]\non-timeout: count-reported", "grader.yaml:5:13: count-reported needs"),
            ("run: [./run]\nparameters: {A: {type: text}}", "grader.yaml:4:17: a parameter is named with"),
            ("run: [./run]\nparameters: {a: {type: choice}}", "grader.yaml:4:17: a choice needs its values"),
            (
                "run: [./run]\nparameters: {a: {type: whole, default: x}}",
                "grader.yaml:4:40: parameter “a” must be a whole number"
            ),
        ])
    func aForeignGradersComplaintNamesItsPlace(rest: String, complaint: String) {
        let error = #expect(throws: ProvostError.self) {
            try ManifestReader.grader(Array("name: a\ntitle: {en: A}\n\(rest)".utf8))
        }
        #expect(error?.message.hasPrefix(complaint) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            ("{}", "lab.yaml:5:13: the grader needs the parameter “seconds”"),
            ("{seconds: 0}", "lab.yaml:5:23: parameter “seconds” must be at least 0.1"),
            ("{seconds: 1, compare: words}", "lab.yaml:5:35: parameter “compare” is not one of exact, tokens"),
            ("{seconds: 1, compar: exact}", "lab.yaml:5:26: “compar” is not known here; did you mean “compare”?"),
            ("{seconds: soon}", "lab.yaml:5:23: parameter “seconds” must be a number"),
        ])
    func aLabsParametersAreCheckedAgainstItsGrader(parameters: String, complaint: String) throws {
        let grader = try ManifestReader.grader(Array(Self.grader.utf8))
        let text = "name: a\ntitle: {en: A}\ngrader: web\npoints: 1\nparameters: \(parameters)\n"
        let error = #expect(throws: ProvostError.self) { try ManifestReader.lab(Array(text.utf8), grader: grader) }
        #expect(error?.message.hasPrefix(complaint) == true, "\(error?.message ?? "")")
    }

    @Test func aLabGetsItsGradersDefaults() throws {
        let grader = try ManifestReader.grader(Array(Self.grader.utf8))
        let text = "name: a\ntitle: {en: A}\ngrader: web\npoints: 1\nparameters: {seconds: 2}\ngate: {floor: 0.5, repeats: 3}\n"
        let lab = try ManifestReader.lab(Array(text.utf8), grader: grader)
        #expect(lab.parameters == ["compare": .text("tokens"), "seconds": .whole(2)])
        #expect(lab.gate == GateSettings(floor: Points(thousandths: 500), repeats: 3))
    }

    @Test func theLeastOfBoth() throws {
        let lab = try ManifestReader.lab(Array("name: a\ntitle: {en: A}\ngrader: g\npoints: 1".utf8))
        #expect(lab == LabManifest(name: lab.name, title: lab.title, grader: lab.grader, points: Points(whole: 1)))
        let grader = try ManifestReader.grader(Array("name: g\ntitle: {en: G}\nrun: [./run]".utf8))
        #expect(grader.format == .provost && grader.isolation == .twoRoom && grader.onTimeout == .notGraded)
    }

    @Test(arguments: ["data-summary", "text-tools", "web-service"]) func whatIsShippedCanBeRead(name: String) throws {
        let lab = try ManifestReader.lab(Array(Data(contentsOf: Self.root.appendingPathComponent("labs/\(name)/lab.yaml"))))
        let grader = try ManifestReader.grader(
            Array(Data(contentsOf: Self.root.appendingPathComponent("graders/\(name)/grader.yaml"))))
        #expect(lab.name.text == name && lab.grader == grader.name)
        #expect(lab.title.korean != nil)
    }

    /// One line of the good lab is replaced; the complaint names the very place.
    @Test(
        arguments: [
            ("points: 12.5", "point: 12.5", "lab.yaml:6:1: “point” is not known here; did you mean “points”?"),
            ("points: 12.5", "points: NaN", "lab.yaml:6:9: points: "), ("points: 12.5", "points: -1", "lab.yaml:6:9: points: "),
            ("points: 12.5", "points: 1e3", "lab.yaml:6:9: points: "),
            ("points: 12.5", "points: [1]", "lab.yaml:6:9: “points” must be one value"),
            ("points: 12.5", "points: {a: 1}", "lab.yaml:6:9: “points” must be one value"),
            ("points: 12.5", "", "lab.yaml:1:1: “points” is missing"),
            ("points: 12.5", "points: 0", "lab.yaml: points must be above 0."),
            ("points: 12.5", "points: 1\npoints: 2", "lab.yaml:6:1: “points” stands here twice"),
            ("name: web-service", "name: Web Service", "lab.yaml:1:7: name: "),
            ("name: web-service", "name: ../x", "lab.yaml:1:7: name: "),
            ("grader: web", "grader: ''", "lab.yaml:5:9: grader: "),
            ("network: loopback", "network: internet", "lab.yaml:7:10: network: “internet” is not one of none, loopback"),
            ("archive-limit: 1MiB", "archive-limit: big", "lab.yaml:8:16: archive-limit: "),
            ("archive-limit: 1MiB", "archive-limit: 0", "lab.yaml:8:16: archive-limit: "),
            ("  ko: 서비스", "  kr: 서비스", "lab.yaml:4:3: “kr” is not known here; did you mean"),
            ("  en: A service", "", "lab.yaml:4:3: “en” is missing"),
            ("  entries: 10", "  entries: 0", "lab.yaml:11:12: entries: “0” is not a whole number from 1 to 1000000"),
            ("  entries: 10", "  entries: 1.5", "lab.yaml:11:12: entries: "),
            ("  bytes: 2MiB", "  bytes: 4194304TiB", "lab.yaml:10:10: bytes: "),
            ("    wall-time: 2s", "    wall-time: 2", "lab.yaml:17:16: wall-time: "),
            ("    wall-time: 2s", "    wall-time: 0s", "lab.yaml:17:16: wall-time: "),
            ("    wall-time: 2s", "    wall-time: 9223372036854775807ms", "lab.yaml:17:16: wall-time: "),
            ("    cpus: 0.5", "    cpus: 0", "lab.yaml:19:11: cpus: cpus is a number from 0.01 to 1000"),
            ("    memory: 64MiB", "    memory: 0", "lab.yaml:20:13: memory: "),
            ("    disk: 3MiB", "    disk: 8388607TiB", "lab.yaml:22:11: disk: "),
            ("    output: 4KiB", "    output: 1GiB", "lab.yaml:24:13: output: "),
            (
                "    open-files: 32", "    open-file: 32",
                "lab.yaml:25:5: “open-file” is not known here; did you mean “open-files”?"
            ),
            ("  grader:", "  teacher:", "lab.yaml:26:3: “teacher” is not known here"),
            ("network: loopback", "network: *x", "lab.yaml:7:10: not YAML: "),
            ("network: loopback", "\tnetwork: none", "lab.yaml:7:1: not YAML: "),
            ("network: loopback", "? [a]\n: b", "lab.yaml:7:3: a key must be a plain word"),
        ] as [(String, String, String)])
    func aComplaintNamesItsPlace(line: String, instead: String, complaint: String) {
        let text = Self.lab.replacing(line, with: instead, maxReplacements: 1)
        #expect(text != Self.lab)
        let error = #expect(throws: ProvostError.self) { try ManifestReader.lab(Array(text.utf8)) }
        #expect(error?.code == .invalid)
        #expect(error?.message.hasPrefix(complaint) == true, "\(error?.message ?? "")")
    }

    @Test(
        arguments: [
            ("run: [./run, --all]", "run: ./run", "grader.yaml:6:6: “run” must be a list"),
            ("run: [./run, --all]", "run: []", "grader.yaml:1:1: “run” is missing"),
            ("run: [./run, --all]", "run: [[a]]", "grader.yaml:6:7: each item of “run” must be one value"),
            ("title: {en: Web}", "title: Web", "grader.yaml:2:8: expected"),
            ("format: provost", "format: xunit", "grader.yaml:3:9: format: “xunit” is not one of"),
            ("isolation: shared", "isolation: none", "grader.yaml:4:12: isolation: "),
            ("on-timeout: count-reported", "on-timeout: zero", "grader.yaml:5:13: on-timeout: "),
            ("format: provost", "formt: provost", "grader.yaml:3:1: “formt” is not known here; did you mean “format”?"),
        ] as [(String, String, String)])
    func aGradersComplaintNamesItsPlace(line: String, instead: String, complaint: String) {
        let text = Self.grader.replacing(line, with: instead, maxReplacements: 1)
        #expect(text != Self.grader)
        let error = #expect(throws: ProvostError.self) { try ManifestReader.grader(Array(text.utf8)) }
        #expect(error?.message.hasPrefix(complaint) == true, "\(error?.message ?? "")")
    }

    // MARK: Files that are none

    /// Thirty levels of ten: a thousand times the age of the universe, if it were followed.
    private static let aliases =
        "a0: &a0 [x, x]\n" + (1...30).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1), *a\($0 - 1)]\n" }.joined()
        + "? *a30\n: 1\n"

    private static let noManifests: [[UInt8]] = [
        [], Array("# only a comment".utf8), Array("just text".utf8), Array("- a\n- b".utf8), [0xFF, 0xFE, 0x00],
        Array("name: \"".utf8), Array("name: [".utf8),
        Array("a: \0".utf8), Array(repeating: UInt8(ascii: "["), count: 60_000),
        Array(repeating: UInt8(ascii: "{"), count: 60_000),
        Array(String(repeating: "- ", count: 30_000).utf8), Array(String(repeating: "? ", count: 30_000).utf8),
        Array(Self.aliases.utf8),
        Array((0..<250).map { String(repeating: " ", count: $0) + "a:\n" }.joined().utf8),
        Array((Self.lab + String(repeating: "#", count: 1 << 20)).utf8),
        Array("--- {}\n--- {}\n".utf8),
    ]

    // By number: a failure would print a mebibyte otherwise, and every run does.
    @Test(arguments: noManifests.indices) func otherFilesAreRefusedQuietly(number: Int) {
        let text = Self.noManifests[number]
        let error = #expect(throws: ProvostError.self) { try ManifestReader.lab(text) }
        #expect(error?.code == .invalid)
        #expect(error?.message.hasPrefix("lab.yaml") == true)
    }

    @Test func aTitleMayHoldWhatLooksLikeABomb() throws {
        let title = "R&D, *args & **kwargs - a - b [1] {2}"
        let lab = try ManifestReader.lab(Array("name: a\ntitle: {en: \"\(title)\"}\ngrader: g\npoints: 1".utf8))
        #expect(lab.title.english == title)
    }
}
