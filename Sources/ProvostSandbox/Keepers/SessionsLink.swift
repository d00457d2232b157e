import CLinux
import Glibc
import ProvostCore

/// The keeper's end of the socket to the room's first program; see provost-relay/sessions.c.
final class SessionsLink {
    enum Event {
        /// `terminals` is the folder that the room has its terminals in; −1: none.
        case hello(terminals: Int32)
        case ended(UInt32, Int32)
        case connected(UInt32, error: Int32, socket: Int32)
        case prepared(error: Int32)
    }
    let socket: Descriptor
    init(socket: consuming Descriptor) { self.socket = socket }

    /// One message, when one is there. Throws `unavailable` when the program is gone.
    func next() throws(ProvostError) -> Event? {
        var bytes = [UInt8](repeating: 0, count: 16)
        var descriptor: Int32 = -1
        let count = unsafe clinux_receive_descriptor(socket.number, &bytes, bytes.count, &descriptor)
        if count == -Int(EAGAIN) { return nil }
        guard count == 9 else {
            if descriptor >= 0 { close(descriptor) }
            throw ProvostError(.unavailable, "The workspace's first program has ended, and with it the workspace.")
        }
        func number(_ offset: Int) -> UInt32 { (0..<4).reduce(0) { $0 | UInt32(bytes[offset + $1]) << (8 * $1) } }
        let (first, second) = (number(1), Int32(bitPattern: number(5)))
        switch bytes[0] {
        case UInt8(ascii: "c"): return .connected(first, error: second, socket: descriptor)
        case UInt8(ascii: "E"): return .ended(first, second)
        case UInt8(ascii: "p"): return .prepared(error: second)
        default: return .hello(terminals: descriptor)
        }
    }

    func start(
        _ number: UInt32, terminal: Bool, folder: String, command: [String], environment: [String: String], descriptors: [Int32]
    ) throws(ProvostError) {
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        try send(
            "S", [number, terminal ? 1 : 0, UInt32(command.count), UInt32(variables.count)], [folder] + command + variables,
            descriptors)
    }
    func signal(_ number: UInt32, _ signal: UInt32) throws(ProvostError) { try send("K", [number, signal]) }
    func connect(_ number: UInt32, port: Int) throws(ProvostError) { try send("C", [number, UInt32(port), 5000]) }
    func prepare(starter: String, home: String) throws(ProvostError) { try send("P", [], [starter, home]) }
    func endEverything() throws(ProvostError) { try send("X", []) }

    private func send(_ kind: Unicode.Scalar, _ numbers: [UInt32], _ texts: [String] = [], _ descriptors: [Int32] = [])
        throws(ProvostError)
    {
        var bytes = [UInt8(ascii: kind)]
        for number in numbers { for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) } }
        for text in texts {
            guard !text.utf8.contains(0) else {
                throw ProvostError(.invalid, "A command or variable holds a NUL byte; remove it.")
            }
            bytes += Array(text.utf8) + [0]
        }
        guard bytes.count <= 128 << 10, texts.count <= 8000 else {
            throw ProvostError(.invalid, "The command is longer than 128 KiB; put its arguments into a file.")
        }
        let sent = unsafe clinux_send_descriptors(socket.number, bytes, bytes.count, descriptors, descriptors.count)
        guard sent == bytes.count else { throw .linux("reach the workspace's first program", Int32(sent)) }
    }
}
