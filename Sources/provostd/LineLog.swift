import Glibc
import Logging
import ProvostService

/// One line for each entry on standard error: instant, level, message, `key=value` pairs in order of their names. Values with spaces are quoted; nothing
/// can break a line.
struct LineLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .info
    private let label: String

    init(label: String) { self.label = label }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = "\(systemNow()) \(event.level) \(Self.escaped("\(event.message)"))"
        for (key, value) in metadata.merging(event.metadata ?? [:], uniquingKeysWith: { _, new in new }).sorted(by: {
            $0.key < $1.key
        }) {
            // Hummingbird's name for what everybody here calls the request.
            text += " \(key == "hb.request.id" ? "request" : key)=\(Self.quoted("\(value)"))"
        }
        let bytes = Array((text + "\n").utf8)
        _ = unsafe bytes.withUnsafeBytes { unsafe write(2, $0.baseAddress, $0.count) }
    }

    private static func quoted(_ text: String) -> String {
        let escaped = escaped(text)
        return escaped.isEmpty || escaped.contains(where: { $0 == " " || $0 == "\"" || $0 == "=" })
            ? "\"\(escaped.replacing("\"", with: "\\\""))\"" : escaped
    }
    private static func escaped(_ text: String) -> String {
        String(
            text.unicodeScalars.flatMap {
                $0.value < 0x20 || $0.value == 0x7F ? Array("\\u{\(String($0.value, radix: 16))}".unicodeScalars) : [$0]
            }.map(Character.init))
    }
}
