import Foundation
import ProvostCore
import ProvostSandbox
import ProvostTestSupport
import Testing

extension RealRooms {
    @Suite struct PressureTests {
        private func spin(cpuMillis: Int, _ sandbox: Sandbox) async throws -> RoomReport {
            let spec = RoomSpec(
                command: ["/bin/sh", "-c", "i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done"], user: try sandbox.leaseUser(),
                limits: RoomLimits(wallTime: .seconds(120), cpuTime: .seconds(20), cpuMillis: cpuMillis))
            return try await sandbox.run(spec).report
        }

        @Test func aRoomThatItsOwnLimitHoldsBackSaysSo() async throws {
            try await withSandbox { sandbox, _ in
                let free = try await spin(cpuMillis: 2000, sandbox)
                let freely = try #require(free.throttledTime)
                #expect(freely < .seconds(1))
                // How long depends on what else runs: a room that gets no processor from the machine meets its limit less often or
                // never. One of five shows it.
                var throttled = try await spin(cpuMillis: 50, sandbox)
                for _ in 1..<5 where (throttled.throttledTime ?? freely) <= max(freely, TimeSpan(milliseconds: 10)) {
                    throttled = try await spin(cpuMillis: 50, sandbox)
                }
                let time = try #require(throttled.throttledTime)
                #expect(time > freely && time > TimeSpan(milliseconds: 10), "\(throttled)")
                #expect(time <= throttled.wallTime + .seconds(1), "\(throttled)")
            }
        }

        @Test(.enabled(if: FileManager.default.isReadableFile(atPath: "/proc/pressure/cpu")))
        func otherWorkOfTheMachineShowsAsPressure() async throws {
            try await withSandbox(warmRooms: 4) { sandbox, _ in
                let quiet = RoomSpec(command: ["/bin/sleep", "0.2"], user: try sandbox.leaseUser(), limits: .patient)
                let alone = try #require(try await sandbox.run(quiet).report.pressure)
                #expect(alone.cpu >= 0 && alone.memory >= 0 && alone.io >= 0)
                var rooms: [Room] = []
                for _ in 0..<(2 * ProcessInfo.processInfo.activeProcessorCount) {
                    rooms.append(
                        try await sandbox.start(
                            RoomSpec(
                                command: ["/bin/sh", "-c", "while :; do :; done"], user: try sandbox.leaseUser(), limits: .patient
                            )))
                }
                let pressed = try #require(
                    try await sandbox.run(
                        RoomSpec(command: ["/bin/sleep", "1"], user: try sandbox.leaseUser(), limits: .patient)
                    ).report.pressure)
                for room in rooms { room.stop() }
                for room in rooms { _ = await room.report() }
                #expect(pressed.cpu > 200_000, "\(pressed)")
            }
        }
    }
}
