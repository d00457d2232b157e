import Foundation
import ProvostCore

/// The file that `learner run --report` writes; its form is part of the interface (docs/grader.md). Every key is always there: what
/// is not known is null.
struct LearnerReport: Encodable {
    private let report: RoomReport?
    private let limits: RoomLimits
    private var missing: [String] = []
    private var refusedPut: [String] = []
    private var notes: [String] = []

    private enum CodingKeys: CodingKey {
        case ending, status, stoppedBy, limitsHit, wallSeconds, cpuSeconds, throttledSeconds, peakMemoryBytes, peakProcesses,
            droppedOutput, droppedError, missing, refusedPut, notes, summary
    }

    /// One line of JSON.
    static func bytes(_ outcome: LearnerRun.Outcome, limits: RoomLimits) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(Self(outcome, limits: limits))).map { Array($0) + [0x0A] } ?? []
    }

    private init(_ outcome: LearnerRun.Outcome, limits: RoomLimits) {
        self.limits = limits
        switch outcome {
        case .ended(let report, let missing, let notes):
            self.report = report
            self.missing = missing
            self.notes = notes
        case .refused(let name, let why):
            report = nil
            refusedPut = [name]
            notes = [why]
        case .callerGone: report = nil
        }
    }

    func encode(to encoder: any Encoder) throws {
        let (ending, status): (String, Int32?) =
            switch report?.ending {
            case .exited(let status): ("exited", status)
            case .signaled(let signal): ("signaled", signal)
            case .stopped: ("stopped", nil)
            case .failed: ("failed", nil)
            case nil: ("refused", nil)
            }
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(ending, forKey: .ending)
        try container.encode(status, forKey: .status)
        try container.encode(report?.stoppedBy?.rawValue, forKey: .stoppedBy)
        try container.encode((report?.limitsHit ?? []).map(\.rawValue).sorted(), forKey: .limitsHit)
        try container.encode(report?.wallTime.seconds ?? 0, forKey: .wallSeconds)
        try container.encode(report?.cpuTime?.seconds, forKey: .cpuSeconds)
        try container.encode(report?.throttledTime?.seconds, forKey: .throttledSeconds)
        try container.encode(report?.peakMemory?.bytes, forKey: .peakMemoryBytes)
        try container.encode(report?.peakProcesses, forKey: .peakProcesses)
        try container.encode(report?.droppedOutput ?? 0, forKey: .droppedOutput)
        try container.encode(report?.droppedError ?? 0, forKey: .droppedError)
        try container.encode(missing, forKey: .missing)
        try container.encode(refusedPut, forKey: .refusedPut)
        try container.encode(notes, forKey: .notes)
        let summary = report?.summary(limits: limits) ?? "was not run: \(notes.first ?? "the caller is gone")"
        try container.encode(summary, forKey: .summary)
    }
}
