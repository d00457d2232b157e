import ProvostCore

/// The one message to a launcher. Keep in step with `struct request` in provost-launch/main.c.
struct LaunchRequest {
    struct Flags: OptionSet {
        let rawValue: UInt32
        static let user = Flags(rawValue: 1)
        static let loopback = Flags(rawValue: 2)
        static let joinNetwork = Flags(rawValue: 4)
        static let temporary = Flags(rawValue: 8)
        static let builder = Flags(rawValue: 16)
    }
    static let magic: UInt32 = 0x5052_4f56

    var flags: Flags = []
    var uid: UInt32
    var bubblewrap: String
    var temporaryMountPoint: String
    var options: [String]
    var command: [String]
    var openFiles: UInt64
    var fileSize: UInt64
    var processes: UInt64 = 0
    var cpuSeconds: UInt64 = 0
    var temporaryBytes: UInt64
    var temporaryInodes: UInt64
    var usersFirst: UInt64 = 0
    var usersCount: UInt64 = 0

    var bytes: [UInt8] {
        var optionBytes: [UInt8] = []
        for option in options { optionBytes += Array(option.utf8) + [0] }
        var text = Array(bubblewrap.utf8) + [0] + Array(temporaryMountPoint.utf8) + [0] + optionBytes
        for word in command { text += Array(word.utf8) + [0] }
        var bytes: [UInt8] = []
        func append(_ value: some FixedWidthInteger) {
            var value = value
            unsafe withUnsafeBytes(of: &value) { unsafe bytes.append(contentsOf: $0) }
        }
        append(Self.magic)
        append(flags.rawValue)
        append(uid)
        append(UInt32(text.count))
        append(UInt32(optionBytes.count))
        append(UInt32(command.count))
        let numbers = [
            openFiles, fileSize, processes, cpuSeconds, temporaryBytes, temporaryInodes, usersFirst, usersCount,
        ]
        for value in numbers { append(value) }
        return bytes + text
    }
}

/// What a launcher answers, twice: when bubblewrap has ended, and when everything is reaped. Keep in step with `struct reply`.
struct LaunchReply {
    enum Kind: UInt32 {
        case ended = 1
        case reaped = 2
    }
    static let size = 64

    let kind: Kind
    let waitStatus: Int32
    /// The command's exec succeeded.
    let started: Bool
    /// errno of the step that failed before bubblewrap ran; 0 when none did.
    let error: Int32
    let step: String
    let cpuMicroseconds: UInt64
    let peakKibibytes: UInt64

    init?(_ bytes: ArraySlice<UInt8>) {
        func load<T: FixedWidthInteger>(_ offset: Int, as type: T.Type) -> T {
            var value: T = 0
            for index in (0..<MemoryLayout<T>.size).reversed() {
                value = value << 8 | T(truncatingIfNeeded: bytes[bytes.startIndex + offset + index])
            }
            return T(littleEndian: value.littleEndian)
        }
        guard bytes.count == Self.size, load(0, as: UInt32.self) == LaunchRequest.magic,
            let kind = Kind(rawValue: load(4, as: UInt32.self))
        else { return nil }
        self.kind = kind
        waitStatus = load(8, as: Int32.self)
        started = load(12, as: Int32.self) != 0
        error = load(16, as: Int32.self)
        step = String(decoding: bytes.dropFirst(20).prefix(28).prefix { $0 != 0 }, as: UTF8.self)
        cpuMicroseconds = load(48, as: UInt64.self)
        peakKibibytes = load(56, as: UInt64.self)
    }
}
