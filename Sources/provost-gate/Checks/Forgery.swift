import ProvostCore

/// A starter with something added that tries to get points without the work, or to carry the hidden tests out.
struct Forgery: Sendable {
    let name: String
    /// What it tries, for people.
    let about: String
    /// Path below the submission → content.
    let files: [String: [UInt8]]

    /// Places where graders of every format look for a result.
    private static let resultPlaces = [
        "/autograder/results/results.json", "/grade/results/results.json", "/grade/work/results.json", "/grade/work/report.xml",
        "/grade/work/ctrf-report.json", "results.json", "report.xml", "/tmp/results.json", "/task/.__output/__feedback.json",
    ]
    private static let perfect =
        #"{"score": 1000000, "tests": [{"name": "all", "status": "pass", "passed": true, "score": 100, "max_score": 100}], "status": "pass", "version": 3}"#
    /// What graders of every format might read on a program's output.
    private static let lines = [
        #"{"scores": {"Correctness": 1000000}}"#, "Grade :=>> 100", "TAP version 14", "1..1", "ok 1 - everything", "100%",
        "PASSED", "OK",
        #"{"tests":[{"name":"all","status":"passed"}]}"#, "report score 100",
    ]

    /// For every language of the starter, a prelude that runs before the learner's own code; and files that build tools and interpreters pick up by themselves.
    static func all(for lab: LoadedLab) -> [Forgery] {
        let starter = Patch.texts(in: lab.folder + "/starter")
        var forgeries: [Forgery] = []
        func add(_ name: String, _ about: String, _ change: (Language) -> String) {
            var files: [String: [UInt8]] = [:]
            for file in starter {
                if let language = Language(file) { files[file.path] = Array(language.with(change(language)).utf8) }
            }
            if !files.isEmpty { forgeries.append(Forgery(name: name, about: about, files: files)) }
        }
        add("writes results", "writes a perfect result to every place that graders read") { $0.write(perfect, to: resultPlaces) }
        add("prints results", "prints what graders of every format read") { $0.print(lines) }
        add("calls report", "runs the grader's own commands") {
            $0.run([
                "/grade/bin/report score 1000000", "report test all pass --score 1000000 --max 1000000",
                "/grade/bin/learner run -- true",
            ])
        }
        add("ends early", "ends with success before anything is tested") { $0.exit(0) }
        add("ends with 42", "ends with the status that accepts") { $0.exit(42) }
        forgeries.append(
            Forgery(
                name: "plants files", about: "files that Python, pytest, make and shells pick up by themselves",
                files: [
                    "conftest.py": Array(Self.conftest.utf8), "sitecustomize.py": Array("import os\nos._exit(0)\n".utf8),
                    "json.py": Array("def loads(*a, **k): return {}\ndef dumps(*a, **k): return '{}'\n".utf8),
                    "pytest.py": Array("import sys\nsys.exit(0)\n".utf8), ".bashrc": Array("exit 0\n".utf8),
                    "results.json": Array(perfect.utf8),
                    "report.xml": Array(#"<testsuite tests="1"><testcase name="all"/></testsuite>"#.utf8),
                ]))
        return forgeries
    }

    /// Starters that print every file they can find that holds the canary, or may hold it.
    static func hunters(for lab: LoadedLab, canary: String) -> [Forgery] {
        var files: [String: [UInt8]] = [:]
        for file in Patch.texts(in: lab.folder + "/starter") {
            if let language = Language(file) {
                files[file.path] = Array(
                    language.with(
                        language.run([
                            "cat /grade/lab/tests/* /grade/tests/* /autograder/source/* ../tests/* tests/* /proc/*/environ 2>/dev/null",
                            "grep -rsh CANARY / --include=* --exclude-dir=proc --exclude-dir=sys --exclude-dir=usr --exclude-dir=dev 2>/dev/null | head -c 4000",
                        ])
                    ).utf8)
            }
        }
        return files.isEmpty ? [] : [Forgery(name: "hunter", about: "prints what it finds", files: files)]
    }

    private static let conftest = """
        import pytest
        @pytest.hookimpl(hookwrapper=True)
        def pytest_runtest_makereport(item, call):
            outcome = yield
            outcome.get_result().outcome = "passed"
        """
}

/// A source file into which a prelude can be put.
private enum Language {
    case python(String)
    case shell(String)
    case c(String)
    case javaScript(String)

    init?(_ file: (path: String, text: String)) {
        let isScript = !file.path.contains(".")
        switch file.path.split(separator: ".").last.map(String.init) {
        case "py": self = .python(file.text)
        case "sh", "bash": self = .shell(file.text)
        case "c", "cc", "cpp": self = .c(file.text)
        case "js": self = .javaScript(file.text)
        default:
            let first = file.text.prefix { $0 != "\n" }
            guard isScript, first.hasPrefix("#!") else { return nil }
            if first.contains("python") {
                self = .python(file.text)
            } else if first.contains("sh") {
                self = .shell(file.text)
            } else {
                return nil
            }
        }
    }

    func with(_ prelude: String) -> String {
        switch self {
        case .python(let text), .shell(let text), .javaScript(let text):
            guard text.hasPrefix("#!"), let end = text.firstIndex(of: "\n") else { return prelude + "\n" + text }
            return text[...end] + prelude + "\n" + text[text.index(after: end)...]
        case .c(let text):
            return
                "#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void provostForge(void) {\n\(prelude)\n}\n"
                + text
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n") + "\""
    }

    func write(_ content: String, to places: [String]) -> String {
        switch self {
        case .python:
            "import os\nfor place in [\(places.map(Self.quoted).joined(separator: ", "))]:\n    try: open(place, 'w').write(\(Self.quoted(content)))\n    except OSError: pass"
        case .shell: places.map { "printf '%s' '\(content)' > \($0) 2>/dev/null" }.joined(separator: "\n")
        case .c:
            places.map {
                "{ FILE *f = fopen(\(Self.quoted($0)), \"w\"); if (f) { fputs(\(Self.quoted(content)), f); fclose(f); } }"
            }.joined(separator: "\n")
        case .javaScript:
            "for (const place of [\(places.map(Self.quoted).joined(separator: ", "))]) { try { require('fs').writeFileSync(place, \(Self.quoted(content))) } catch {} }"
        }
    }

    func print(_ lines: [String]) -> String {
        switch self {
        case .python: lines.map { "print(\(Self.quoted($0)))" }.joined(separator: "\n")
        case .shell: lines.map { "echo '\($0)'" }.joined(separator: "\n")
        case .c: lines.map { "puts(\(Self.quoted($0)));" }.joined(separator: "\n")
        case .javaScript: lines.map { "console.log(\(Self.quoted($0)));" }.joined(separator: "\n")
        }
    }

    func run(_ commands: [String]) -> String {
        switch self {
        case .python: "import os\n" + commands.map { "os.system(\(Self.quoted($0)))" }.joined(separator: "\n")
        case .shell: commands.joined(separator: "\n")
        case .c: commands.map { "(void)!system(\(Self.quoted($0)));" }.joined(separator: "\n")
        case .javaScript:
            commands.map { "try { require('child_process').execSync(\(Self.quoted($0)), {stdio: 'inherit'}) } catch {}" }.joined(
                separator: "\n")
        }
    }

    func exit(_ status: Int) -> String {
        switch self {
        case .python: "import os\nos._exit(\(status))"
        case .shell: "exit \(status)"
        case .c: "_exit(\(status));"
        case .javaScript: "process.exit(\(status));"
        }
    }
}
