import ProvostCore
import ProvostSandbox

/// What the instructor can read of a grading afterwards: how the room ended, then both outputs as far as they were kept.
enum GradingLog {
    static func bytes(_ result: RoomResult, record: GradingRecord, limits: RoomLimits) -> [UInt8] {
        let report = result.report
        var head = "grader \(report.summary(limits: limits)); \(report.wallTime) wall"
        if let cpu = report.cpuTime { head += ", \(cpu) CPU" }
        if let memory = report.peakMemory { head += ", peak \(memory) of \(limits.memory)" }
        if let processes = report.peakProcesses { head += ", at most \(processes) processes" }
        if let evidence = record.evidence { head += "\nnot graded: \(evidence)" }
        head += "\n--- standard output (\(report.droppedOutput) bytes dropped)\n"
        return Array(head.utf8) + result.output + Array("\n--- standard error (\(report.droppedError) bytes dropped)\n".utf8)
            + result.error + Array("\n".utf8)
    }
}
