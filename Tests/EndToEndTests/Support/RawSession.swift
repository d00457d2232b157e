import Foundation
import Glibc

/// One connection to the daemon, byte by byte: for upgrades, and for what the command line never sends.
final class RawSession: Sendable {
    private let descriptor: Int32

    /// Every read and write ends after two minutes.
    init(_ socket: String) throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var limit = timeval(tv_sec: 120, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            _ = unsafe setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: socket.utf8) }
        let connected = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard connected == 0 else { throw DaemonFailure(description: "no connection to \(socket)") }
    }
    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
    /// A frame of a session.
    func send(frame kind: UInt8, _ payload: [UInt8] = []) {
        let count = UInt32(payload.count)
        send([kind] + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + payload)
    }
    /// Nothing more will be sent; the other way stays open.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// nil at the end, or after two minutes of silence.
    func receive(atMost most: Int = 65_536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: most)
        let count = unsafe recv(descriptor, &buffer, most, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Sends a GET and returns the head of the answer: up to the empty line, and not a byte more.
    func get(_ path: String, headers: [String]) -> String {
        send(Array((["GET \(path) HTTP/1.1", "Host: localhost"] + headers + ["", ""]).joined(separator: "\r\n").utf8))
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8), let byte = receive(atMost: 1) { head += byte }
        return String(decoding: head, as: UTF8.self)
    }

    /// Everything until the other end closes.
    func rest() -> [UInt8] {
        var bytes: [UInt8] = []
        while let piece = receive() { bytes += piece }
        return bytes
    }

    /// The next frame; nil at the end.
    func frame() -> (kind: UInt8, payload: [UInt8])? {
        guard let head = exactly(5) else { return nil }
        let length = head[1...].reduce(0) { $0 << 8 | Int($1) }
        guard let payload = length == 0 ? [] : exactly(length) else { return nil }
        return (head[0], payload)
    }
    private func exactly(_ count: Int) -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let piece = receive(atMost: count - bytes.count) else { return nil }
            bytes += piece
        }
        return bytes
    }
}
