import ProvostCore

extension Message {
    var korean: String {
        switch self {
        case .noDaemon(let address):
            "\(address)에서 응답하는 데몬이 없습니다. “provostd serve --state DIR”로 시작하거나 --server 또는 PROVOST_SERVER로 다른 주소를 지정하세요."
        case .linkDropped(let address): "응답이 끝나기 전에 \(address)와의 연결이 끊어졌습니다. 다시 시도하세요. 반복해도 안전합니다."
        case .slowServer(let address, let seconds): "\(address)에서 \(seconds)초 동안 응답이 없습니다. 나중에 다시 시도하세요. 반복해도 안전합니다."
        case .addressMalformed(let text):
            "“\(text)”은(는) 서버 주소가 아닙니다. unix:/var/lib/provost/provost.sock 또는 http://host:8080 형식으로 입력하세요."
        case .encryptedAddress(let text):
            "“\(text)”: 이 버전은 http://와 unix: 주소만 지원합니다. 암호화가 필요하면 터널(예: ssh -L)을 사용하세요."
        case .answerNotUnderstood: "서버의 응답을 이해할 수 없습니다. 이 명령과 데몬의 버전이 서로 다를 수 있습니다."
        case .answerWithoutExplanation(let status): "서버가 설명 없이 상태 코드 \(status)로 응답했습니다."
        case .errorSummary(let code): Self.koreanSummary(of: code)
        case .requestId(let id): "요청 번호: \(id)"
        case .loginFirst: "먼저 로그인하세요: provost login CODE --server ADDRESS (코드와 주소는 강사가 알려 줍니다)."
        case .codeMissing: "등록 코드가 없습니다. “provost login CODE”로 입력하거나 “provost login -”을 실행하고 표준 입력으로 코드를 넣으세요."
        case .codeMalformed: "등록 코드(pvc_로 시작)가 아니거나 잘못 입력되었거나 잘렸습니다. 코드 전체를 다시 복사하세요."
        case .loggedIn(let name, let address, let until): "\(address)에 \(name)(으)로 로그인했습니다. \(until)까지 유효합니다."
        case .linkNotEncrypted(let address): "참고: \(address)와의 연결은 암호화되지 않습니다. 신뢰하는 네트워크 안에서만 사용하세요."
        case .loggedOut(let address): "\(address)에서 로그아웃했습니다."
        case .loggedOutHereOnly: "이 컴퓨터의 토큰은 지웠지만 서버에서 폐기하지는 못했습니다. 나중에 “provost token revoke”로 폐기하세요."
        case .notLoggedIn: "로그인되어 있지 않습니다. 할 일이 없습니다."
        case .administratorBySocket(let name): "\(name): 로컬 소켓으로 접속한 관리자입니다."
        case .noEnrollments: "등록된 기수가 없습니다."
        case .suspended: "정지됨"
        case .fileNotWritten(let path, let reason): "“\(path)”에 쓸 수 없습니다: \(reason)."
        case .fileNotRead(let path, let reason): "“\(path)”을(를) 읽을 수 없습니다: \(reason)."
        case .fileExists(let path): "“\(path)”이(가) 이미 있습니다. --to로 다른 파일을 지정하세요."
        case .noOpenAssignments: "지금 열려 있는 과제가 없습니다. “provost labs --all”로 모든 과제를 볼 수 있습니다."
        case .noAssignments: "아직 과제가 없습니다."
        case .noSubmissions: "아직 제출물이 없습니다. “provost labs”로 제출할 수 있는 과제를 확인하세요."
        case .nothingUnfinished: "대기 중이거나 채점 중인 제출물이 없습니다."
        case .progressTotal(let score, let max): "합계: \(max)점 중 \(score)점입니다."
        case .progressMissing(let names): "아직 점수가 모자란 과제: \(names)"
        case .serverStatus(let version, let queued, let running, let workers):
            "provostd \(version): 대기 \(queued)건, 채점 중 \(running)건, 동시에 최대 \(workers)건입니다."
        case .serverDegraded: "이 서버에서는 일부 제한이 적용되지 않습니다(“provost doctor” 참고)."
        case .noBudget: "예산 없음: 시간 한도가 없습니다"
        case .budgetCounts(.cpuSeconds): "CPU 시간"
        case .budgetCounts(.sessionHours): "작업 환경 사용 시간"
        case .neitherFileNorFolder(let path): "“\(path)”은(는) 폴더도 보낼 수 있는 파일도 아닙니다. 경로를 확인하세요."
        case .emptyFile(let path): "“\(path)”이(가) 비어 있습니다. 작업한 폴더나 압축 파일을 지정하세요."
        case .fileChanged(let path): "보내는 동안 “\(path)”이(가) 바뀌었습니다. 작업이 끝난 뒤 다시 제출하세요."
        case .packed(let files, let size): "파일 \(files)개를 묶었습니다(\(size))."
        case .leftOut(let path, let reason): "제외됨: \(path) (\(reason))"
        case .leftOutMore(let count): "… 그 밖에 \(count)개가 더 제외되었습니다."
        case .sending: "전송 중"
        case .sendingAgain(let attempt, let total, let delay):
            "연결이 끊어졌습니다. \(Self.korean(delay)) 뒤에 다시 보냅니다(\(attempt)/\(total)). 같은 제출로 이어지며 두 번 제출되지 않습니다."
        case .gaveUpSending: "연결이 계속 끊어집니다. 다시 보내도 안전하니 나중에 같은 명령을 다시 실행하세요."
        case .interruptedWhileSending:
            "전송 중에 중단되었습니다. 접수증이 없으면 접수된 것이 아닙니다. “provost submission list”로 확인한 뒤 다시 제출하세요."
        case .received(let submission, let assignment, let attempt, let at, let size):
            "접수되었습니다: 제출 \(submission), \(assignment), \(attempt)번째 시도, \(size), \(at)."
        case .receivedDigest(let digest): "SHA-256 \(digest)"
        case .receivedLate: "마감 시각 이후에 도착하여 지각으로 처리됩니다."
        case .attemptsLeft(let count): "이번 제출 뒤에 시도가 \(count)번 남아 있습니다."
        case .resent: "서버에 이미 접수되어 있었습니다. 두 번 계산되지 않습니다."
        case .receiptSaved(let path): "접수증을 저장했습니다: \(path)"
        case .howToWatch(let submission): "결과 확인: provost status \(submission)"
        case .queued(let position, let estimate):
            if let estimate {
                "대기 중: 대기열 \(position)번째, 약 \(Self.korean(estimate)) 남았습니다."
            } else {
                "대기 중: 대기열 \(position)번째입니다."
            }
        case .unpacking: "압축을 풀고 있습니다."
        case .grading: "채점하고 있습니다."
        case .restarted: "학습자의 잘못이 아닌 이유로 채점이 중단되어 처음부터 다시 시작합니다."
        case .connectionLost: "서버와의 연결이 끊어졌지만 제출물은 서버에 안전하게 있습니다. 계속 기다립니다 …"
        case .connectionBack: "연결이 복구되었습니다."
        case .interruptedWhileWaiting(let submission):
            "지켜보기를 중단했습니다. 제출물은 안전하며 그대로 채점됩니다. 다시 확인하려면: provost status \(submission)"
        case .timedOutWaiting(let submission, let after):
            "\(Self.korean(after))이(가) 지났지만 아직 채점되지 않았습니다. 제출물은 안전합니다. 다시 확인하려면: provost status \(submission)"
        case .graderSays(let text): "채점기: \(text)"
        case .score(let score, let max): "점수: \(max)점 만점에 \(score)점"
        case .totalHidden: "채점되었습니다. 점수는 모든 테스트를 볼 수 있게 되면 표시됩니다."
        case .allPoints: "만점입니다. 이 과제에서 더 할 일은 없습니다."
        case .trialScore(let score, let max): "공개 테스트: \(max)점 중 \(score)점"
        case .trialDoesNotCount(let assignment):
            "연습 실행입니다. 제출된 것은 없으며, 숨은 테스트는 더 많은 것을 확인할 수 있습니다. 제출: provost submit \(assignment) PATH --wait"
        case .trialFailed(let reason): "연습 실행의 결과가 없습니다: \(reason)"
        case .notAllPoints(let assignment):
            "통과하지 못한 테스트를 보고 고친 뒤 다시 제출하세요: provost submit \(assignment) PATH --wait"
        case .notGraded(let reason): "채점되지 않았습니다: \(reason)"
        case .notGradedCostsNothing: "학습자의 잘못이 아니며 불이익이 없습니다. 시도 횟수는 줄지 않고 이전 점수도 그대로입니다."
        case .refused(let reason, let english):
            if let reason { "제출한 파일이 거부되었습니다. \(Self.koreanRefusal(reason))" } else { "제출한 파일이 거부되었습니다. \(english)" }
        case .noAttemptUsed(let assignment): "시도 횟수는 줄지 않았습니다. 파일을 고친 뒤 다시 제출하세요: provost submit \(assignment) PATH --wait"
        case .sharedRoom: "채점기와 제출한 프로그램이 한 방에서 실행되었습니다(isolation: shared)."
        case .note(let note):
            switch note.kind {
            case .nameDecoded: "\(note.path): 이름을 UTF-8로 바꾸었습니다"
            case .nameComposed: "\(note.path): 이름을 완성형(NFC)으로 바꾸었습니다"
            case .nameEscaped: "\(note.path): 이름을 읽을 수 없어 바이트를 %XX로 적었습니다"
            case .leftOut: "\(note.path): 제외했습니다"
            case .folderStripped: "\(note.path): 전체를 감싼 폴더를 벗겼습니다"
            case .modeMasked: "\(note.path): 권한을 줄였습니다"
            }
        case .notesMore(let count): "… 그 밖에 \(count)건이 더 있습니다."
        case .unpackNotes: "압축을 풀면서:"
        case .packedContent(let format, let files, let size): "\(format), 파일 \(files)개, \(size)"
        case .stillRunning(.queued, let position?): "대기 중: 대기열 \(position)번째입니다."
        case .stillRunning(let stage, _): "현재 상태: \(Message.stage(stage).korean)."
        case .downloaded(let path, let size): "저장했습니다: \(path) (\(size))"
        case .damagedDownload: "받은 파일이 제출한 파일과 다릅니다(다이제스트 불일치). 파일을 지웠으니 다시 시도하세요."
        case .regraded(let subject, let before, let after, let reason):
            "\(subject.map { "\($0): " } ?? "")제출물을 다시 채점했습니다\(Self.koreanChange(before, after)). 이유: \(reason)"
        case .receiptGood(let submission, let assignment, let at, let digest):
            "진짜 접수증입니다: \(assignment) 과제의 제출 \(submission)이(가) \(at)에 접수되었습니다. SHA-256 \(digest)"
        case .receiptBad: "진짜 접수증이 아닙니다. 서명이 내용과 맞지 않습니다."
        case .receiptOtherKey(let receipt, let key):
            "이 접수증은 키 \(receipt)(으)로 서명되었지만 주어진 키는 \(key)입니다. --key로 맞는 키를 지정하세요."
        case .receiptUnreadable(let path): "“\(path)”은(는) 접수증이 아니거나 손상되었습니다."
        case .keyUnreadable(let path): "“\(path)”은(는) 접수증 키(Ed25519, base64로 32바이트)가 아니거나 손상되었습니다."
        case .noSuchReceipt(let submission): "\(submission)의 접수증이 이 컴퓨터에도 서버에도 없습니다."
        case .workspace(let message): message.text(in: .korean)
        case .roster(let message): message.text(in: .korean)
        case .result(let message): message.text(in: .korean)
        case .record(let message): message.text(in: .korean)
        case .label(let label): Self.korean(label)
        case .state(let state):
            switch state {
            case "open": "열림"
            case "late": "지각 제출 가능"
            case "not-open": "아직 열리지 않음"
            case "closed": "마감됨"
            case "outside-study": "학습 기간 아님"
            default: state
            }
        case .stage(let stage):
            switch stage {
            case .queued: "대기 중"
            case .unpacking: "압축 푸는 중"
            case .grading: "채점 중"
            case .graded: "채점됨"
            case .failed: "채점되지 않음"
            }
        case .status(let status):
            switch status {
            case .pass: "통과"
            case .fail: "실패"
            case .skip: "건너뜀"
            case .error: "오류"
            }
        case .role(let role):
            switch role {
            case .learner: "학습자"
            case .instructor: "강사"
            case .admin: "관리자"
            }
        case .yes: "예"
        case .no: "아니요"
        }
    }

    /// `3분 20초`, `2.5초`.
    static func korean(_ span: TimeSpan) -> String {
        let total = span.milliseconds / 1000
        if span.milliseconds < 1000 { return "\(span.milliseconds)밀리초" }
        if total < 60 { return "\(total)초" }
        if total < 3600 { return total % 60 == 0 ? "\(total / 60)분" : "\(total / 60)분 \(total % 60)초" }
        return total % 3600 < 60 ? "\(total / 3600)시간" : "\(total / 3600)시간 \(total % 3600 / 60)분"
    }
}
