import ArgumentParser
import Foundation
import ProvostCore
import ProvostGrading

enum RecordFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json
    /// JSON, one record on each line.
    case lines
}

/// Prints what a grading came to, on standard output.
enum RecordWriter {
    private struct Whole: Encodable {
        let record: GradingRecord
        let unpack: UnpackReport?
        let log: String?
        let ourFault: String?
    }

    static func write(_ result: GradingResult, as format: RecordFormat) {
        switch format {
        case .json, .lines:
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            if format == .json { encoder.outputFormatting.insert(.prettyPrinted) }
            let whole = Whole(
                record: result.record, unpack: result.unpack, log: result.log.map { String(decoding: $0, as: UTF8.self) },
                ourFault: result.ourFault)
            Text.out((try? encoder.encode(whole)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? "")
        case .table:
            let record = result.record
            for test in record.tests {
                let mark = test.status == .pass ? "✓" : test.status == .skip ? "–" : "✗"
                Text.out(
                    "\(mark) \(test.number)  \(test.name)  \(test.status.rawValue)  \(test.score)/\(test.max)  \(Text.line(test.message ?? ""))\n"
                )
            }
            for message in record.messages { Text.out("\(Text.line(message))\n") }
            switch record.outcome {
            case .graded: Text.out("Score: \(record.score ?? .zero) of \(record.max) (\(record.isolation.rawValue))\n")
            case .notGraded:
                Text.out("Not graded: \(record.reason ?? "")\n")
                if let evidence = record.evidence { Text.out("Evidence: \(Text.line(evidence))\n") }
            }
            if record.outcome == .notGraded, let log = result.log { Text.out(String(decoding: log.suffix(4000), as: UTF8.self)) }
        }
    }
}
