package import ProvostCore

/// The sentences about results that a learner sees; English and Korean beside each other.
package enum ResultMessage: Sendable {
    case step(ExplainedStep)
    case total(PercentageRange)
    case slipDays(used: Int, of: Int)
    case certificate(title: String, RequirementOutcome.Verdict)
    case requirement(Requirement)
    case missing(names: [String])
    case progressOf(RequirementOutcome.Count)
    case appealMade(id: String)
    case appealOpen
    case appealAnswered(Appeal.Verdict, by: String)
    case noAppeals
    case here(String)
    case kind(StandingItem.Kind)

    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }

    /// `62.5%`, or `40%–100%` while something is still open.
    package static func text(_ range: PercentageRange) -> String {
        range.isSettled ? "\(range.low)" : "\(range.low)–\(range.high)"
    }

    private var english: String {
        switch self {
        case .step(let step): Self.english(step)
        case .total(let range):
            range.isSettled ? "Weighted mean: \(range.low)." : "Weighted mean: \(Self.text(range)), by what is still open."
        case .slipDays(let used, let all): "Slip days: \(used) of \(all) used."
        case .certificate(let title, .met): "Certificate “\(title)”: everything that it asks for is there."
        case .certificate(let title, .open): "Certificate “\(title)”: still open."
        case .certificate(let title, .missed):
            "Certificate “\(title)”: out of reach as things stand; an extension, an appeal or a regrade would change that."
        case .requirement(let requirement): Self.english(requirement)
        case .missing(let names): "missing: " + names.joined(separator: ", ")
        case .progressOf(let count): "\(count.reached) of \(count.needed)"
        case .appealMade(let id): "Your appeal \(id) is with your instructors; see: provost appeal list"
        case .appealOpen: "no reply yet"
        case .appealAnswered(.upheld, let name): "upheld by \(name)"
        case .appealAnswered(.changed, let name): "upheld by \(name), the result was changed"
        case .appealAnswered(.declined, let name): "declined by \(name)"
        case .noAppeals: "No appeals."
        case .here(let time): "\(time) here"
        case .kind(.lab): "lab"
        case .kind(.rubric): "rubric"
        case .kind(.attendance): "attendance"
        }
    }

    private var korean: String {
        switch self {
        case .step(let step): Self.korean(step)
        case .total(let range):
            range.isSettled ? "가중 평균: \(range.low)." : "가중 평균: \(Self.text(range)) (아직 정해지지 않은 결과에 따라 달라집니다)."
        case .slipDays(let used, let all): "지각 허용일: \(all)일 중 \(used)일을 썼습니다."
        case .certificate(let title, .met): "수료증 “\(title)”: 모든 조건을 충족했습니다."
        case .certificate(let title, .open): "수료증 “\(title)”: 아직 정해지지 않았습니다."
        case .certificate(let title, .missed):
            "수료증 “\(title)”: 지금 상태로는 받을 수 없습니다. 연장, 이의 제기 또는 재채점이 있으면 달라질 수 있습니다."
        case .requirement(let requirement): Self.korean(requirement)
        case .missing(let names): "부족한 과제: " + names.joined(separator: ", ")
        case .progressOf(let count): "\(count.needed)개 중 \(count.reached)개"
        case .appealMade(let id): "이의 제기 \(id)을(를) 강사에게 전달했습니다. “provost appeal list”로 확인하세요."
        case .appealOpen: "아직 답변이 없습니다"
        case .appealAnswered(.upheld, let name): "\(name)이(가) 받아들였습니다"
        case .appealAnswered(.changed, let name): "\(name)이(가) 받아들여 결과를 바꾸었습니다"
        case .appealAnswered(.declined, let name): "\(name)이(가) 받아들이지 않았습니다"
        case .noAppeals: "이의 제기가 없습니다."
        case .here(let time): "현지 시각 \(time)"
        case .kind(.lab): "실습"
        case .kind(.rubric): "평가표"
        case .kind(.attendance): "출석"
        }
    }
}

