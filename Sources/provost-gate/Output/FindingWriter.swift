import ArgumentParser
import Foundation

enum FindingFormat: String, ExpressibleByArgument, CaseIterable { case table, json, junit }

/// What the check of one lab found.
struct LabReport: Encodable {
    let lab: String
    let passed: Bool
    let findings: [Finding]
    init(lab: String, findings: [Finding]) {
        self.lab = lab
        passed = !findings.contains { $0.state == .failed }
        self.findings = findings
    }
}

/// Prints findings: tables with reasons, JSON, or a JUnit report for whatever reads those.
enum FindingWriter {
    /// The table of one lab; `isOneOfSeveral`: below its name.
    static func write(_ report: LabReport, under isOneOfSeveral: Bool) {
        Text.out((isOneOfSeveral ? "== \(Text.line(report.lab))\n" : "") + table(report.findings) + (isOneOfSeveral ? "\n" : ""))
    }

    /// What comes behind the last lab: after tables of several a count, otherwise everything. For one lab an object or a suite, for several a list of them.
    static func end(_ reports: [LabReport], of folders: [String], as format: FindingFormat) {
        switch format {
        case .table:
            guard folders.count > 1 else { return }
            let good = Set(reports.filter(\.passed).map(\.lab))
            let bad = folders.filter { !good.contains($0) }
            Text.out(
                "\(good.count) of \(folders.count) labs passed"
                    + (bad.isEmpty ? "\n" : "; not: \(bad.map(Text.line).joined(separator: ", "))\n"))
        case .json:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
            let bytes = folders.count > 1 ? try? encoder.encode(reports) : try? encoder.encode(reports.first)
            Text.out(bytes.map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "")
        case .junit:
            let suites = reports.map { junit($0.findings, lab: $0.lab) }.joined()
            Text.out(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                    + (folders.count > 1 ? "<testsuites>\n\(suites)</testsuites>\n" : suites))
        }
    }

    private static func table(_ findings: [Finding]) -> String {
        let rows =
            [["CHECK", "SUBJECT", "RESULT", "REASON"]]
            + findings.map { [$0.check, $0.subject, $0.state.rawValue, Text.line($0.reason)] }
        let widths = (0..<3).map { column in rows.map { $0[column].count }.max() ?? 0 }
        var text = ""
        for row in rows {
            for column in 0..<3 { text += row[column] + String(repeating: " ", count: widths[column] - row[column].count + 2) }
            text += row[3] + "\n"
        }
        let counts = [Finding.State.passed, .failed, .warning, .skipped].map { state in findings.count { $0.state == state } }
        return text + "\n\(counts[0]) passed, \(counts[1]) failed, \(counts[2]) to look at, \(counts[3]) not made\n"
    }

    private static func junit(_ findings: [Finding], lab: String) -> String {
        let failed = findings.count { $0.state == .failed }
        let skipped = findings.count { $0.state == .skipped }
        var text =
            "<testsuite name=\"\(escaped(lab))\" tests=\"\(findings.count)\" failures=\"\(failed)\" errors=\"0\" skipped=\"\(skipped)\">\n"
        for finding in findings {
            text += "  <testcase classname=\"\(escaped(finding.check))\" name=\"\(escaped(finding.subject))\">"
            switch finding.state {
            case .failed: text += "<failure message=\"\(escaped(finding.reason))\"/>"
            case .skipped: text += "<skipped message=\"\(escaped(finding.reason))\"/>"
            case .passed, .warning: text += "<system-out>\(escaped(finding.reason))</system-out>"
            }
            text += "</testcase>\n"
        }
        return text + "</testsuite>\n"
    }

    private static func escaped(_ text: String) -> String {
        Text.line(text).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing(
            "\"", with: "&quot;")
    }
}
