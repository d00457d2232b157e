import Glibc
import ProvostCore

/// Reads how long this machine's work has been kept waiting (/proc/pressure). The three files stay open: a reading is three
/// small preads.
final class PressureMeter: Sendable {
    private let cpu: Descriptor
    private let memory: Descriptor
    private let io: Descriptor

    init() {
        cpu = Self.open("cpu")
        memory = Self.open("memory")
        io = Self.open("io")
    }

    private static func open(_ name: String) -> Descriptor {
        Descriptor(unsafe Glibc.open("/proc/pressure/" + name, O_RDONLY | O_CLOEXEC))
    }

    /// The totals since the machine's start; nil where the kernel does not count (PSI is off, or not built).
    func read() -> Pressure? {
        guard let cpu = Self.total(cpu.number), let memory = Self.total(memory.number), let io = Self.total(io.number) else {
            return nil
        }
        return Pressure(cpu: cpu, memory: memory, io: io)
    }

    /// The total of the first line: `some avg10=0.00 avg60=0.00 avg300=0.00 total=228634951`.
    private static func total(_ number: Int32) -> Int64? {
        guard number >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe pread(number, $0.baseAddress, $0.count, 0) }
        guard count > 0 else { return nil }
        let line = bytes[..<count].prefix { $0 != UInt8(ascii: "\n") }
        guard let mark = line.lastIndex(of: UInt8(ascii: "=")) else { return nil }
        return Int64(String(decoding: line[(mark + 1)...], as: UTF8.self))
    }
}