extension ResultMessage {
    private static func english(_ step: ExplainedStep) -> String {
        let why = step.reason.map { ": \($0)" } ?? ""
        let by = step.by.map { " by \($0)" } ?? ""
        let part = step.percentage.map { "\($0)" } ?? "?"
        switch step.kind {
        case .excused: return "excused\(by)\(why); it does not count"
        case .extension: return "extended\(by) until \(step.until.map { "\($0)" } ?? "?")\(why)"
        case .timeFactor: return "time stretched\(by) by \(step.factor.map { "\($0)" } ?? "?")\(why)"
        case .slipDays: return "\(step.days ?? 0) slip days granted\(by)\(why)"
        case .marked: return "marked\(by): \(points(step)) (\(part))\(why)"
        case .waitingForMarks: return "marked by \(step.given ?? 0) of \(step.needed ?? 0) people so far"
        case .marksApart: return "the marks are \(part) apart; somebody has to moderate them"
        case .absent: return "absent on \(step.date.map { "\($0)" } ?? "?"), noted\(by)"
        case .attended: return "there on \(step.given ?? 0) of \(step.needed ?? 0) dates that were noted"
        case .attempt: return "handed in \(step.at.map { "\($0)" } ?? ""), scored \(points(step)) (\(part))"
        case .slipped: return "\(step.days ?? 0) slip days used"
        case .late: return "\(step.lateness.map { "\($0)" } ?? "?") late: \(part) of it is kept"
        case .bonus: return "bonus of \(part)\(by)\(why)"
        case .pending: return "not graded or marked yet"
        case .nothingHandedIn: return "nothing handed in"
        case .counts: return "counts: \(part)"
        default: return step.kind.rawValue
        }
    }

    private static func korean(_ step: ExplainedStep) -> String {
        let why = step.reason.map { ": \($0)" } ?? ""
        let by = step.by.map { " (\($0))" } ?? ""
        let part = step.percentage.map { "\($0)" } ?? "?"
        switch step.kind {
        case .excused: return "면제됨\(by)\(why). 계산에 넣지 않습니다"
        case .extension: return "\(step.until.map { "\($0)" } ?? "?")까지 연장됨\(by)\(why)"
        case .timeFactor: return "시간이 \(step.factor.map { "\($0)" } ?? "?")배로 늘어남\(by)\(why)"
        case .slipDays: return "지각 허용일 \(step.days ?? 0)일 추가\(by)\(why)"
        case .marked: return "평가\(by): \(points(step)) (\(part))\(why)"
        case .waitingForMarks: return "평가자 \(step.needed ?? 0)명 중 \(step.given ?? 0)명이 평가했습니다"
        case .marksApart: return "평가 차이가 \(part)입니다. 조정이 필요합니다"
        case .absent: return "\(step.date.map { "\($0)" } ?? "?") 결석\(by)"
        case .attended: return "기록된 \(step.needed ?? 0)일 중 \(step.given ?? 0)일 출석"
        case .attempt: return "제출 \(step.at.map { "\($0)" } ?? ""), 점수 \(points(step)) (\(part))"
        case .slipped: return "지각 허용일 \(step.days ?? 0)일 사용"
        case .late: return "\(step.lateness.map { Message.korean($0) } ?? "?") 지각: 점수의 \(part)만 인정됩니다"
        case .bonus: return "가산점 \(part)\(by)\(why)"
        case .pending: return "아직 채점되거나 평가되지 않았습니다"
        case .nothingHandedIn: return "제출하지 않았습니다"
        case .counts: return "인정: \(part)"
        default: return step.kind.rawValue
        }
    }

    private static func points(_ step: ExplainedStep) -> String {
        "\(step.points.map { "\($0)" } ?? "–")/\(step.max.map { "\($0)" } ?? "–")"
    }

    private static func english(_ requirement: Requirement) -> String {
        switch requirement {
        case .all: "all of these"
        case .any: "one of these"
        case .assignment(let name, let least): "\(name) with at least \(least)"
        case .atLeast(let count, let scope, let least): "at least \(count) of \(english(scope)), each with \(least) or more"
        case .weightedMean(let scope, let least): "a mean of at least \(least) over \(english(scope))"
        case .everyPhase(let least): "a mean of at least \(least) in every phase"
        case .attendance(let least): "attendance of at least \(least)"
        case .noOpenIntegrityCase: "no open doubt about the honesty of your work"
        }
    }
    private static func english(_ scope: Requirement.Scope) -> String {
        switch scope {
        case .everything: "all assignments"
        case .phase(let phase): "the phase \(phase)"
        case .assignments(let names): names.map(\.text).joined(separator: ", ")
        }
    }

    private static func korean(_ requirement: Requirement) -> String {
        switch requirement {
        case .all: "다음 모두"
        case .any: "다음 중 하나"
        case .assignment(let name, let least): "\(name) \(least) 이상"
        case .atLeast(let count, let scope, let least): "\(korean(scope)) 중 \(count)개 이상, 각각 \(least) 이상"
        case .weightedMean(let scope, let least): "\(korean(scope))의 평균 \(least) 이상"
        case .everyPhase(let least): "모든 단계에서 평균 \(least) 이상"
        case .attendance(let least): "출석률 \(least) 이상"
        case .noOpenIntegrityCase: "진행 중인 부정행위 조사가 없음"
        }
    }
    private static func korean(_ scope: Requirement.Scope) -> String {
        switch scope {
        case .everything: "모든 과제"
        case .phase(let phase): "\(phase) 단계"
        case .assignments(let names): names.map(\.text).joined(separator: ", ")
        }
    }
}
