package import ProvostCore

/// Headings and words of listings about rosters, reports, marks, attendance, allowances, doubts and certificates; English and Korean beside
/// each other. In a CSV and in JSON the English words stand, whatever the language.
package enum RecordMessage: Sendable {
    /// A column; what it is called in a CSV.
    package enum Heading: String, CaseIterable, Sendable {
        case organization, program, cohort, cohorts, enrolled, suspended, active, completed
        case workspaceHours = "workspace-hours", taughtHours = "taught-hours", date, person, name, email, state, by, row
        case allowance, assignment, kind, amount, reason, withdrawn, integrityCase = "case", decision, mark, marker
        case points, levels, released, comment, certificate, title, validFrom = "valid-from", validUntil = "valid-until"
        case issuedBy = "issued-by", ended, requirements, missing, revoked, verify, rule, verdict
        case appeal, fate, count, what, why
    }

    case heading(Heading)
    case attendance(AttendanceEntry.State)
    case allowance(Allowance.Kind)
    case integrity(IntegrityCase.Verdict?)
    case certificate(Certificate.State)
    case requirements(RequirementOutcome.Verdict)
    case everything
    case moderation(by: String)
    case takenBack
    case withdrawn(by: String, reason: String)
    case revoked(reason: String)
    case renewed(by: String)
    case goes
    case stays
    // What stands in place of an empty table.
    case noCohorts
    case noAttendance
    case noAllowances
    case noCases
    case noMarks
    case noCertificates
    case nobodyMeets
    case noLearners
    // What was done.
    case attendanceNoted(CivilDate, changed: Int, same: Int)
    case marksReleased(Int, assignment: String)
    case certificatesIssued(new: Int, there: Int)
    case certificateSaved(path: String)
    case certificateValid(subject: String)
    case certificateUnknown(subject: String)
    case certificateInvalid(rule: String, reason: String)
    case certificateSources([String])

    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }

    private var english: String {
        switch self {
        case .heading(let heading): heading.rawValue.replacing("-", with: " ")
        case .attendance(let state): state.rawValue
        case .allowance(let kind): kind.rawValue
        case .integrity(let verdict): verdict?.rawValue ?? "open"
        case .certificate(let state): state.rawValue
        case .requirements(let verdict): verdict.rawValue
        case .everything: "all"
        case .moderation(let name): "\(name) (moderation)"
        case .takenBack: "taken back"
        case .withdrawn(let name, let reason): "by \(name): \(reason)"
        case .revoked(let reason): "revoked: \(reason)"
        case .renewed(let id): "renewed by \(id)"
        case .goes: "goes"
        case .stays: "stays"
        case .noCohorts: "There is no cohort yet."
        case .noAttendance: "Nothing is noted."
        case .noAllowances: "Nothing is granted."
        case .noCases: "No cases."
        case .noMarks: "No marks."
        case .noCertificates: "No certificates yet."
        case .nobodyMeets: "Nobody meets the requirements yet; see: provost certificate eligible"
        case .noLearners: "No learners in this cohort yet."
        case .attendanceNoted(let date, let changed, let same): "Noted for \(date): \(changed) new or changed, \(same) as before."
        case .marksReleased(0, _): "Nothing new to release."
        case .marksReleased(let count, let assignment): "Released: \(count) marks of \(assignment)."
        case .certificatesIssued(let new, let there): "\(new) new, \(there) there already."
        case .certificateSaved(let path): "Saved: \(path)"
        case .certificateValid(let subject): "Valid: \(subject)"
        case .certificateUnknown(let subject):
            "Nothing is wrong with \(subject), but whether it is revoked is not known; show its list with --status."
        case .certificateInvalid(let rule, let reason): "Not valid (\(rule)): \(reason)"
        case .certificateSources(let addresses):
            "Fetch what the issuer publishes, and show it with --did and --status:" + addresses.map { "\n  \($0)" }.joined()
        }
    }

    private var korean: String {
        switch self {
        case .heading(let heading): Self.korean(heading)
        case .attendance(.present): "출석"
        case .attendance(.late): "지각"
        case .attendance(.absent): "결석"
        case .attendance(.excused): "인정 결석"
        case .allowance(.excused): "면제"
        case .allowance(.extension): "연장"
        case .allowance(.timeFactor): "시간 배율"
        case .allowance(.bonus): "가산점"
        case .allowance(.slipDays): "지각 허용일"
        case .integrity(nil): "진행 중"
        case .integrity(.cleared): "혐의 없음"
        case .integrity(.confirmed): "확인됨"
        case .certificate(.valid): "유효"
        case .certificate(.expired): "만료"
        case .certificate(.renewed): "재발급됨"
        case .certificate(.revoked): "취소됨"
        case .requirements(.met): "충족"
        case .requirements(.open): "미정"
        case .requirements(.missed): "미충족"
        case .everything: "전체"
        case .moderation(let name): "\(name) (조정)"
        case .takenBack: "철회"
        case .withdrawn(let name, let reason): "\(name) 철회: \(reason)"
        case .revoked(let reason): "취소됨: \(reason)"
        case .renewed(let id): "\(id)(으)로 재발급됨"
        case .goes: "지움"
        case .stays: "남음"
        case .noCohorts: "아직 기수가 없습니다."
        case .noAttendance: "기록된 출석이 없습니다."
        case .noAllowances: "허가된 것이 없습니다."
        case .noCases: "조사가 없습니다."
        case .noMarks: "평가가 없습니다."
        case .noCertificates: "아직 수료증이 없습니다."
        case .nobodyMeets: "아직 조건을 충족한 사람이 없습니다. “provost certificate eligible”로 확인하세요."
        case .noLearners: "이 기수에는 아직 학습자가 없습니다."
        case .attendanceNoted(let date, let changed, let same): "\(date) 출석 기록: 새로 쓰거나 바꾼 것 \(changed)건, 그대로 \(same)건."
        case .marksReleased(0, _): "새로 공개할 평가가 없습니다."
        case .marksReleased(let count, let assignment): "\(assignment)의 평가 \(count)건을 공개했습니다."
        case .certificatesIssued(let new, let there): "새로 발급 \(new)건, 이미 발급된 것 \(there)건."
        case .certificateSaved(let path): "저장했습니다: \(path)"
        case .certificateValid(let subject): "유효합니다: \(subject)"
        case .certificateUnknown(let subject):
            "\(subject): 잘못된 점은 없지만 취소되었는지는 알 수 없습니다. --status로 상태 목록을 지정하세요."
        case .certificateInvalid(let rule, let reason): "유효하지 않습니다(\(rule)): \(reason)"
        case .certificateSources(let addresses):
            "발급 기관이 공개한 문서를 받아 --did와 --status로 지정하세요." + addresses.map { "\n  \($0)" }.joined()
        }
    }

    private static func korean(_ heading: Heading) -> String {
        switch heading {
        case .organization: "기관"
        case .program: "과정"
        case .cohort: "기수"
        case .cohorts: "기수 수"
        case .enrolled: "등록"
        case .suspended: "정지"
        case .active: "활동"
        case .completed: "수료"
        case .workspaceHours: "실습 시간"
        case .taughtHours: "수업 시간"
        case .date: "날짜"
        case .person: "사람"
        case .name: "이름"
        case .email: "이메일"
        case .state: "상태"
        case .by: "기록한 사람"
        case .row: "기록"
        case .allowance: "허가"
        case .assignment: "과제"
        case .kind: "종류"
        case .amount: "내용"
        case .reason: "이유"
        case .withdrawn: "철회"
        case .integrityCase: "조사"
        case .decision: "결정"
        case .mark: "평가"
        case .marker: "평가자"
        case .points: "점수"
        case .levels: "수준"
        case .released: "공개"
        case .comment: "의견"
        case .certificate: "수료증"
        case .title: "제목"
        case .validFrom: "유효 시작"
        case .validUntil: "유효 기한"
        case .issuedBy: "발급"
        case .ended: "종료"
        case .requirements: "조건"
        case .missing: "부족한 것"
        case .revoked: "취소"
        case .verify: "확인 주소"
        case .rule: "규칙"
        case .verdict: "판정"
        case .appeal: "이의 제기"
        case .fate: "처리"
        case .count: "수"
        case .what: "대상"
        case .why: "이유"
        }
    }
}

extension Surroundings {
    /// A column under a heading in the person's language; its name in a CSV stays.
    func column<Row>(
        _ heading: RecordMessage.Heading, alignRight: Bool = false, _ text: @escaping @Sendable (Row) -> String
    ) -> Column<Row> {
        Column(heading.rawValue, heading: self.text(.record(.heading(heading))), alignRight: alignRight, text)
    }
}

extension Session {
    /// The same, for a command that has a session.
    func column<Row>(
        _ heading: RecordMessage.Heading, alignRight: Bool = false, _ text: @escaping @Sendable (Row) -> String
    ) -> Column<Row> { surroundings.column(heading, alignRight: alignRight, text) }
}
