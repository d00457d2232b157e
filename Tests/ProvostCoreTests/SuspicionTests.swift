import ProvostCore
import Testing

@Suite struct SuspicionTests {
    private static func report(
        _ stoppedBy: RoomReport.Limit?, wall: Int64, cpu: Int64?, stalled: Int64, throttled: Int64 = 0
    ) -> RoomReport {
        RoomReport(
            ending: stoppedBy == nil ? .exited(1) : .stopped, stoppedBy: stoppedBy, wallTime: TimeSpan(milliseconds: wall),
            cpuTime: cpu.map { TimeSpan(milliseconds: $0) }, throttledTime: TimeSpan(milliseconds: throttled),
            pressure: Pressure(cpu: stalled * 1000, memory: 0, io: 0))
    }

    /// Half of the time something waited for a processor, and the program got little of one.
    @Test func aTimeLimitUnderPressureIsSuspect() throws {
        let sentence = try #require(Suspicion.sentence(about: Self.report(.wallTime, wall: 2000, cpu: 300, stalled: 1000)))
        #expect(sentence.contains("50 %"))
    }

    @Test(arguments: [
        // It ended by itself.
        report(nil, wall: 2000, cpu: 300, stalled: 1000),
        // Memory is memory, however busy the machine.
        report(.memory, wall: 2000, cpu: 300, stalled: 1000),
        // A quiet machine.
        report(.wallTime, wall: 2000, cpu: 300, stalled: 100),
        // It had its processor all the time: an endless loop.
        report(.wallTime, wall: 2000, cpu: 1900, stalled: 1000),
        // What it waited for was its own CPU limit.
        report(.wallTime, wall: 2000, cpu: 600, stalled: 1000, throttled: 900),
        report(.cpuTime, wall: 2000, cpu: 2000, stalled: 1500),
    ])
    func otherwiseAVerdictStands(report: RoomReport) {
        #expect(Suspicion.sentence(about: report) == nil)
    }

    /// Where the kernel has no pressure figures, nothing is claimed.
    @Test func withoutFiguresNothingIsSuspect() {
        let report = RoomReport(ending: .stopped, stoppedBy: .wallTime, wallTime: .seconds(2))
        #expect(Suspicion.sentence(about: report) == nil)
    }

    @Test func headroomKeepsTheNearestOfAllRuns() {
        var headroom = Headroom()
        for (used, limit) in [(10, 100), (80, 100), (90, 1000)] as [(Int64, Int64)] {
            headroom.add(
                RoomReport(ending: .exited(0), wallTime: TimeSpan(milliseconds: used)),
                limits: RoomLimits(wallTime: TimeSpan(milliseconds: limit)))
        }
        #expect(headroom.nearest[.wallTime] == Headroom.Use(used: 80, limit: 100))
        #expect(headroom.nearest[.memory] == nil, "what was not measured is not known")
    }

    @Test func anExpectationSaysWhatCameInstead() {
        let graded = GradingRecord(outcome: .graded, isolation: .twoRoom, score: Points(whole: 5), max: Points(whole: 10))
        #expect(SampleExpectation.graded(Points(whole: 5)...Points(whole: 6)).complaint(about: graded) == nil)
        #expect(SampleExpectation.graded(.zero...Points(whole: 4)).complaint(about: graded) == "5 points; expected 0 to 4 points")
        #expect(SampleExpectation.notGraded.complaint(about: graded) == "5 points; expected not graded")
        var refused = graded
        refused.outcome = .notGraded
        refused.refused = true
        #expect(SampleExpectation.refused.complaint(about: refused) == nil)
        #expect(SampleExpectation.notGraded.complaint(about: refused) != nil)
    }
}
