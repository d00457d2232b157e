import FoundationEssentials
import ProvostAPI
import ProvostCommand
import ProvostCore

/// Things as the daemon would send them.
enum Samples {
    static let now = Timestamp(milliseconds: 1_795_226_400_000)
    static let digest = ContentDigest(bytes: [UInt8](repeating: 0xAB, count: 32))

    static func submission(bytes: Int64 = 12) -> Submission {
        Submission(
            id: ID(trusted: "sub_1"), assignment: ID(trusted: "asg_1"), person: ID(trusted: "per_1"), attempt: 1, digest: digest,
            bytes: ByteCount(bytes), fileName: "work", receivedAt: now, late: false)
    }

    static func assignment(timezone: String = "Asia/Seoul") throws -> AssignmentInfo {
        let assignment = Assignment(
            id: ID(trusted: "asg_1"), cohort: Slug(trusted: "autumn"), slug: Slug(trusted: "web-service"),
            title: LocalizedText(english: "A web service", korean: "웹 서비스"), lab: Slug(trusted: "web-service"),
            labVersion: digest,
            opens: try CivilTime(parsing: "2026-11-01"), due: nil, closes: try CivilTime(parsing: "2026-12-01"), attempts: nil,
            policy: .best, weight: 1)
        return AssignmentInfo(
            assignment: assignment, timezone: timezone, opensAt: now, dueAt: nil, closesAt: now, state: "open",
            points: Points(whole: 20), attemptsUsed: 0, score: nil)
    }

    static let tests = [
        TestRecord(number: 1, name: "one", status: .pass, score: Points(whole: 12), max: Points(whole: 12)),
        TestRecord(
            number: 2, name: "two", status: .fail, score: Points(thousandths: 500), max: Points(whole: 8), message: "expected 404"
        ),
    ]

    static func graded(_ score: Points) -> GradingRecord {
        GradingRecord(outcome: .graded, isolation: .twoRoom, score: score, max: Points(whole: 20), tests: tests)
    }

    static func refused(_ reason: UnpackReport.RefusalReason, _ message: String) -> (GradingRecord, UnpackReport) {
        (
            GradingRecord(
                outcome: .notGraded, isolation: .twoRoom, score: nil, max: Points(whole: 20), reason: message, refused: true),
            UnpackReport(refusal: .init(reason: reason, message: message))
        )
    }

    static func grading(_ record: GradingRecord?, unpack: UnpackReport? = nil) -> Grading {
        Grading(
            id: ID(trusted: "grd_1"), submission: ID(trusted: "sub_1"), labVersion: digest, graderVersion: digest,
            stage: record == nil ? .queued : record?.outcome == .graded ? .graded : .failed, run: 1, queuedAt: now,
            startedAt: now,
            finishedAt: now, record: record, unpack: unpack, log: nil)
    }

    static func info(_ record: GradingRecord?, unpack: UnpackReport? = nil) -> SubmissionInfo {
        SubmissionInfo(
            submission: submission(), assignmentName: "autumn/web-service", person: Slug(trusted: "minji"),
            grading: grading(record, unpack: unpack), gradings: 1, position: nil)
    }

    static func received() -> SubmissionReceived {
        let receipt = Receipt(
            submission: submission(), assignmentName: "autumn/web-service", key: "0011223344556677", signature: "AA==")
        return SubmissionReceived(submission: submission(), receipt: receipt, resent: false, attemptsLeft: nil)
    }

    static func json(_ value: some Encodable) throws -> String {
        String(decoding: try WireCoding.encoder().encode(value), as: UTF8.self)
    }
}
