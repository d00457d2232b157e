import Foundation
import ProvostCore

/// How long one run of a workspace has run, frozen time left out: by the machine's uptime, so that a clock that is set changes nothing. It is
/// kept in a small file, so that the next daemon goes on counting where this one stopped.
struct RunMeter: Codable, Sendable {
    /// Of the boot that `since` belongs to.
    private var boot: String
    let start: Int
    private var counted: TimeSpan
    /// nil: it stands still.
    private var since: TimeSpan?

    init(start: Int, at uptime: TimeSpan) {
        boot = Self.boot
        self.start = start
        counted = .seconds(0)
        since = uptime
    }

    func session(at uptime: TimeSpan) -> TimeSpan {
        guard let since else { return counted }
        return TimeSpan(milliseconds: counted.milliseconds + max(0, uptime.milliseconds - since.milliseconds))
    }
    mutating func pause(at uptime: TimeSpan) {
        counted = session(at: uptime)
        since = nil
    }
    mutating func go(at uptime: TimeSpan) {
        guard since == nil else { return }
        since = uptime
    }

    private static let boot = (try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)) ?? ""

    /// nil when there is none, when it is of another start, or of another boot, at which no workspace is left anyway.
    static func read(_ path: String, start: Int) -> RunMeter? {
        guard let data = FileManager.default.contents(atPath: path),
            let meter = try? JSONDecoder().decode(RunMeter.self, from: data), meter.start == start, meter.boot == boot
        else { return nil }
        return meter
    }
    /// Best effort: without it at most a lease is counted anew.
    func write(_ path: String) {
        guard let data = try? JSONEncoder().encode(self) else { return }
        try? data.write(to: URL(fileURLWithPath: path), options: .atomic)
    }
}
