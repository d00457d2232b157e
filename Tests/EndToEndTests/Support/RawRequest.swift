import Foundation
import Glibc

/// One HTTP request as bytes on the daemon's socket: for what the command line never sends.
enum RawRequest {
    struct Answer: Sendable {
        let status: Int
        let body: String
    }

    /// Sends an archive, with its length or in chunks. Every read and write ends after two minutes.
    @concurrent static func post(
        _ socket: String, _ path: String, token: String, key: String, body: [UInt8], chunked: Bool = false
    ) async throws -> Answer {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw DaemonFailure(description: "no socket") }
        defer { close(descriptor) }
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

        let length = chunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count)"
        let head =
            "POST \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer \(token)\r\nIdempotency-Key: \(key)\r\n\(length)\r\n\r\n"
        var pieces = [Array(head.utf8)]
        if chunked {
            for start in stride(from: 0, to: body.count, by: 10_000) {
                let part = body[start..<min(start + 10_000, body.count)]
                pieces.append(Array("\(String(part.count, radix: 16))\r\n".utf8) + part + Array("\r\n".utf8))
            }
            pieces.append(Array("0\r\n\r\n".utf8))
        } else {
            pieces.append(body)
        }
        // The daemon may answer and stop reading before the end.
        sending: for piece in pieces {
            var rest = piece[...]
            while !rest.isEmpty {
                let count = unsafe rest.withUnsafeBytes { unsafe send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                guard count > 0 else { break sending }
                rest = rest.dropFirst(count)
            }
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            answer += buffer[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        let status = text.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, body: text.components(separatedBy: "\r\n\r\n").dropFirst().joined())
    }
}
