import CLinux
import Glibc
import ProvostCore
import ProvostSandbox

/// A room that runs /bin/true, start to reaped, all limits on, against bubblewrap alone with the same options and no cgroup.
/// The two take turns, so that whatever else the machine does meets both.
struct Measurement {
    private let sandbox: Sandbox
    private let spec: RoomSpec
    private let bare: [String]

    init(sandbox: Sandbox) throws {
        self.sandbox = sandbox
        spec = RoomSpec(command: ["/bin/true"], user: try sandbox.leaseUser())
        bare = sandbox.bareBubblewrap(for: spec)
    }

    /// Medians and tenth percentiles, for people.
    func print(rounds: Int) async throws {
        for _ in 0..<5 { _ = try await pair(quiet: 0) }
        RoomBenchmark.say("median (10th percentile) of \(rounds) rounds, milliseconds")
        for (label, quiet) in [("back to back", 0), ("after 100 ms of quiet", 100)] {
            var rooms: [Double] = []
            var alone: [Double] = []
            for _ in 0..<rounds {
                let (room, bare) = try await pair(quiet: quiet)
                rooms.append(room)
                alone.append(bare)
            }
            let ratio = rounded(middle(rooms) / middle(alone))
            RoomBenchmark.say(
                "\(label): room \(rounded(middle(rooms))) (\(rounded(low(rooms)))), bubblewrap alone \(rounded(middle(alone))) "
                    + "(\(rounded(low(alone)))), ratio \(ratio)")
        }
    }

    /// For deploy/benchmarks, which mixes these with other measurements: each line on standard input is the milliseconds of
    /// quiet to keep before each of the two; the answer is the milliseconds of the room and of bubblewrap alone.
    func answer() async throws {
        while let line = readLine() {
            guard let quiet = Int(line) else { throw ProvostError(.invalid, "“\(line)” is no number of milliseconds.") }
            let (room, bare) = try await pair(quiet: quiet)
            RoomBenchmark.say("\(room) \(bare)")
        }
    }

    private func pair(quiet: Int) async throws -> (room: Double, bare: Double) {
        if quiet > 0 { try await Task.sleep(for: .milliseconds(quiet)) }
        var begin = Self.now()
        let report = try await sandbox.run(spec).report
        let room = Self.now() - begin
        guard report.succeeded else { throw ProvostError(.unavailable, "The room did not run: \(report).") }
        if quiet > 0 { try await Task.sleep(for: .milliseconds(quiet)) }
        begin = Self.now()
        guard spawn(bare) == 0 else { throw ProvostError(.unavailable, "bubblewrap alone did not run.") }
        return (room, Self.now() - begin)
    }

    /// Milliseconds of a clock that never jumps.
    static func now(of clock: clockid_t = CLOCK_MONOTONIC) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1000 + Double(time.tv_nsec) / 1_000_000
    }
    private func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    private func low(_ values: [Double]) -> Double { values.sorted()[values.count / 10] }
    private func rounded(_ value: Double) -> Double { (value * 100).rounded() / 100 }

    /// posix_spawn and wait. The benchmark is alone in this process, so waiting on its thread holds nobody up.
    private func spawn(_ command: [String]) -> Int32 {
        var pointers: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) }
        unsafe pointers.append(nil)
        defer { unsafe pointers.forEach { unsafe free($0) } }
        let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(null) }
        let pid = unsafe clinux_spawn(command[0], pointers, null, 1)
        var status: Int32 = 0
        _ = unsafe clinux_wait(pid, &status, 0)
        return pid > 0 ? clinux_exit_status(status) : -1
    }
}
