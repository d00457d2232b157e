/// Test reports in the XML that JUnit's runners made common.
///
/// Source: there is no one standard. Taken is what `windyroad/JUnit-Schema:JUnit.xsd`, Jenkins' `junit-10.xsd`, Maven's `surefire-test-report.xsd`, pytest, GoogleTest,
/// PHPUnit and the runners for JavaScript write: `<testsuites>` or one `<testsuite>`, suites in suites, `<testcase>` with `<failure>`, `<error>`, `<skipped>`,
/// `<system-out>`, `<system-err>`. Several files make one report.
///
/// Every test is worth the same. `<failure>` is `fail`, `<error>` is `error`, `<skipped>` and GoogleTest's `status="notrun"` are `skip`. A test that passed on a second
/// attempt (`<flakyFailure>`) passes.
///
/// Decisions: no test at all, a failure that belongs to no test, and counts that contradict the tests are mistakes, never full marks: they are what a runner leaves that was killed
/// half-way. Counts may be of the suite alone or with the suites inside it, since writers differ. pytest's second `<testcase>` for a failing teardown is
/// joined with the first. Tests of one name are numbered: `name`, `name (2)`.
package enum JUnitReport {
    /// Files of one report, at most.
    package static let mostFiles = 1000
    /// All files together, in bytes.
    package static let mostBytes = 8 << 20

    /// One file of a report.
    package struct File: Sendable {
        /// For sentences.
        package let name: String
        package let bytes: [UInt8]
        package init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// Reads files in the order given; sort them by name for the same record every time.
    package static func read(_ files: [File]) throws(FormatMistake) -> ForeignReport {
        guard !files.isEmpty else { throw FormatMistake("There is no report.") }
        guard files.count <= mostFiles, files.reduce(0, { $0 + $1.bytes.count }) <= mostBytes else {
            throw FormatMistake("At most \(mostFiles) files and \(ByteCount(Int64(mostBytes))) together are read.")
        }
        var reader = JUnitReader()
        for file in files {
            do throws(FormatMistake) {
                try reader.read(file.bytes)
            } catch {
                guard files.count > 1 || !file.name.isEmpty else { throw error }
                let name = Excerpt.beginning(of: file.name, atMost: 200)
                throw FormatMistake(error.sentence, at: error.place.isEmpty ? name : "\(name), \(error.place)")
            }
        }
        guard !reader.tests.isEmpty else {
            throw FormatMistake("There is no test in it.", at: files.count == 1 ? files[0].name : "")
        }
        return ForeignReport(sharing: .equally, tests: reader.tests)
    }
}

/// Walks the elements and counts.
struct JUnitReader {
    private(set) var tests: [ForeignReport.Test] = []
    private var uses: [String: Int] = [:]
    /// The last test's name and whether it failed, for pytest's second element.
    private var last: (key: String, failed: Bool)?
    private var bytes: [UInt8] = []

    /// What a suite holds, for comparison with what it says.
    struct Counts {
        var cases = 0
        var failures = 0
        var failureElements = 0
        var errors = 0
        var errorElements = 0
        var skipped = 0
        var notRun = 0
        /// Second elements of one test.
        var doubled = 0

        static func + (left: Self, right: Self) -> Self {
            Counts(
                cases: left.cases + right.cases, failures: left.failures + right.failures,
                failureElements: left.failureElements + right.failureElements, errors: left.errors + right.errors,
                errorElements: left.errorElements + right.errorElements, skipped: left.skipped + right.skipped,
                notRun: left.notRun + right.notRun, doubled: left.doubled + right.doubled)
        }
    }

    mutating func read(_ bytes: [UInt8]) throws(FormatMistake) {
        let root = try StrictXML.read(bytes)
        self.bytes = bytes
        last = nil
        guard root.name == "testsuites" || root.name == "testsuite" else {
            throw mistake(
                root, "The root is <\(Excerpt.beginning(of: root.name, atMost: 40))>; <testsuites> or <testsuite> is needed.")
        }
        _ = try suite(root)
    }

    private func mistake(_ element: StrictXML.Element, _ sentence: String) -> FormatMistake {
        FormatMistake(sentence, at: Place.of(element.offset, in: bytes))
    }

    private mutating func suite(_ element: StrictXML.Element) throws(FormatMistake) -> Counts {
        var own = Counts()
        var inside = Counts()
        for child in element.children {
            switch child.name {
            case "testsuite", "testsuites": inside = inside + (try suite(child))
            case "testcase": try testCase(child, in: element.attribute("name") ?? "", &own)
            case "failure", "error":
                throw mistake(child, "This failure belongs to no test: \(Self.message(child) ?? "it has no message").")
            default: break
            }
        }
        let all = own + inside
        try check(element, "tests", [own.cases, all.cases, own.cases - own.doubled, all.cases - all.doubled])
        var failures = [own.failures, all.failures, own.failureElements, all.failureElements]
        if element.attribute("errors") == nil { failures += [own.failures + own.errors, all.failures + all.errors] }
        try check(element, "failures", failures)
        try check(element, "errors", [own.errors, all.errors, own.errorElements, all.errorElements])
        for name in ["skipped", "skips", "skip"] {
            try check(element, name, [own.skipped, all.skipped, own.skipped + own.notRun, all.skipped + all.notRun])
        }
        return all
    }

    private func check(_ element: StrictXML.Element, _ name: String, _ allowed: [Int]) throws(FormatMistake) {
        guard let text = element.attribute(name), !text.isEmpty else { return }
        guard let said = Int(text), said >= 0 else {
            throw mistake(element, "The attribute \(name)=\"\(Excerpt.beginning(of: text, atMost: 40))\" is not a whole number.")
        }
        guard allowed.contains(said) else {
            throw mistake(
                element,
                "The suite says \(name)=\"\(said)\", and there \(allowed[1] == 1 ? "is" : "are") \(allowed[1]): the report is not whole."
            )
        }
    }

    private mutating func testCase(_ element: StrictXML.Element, in suite: String, _ counts: inout Counts) throws(FormatMistake) {
        let name = element.attribute("name") ?? ""
        let group = element.attribute("classname") ?? element.attribute("class") ?? ""
        let key = group.isEmpty ? (suite.isEmpty || name.isEmpty ? name : "\(suite) › \(name)") : "\(group).\(name)"
        var test = ForeignReport.Test(name: key, status: Self.status(element.attribute("status") ?? ""))
        var messages: [String] = []
        var outputs: [String] = []
        var failures = 0
        var errors = 0
        for child in element.children {
            switch child.name {
            case "failure":
                failures += 1
                if test.status != .error { test.status = .fail }
            case "error":
                errors += 1
                test.status = .error
            case "skipped" where test.status != .fail && test.status != .error: test.status = .skip
            case "system-out", "system-err": outputs.append(child.text)
            default: break
            }
            if ["failure", "error", "skipped"].contains(child.name), let message = Self.message(child) {
                messages.append(message)
            }
        }
        test.message = messages.isEmpty ? nil : messages.joined(separator: "\n")
        let output = outputs.filter { $0.contains { !$0.isWhitespace } }
        test.output = output.isEmpty ? nil : output.joined(separator: "\n")

        counts.cases += 1
        counts.failureElements += max(failures, test.status == .fail ? 1 : 0)
        counts.errorElements += max(errors, test.status == .error ? 1 : 0)
        if failures > 0 || test.status == .fail { counts.failures += 1 }
        if errors > 0 || test.status == .error { counts.errors += 1 }
        if test.status == .skip {
            if element.children.contains(where: { $0.name == "skipped" }) { counts.skipped += 1 } else { counts.notRun += 1 }
        }
        if let last, last.failed, last.key == key, errors > 0, failures == 0 {
            counts.doubled += 1
            let index = tests.count - 1
            tests[index].message = [tests[index].message, test.message].compactMap { $0 }.joined(separator: "\n")
            self.last = nil
            return
        }
        last = (key, failures > 0)
        add(test)
    }

    private mutating func add(_ test: ForeignReport.Test) {
        var test = test
        if !test.name.isEmpty {
            let use = uses[test.name, default: 0] + 1
            uses[test.name] = use
            if use > 1 { test.name += " (\(use))" }
        }
        tests.append(test)
    }

    /// What the attribute `status` says when no child says more.
    private static func status(_ text: String) -> TestRecord.Status {
        switch text.lowercased() {
        case "notrun", "disabled", "skipped": .skip
        case "failed", "fail", "failure": .fail
        case "error": .error
        default: .pass
        }
    }

    /// The attribute and the text; the text alone where it begins with the attribute, as many writers repeat it.
    private static func message(_ element: StrictXML.Element) -> String? {
        let said = element.attribute("message") ?? ""
        var text = element.text[...]
        while text.first?.isWhitespace == true { text = text.dropFirst() }
        while text.last?.isWhitespace == true { text = text.dropLast() }
        if text.isEmpty { return said.isEmpty ? element.attribute("type") : said }
        return said.isEmpty || text.hasPrefix(said) ? String(text) : "\(said)\n\(text)"
    }
}
