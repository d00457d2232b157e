/// Reads `text/event-stream` (WHATWG HTML, “Server-sent events”) piece by piece; only `data` fields matter to us.
package struct EventStreamParser {
    private var line: [UInt8] = []
    private var data: [UInt8] = []
    private var hasData = false
    private var afterReturn = false
    /// An event beyond this many bytes is dropped: it cannot be one of ours.
    private static let limit = 4 << 20

    package init() {}

    /// The data of every event that these bytes complete.
    package mutating func feed(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var events: [[UInt8]] = []
        for byte in bytes {
            // A line ends with CR LF, LF or CR.
            if byte == 0x0A, afterReturn {
                afterReturn = false
                continue
            }
            afterReturn = byte == 0x0D
            guard byte == 0x0A || byte == 0x0D else {
                if line.count < Self.limit { line.append(byte) }
                continue
            }
            if let event = endLine() { events.append(event) }
        }
        return events
    }

    private mutating func endLine() -> [UInt8]? {
        defer { line.removeAll(keepingCapacity: true) }
        if line.isEmpty {
            defer {
                data.removeAll()
                hasData = false
            }
            return hasData && data.count < Self.limit ? data : nil
        }
        let name = line.prefix { $0 != 0x3A }
        guard name.elementsEqual("data".utf8) else { return nil }
        var value = line.dropFirst(name.count + 1)
        if value.first == 0x20 { value = value.dropFirst() }
        if hasData { data.append(0x0A) }
        if data.count < Self.limit { data += value }
        hasData = true
        return nil
    }
}
