import Foundation
import ProvostCore

/// Whether the machine itself is what makes things slow.
enum MachinePressure {
    static func sentence() -> String? {
        guard let text = try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8),
            let load = text.split(separator: " ").first.flatMap({ Double($0) })
        else { return nil }
        let processors = Double(ProcessInfo.processInfo.activeProcessorCount)
        guard load > processors * 1.5 else { return nil }
        return "The server is busy: \(load) programs want a processor, and it has \(Int(processors))."
    }
}

/// The details of an audit entry as `name=value` pairs.
enum WorkspaceLine {
    static func text(_ details: String) -> String {
        guard let object = try? JSONSerialization.jsonObject(with: Data(details.utf8)) as? [String: Any] else { return details }
        return object.sorted { $0.key < $1.key }.map { name, value in
            let text = "\(value)".replacing("\n", with: " ")
            return text.contains(" ") || text.isEmpty ? "\(name)=“\(text)”" : "\(name)=\(text)"
        }.joined(separator: " ")
    }
}
