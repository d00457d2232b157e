import CLinux
import Glibc
import ProvostCore

/// Writes numbers (eight bytes, little endian) and texts (length, bytes).
struct WireWriter {
    private(set) var bytes: [UInt8] = []

    mutating func add(_ number: some FixedWidthInteger) {
        let bits = UInt64(truncatingIfNeeded: number)
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    mutating func add(_ text: String) {
        add(text.utf8.count)
        bytes += text.utf8
    }
    mutating func add(_ texts: [String]) {
        add(texts.count)
        for text in texts { add(text) }
    }
    mutating func add(_ pairs: [String: String]) { add(pairs.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }) }
    mutating func add(optional number: Int64?) {
        add(number == nil ? 0 : 1)
        add(number ?? 0)
    }
}

/// Reads them; anything that does not fit is `invalid`.
struct WireReader {
    private var rest: ArraySlice<UInt8>
    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static var broken: ProvostError {
        ProvostError(.invalid, "A message between daemon and keeper cannot be read; both must be of versions that fit.")
    }
    mutating func int64() throws(ProvostError) -> Int64 {
        guard rest.count >= 8 else { throw Self.broken }
        var bits: UInt64 = 0
        for byte in rest.prefix(8).reversed() { bits = bits << 8 | UInt64(byte) }
        rest = rest.dropFirst(8)
        return Int64(bitPattern: bits)
    }
    mutating func int() throws(ProvostError) -> Int { Int(try int64()) }
    mutating func int32() throws(ProvostError) -> Int32 {
        guard let value = Int32(exactly: try int64()) else { throw Self.broken }
        return value
    }
    mutating func optional() throws(ProvostError) -> Int64? {
        let present = try int64()
        let value = try int64()
        return present == 0 ? nil : value
    }
    mutating func text() throws(ProvostError) -> String {
        let count = try int()
        guard count >= 0, count <= rest.count else { throw Self.broken }
        defer { rest = rest.dropFirst(count) }
        return String(decoding: rest.prefix(count), as: UTF8.self)
    }
    mutating func texts() throws(ProvostError) -> [String] {
        let count = try int()
        guard count >= 0, count <= rest.count / 8 else { throw Self.broken }
        var texts: [String] = []
        for _ in 0..<count { texts.append(try text()) }
        return texts
    }
    mutating func pairs() throws(ProvostError) -> [String: String] {
        let texts = try texts()
        guard texts.count.isMultiple(of: 2) else { throw Self.broken }
        var pairs: [String: String] = [:]
        for index in stride(from: 0, to: texts.count, by: 2) { pairs[texts[index]] = texts[index + 1] }
        return pairs
    }
}

/// One message between daemon and keeper: four bytes for the length (little endian), one for the kind, the rest.
struct KeeperMessage {
    enum Kind: UInt8 {
        // To a keeper that has no room yet, over the socket that it was started with.
        case setup = 1, order
        // To a keeper, the first on a connection.
        case status = 10, usage, limits, freeze, thaw, notify, quiesce, release, sessions, stop, watch, session
        // From a keeper.
        case done = 100, failed, ended
    }
    static let longest = 1 << 20
    var kind: Kind
    var payload: [UInt8] = []

    init(_ kind: Kind, _ write: (inout WireWriter) -> Void = { _ in }) {
        self.kind = kind
        var writer = WireWriter()
        write(&writer)
        payload = writer.bytes
    }
    init(failure error: ProvostError) {
        self.init(.failed) {
            $0.add(error.code.rawValue)
            $0.add(error.message)
        }
    }

    var bytes: [UInt8] {
        let count = UInt32(payload.count + 1)
        return [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: count >> $0) } + [kind.rawValue] + payload
    }
    var reader: WireReader { WireReader(payload[...]) }

    /// The first whole message in the bytes and what it took of them; nil when more are needed.
    static func take(_ bytes: inout [UInt8]) throws(ProvostError) -> KeeperMessage? {
        guard bytes.count >= 5 else { return nil }
        let count = bytes[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard count >= 1, count <= longest, let kind = Kind(rawValue: bytes[4]) else { throw WireReader.broken }
        guard bytes.count >= 4 + count else { return nil }
        var message = KeeperMessage(kind)
        message.payload = Array(bytes[5..<(4 + count)])
        bytes.removeFirst(4 + count)
        return message
    }

    /// The payload of `done`; throws what `failed` says.
    func answer() throws(ProvostError) -> WireReader {
        var reader = reader
        guard kind == .failed else { return reader }
        throw ProvostError(ErrorCode(rawValue: try reader.text()), try reader.text())
    }

    /// Sends it whole and waits while the other end is slow.
    func send(on socket: Int32) throws(ProvostError) {
        let bytes = bytes
        var sent = 0
        while sent < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { unsafe clinux_send(socket, $0.baseAddress! + sent, $0.count - sent) }
            guard count > 0 else { throw .linux("talk to the workspace's keeper", Int32(count)) }
            sent += count
        }
    }

    /// Waits for one; nil at the end of the stream. Bytes after it stay in `rest`.
    static func receive(on socket: Int32, rest: inout [UInt8]) throws(ProvostError) -> KeeperMessage? {
        while true {
            if let message = try take(&rest) { return message }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(socket, $0.baseAddress, $0.count) }
            if count == 0 { return nil }
            if count < 0 {
                if errno == EINTR { continue }
                throw .linux("hear from the workspace's keeper", errno)
            }
            rest += buffer[..<count]
        }
    }
}
