import ProvostCore
import Testing

@Suite struct INGIniousProblemTests {
    private static func record(_ calls: [[String]]) throws -> GradingRecord {
        var feedback = INGIniousFeedback()
        for call in calls { try? feedback.take(call) }
        return try feedback.report().record(points: Points(whole: 10), isolation: .twoRoom, bonus: false)
    }

    @Test func resultAndGradeMakeTheScore() throws {
        #expect(try Self.record([["feedback-result", "success"]]).score?.thousandths == 10_000)
        #expect(try Self.record([["feedback-result", "failed"]]).score?.thousandths == 0)
        #expect(try Self.record([["feedback-result", "failed"], ["feedback-grade", "75.4"]]).score?.thousandths == 7540)
    }

    /// The run file goes on after such a call, and what it then says of the learner is worth nothing.
    @Test(arguments: [
        ["parsetemplate", "--output", "a.py", "a.tpl"], ["rst-code", "-e"], ["archive", "a.txt"], ["feedback-msg-tpl", "a"],
    ])
    func whatIsNotOfferedSpoilsTheGrading(call: [String]) {
        #expect(throws: FormatMistake.self) { try Self.record([call, ["feedback-result", "failed"]]) }
    }
}
