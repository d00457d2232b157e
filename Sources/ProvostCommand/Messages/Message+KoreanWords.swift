import ProvostCore

extension Message {
    /// Why an archive was refused and what to do. The entry's name stays in the English sentence of `submission show`.
    static func koreanRefusal(_ reason: UnpackReport.RefusalReason) -> String {
        switch reason {
        case .unknownFormat: "압축 파일 형식을 알 수 없습니다. .zip이나 .tar.gz로 묶거나 폴더를 그대로 제출하세요."
        case .unsupportedFormat: "지원하지 않는 압축 형식입니다. .zip, .tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2, .7z 중 하나로 묶으세요."
        case .damaged: "압축 파일이 손상되었거나 잘렸습니다. 다시 묶어서 제출하세요."
        case .encrypted: "압축 파일에 암호가 걸려 있습니다. 암호 없이 다시 묶으세요."
        case .empty: "압축 파일이 비어 있습니다. 작업한 파일을 넣어 다시 묶으세요."
        case .tooLarge: "압축을 풀면 허용된 크기를 넘습니다. 필요 없는 파일을 빼세요."
        case .tooManyEntries: "파일과 폴더가 너무 많습니다. 필요 없는 파일(빌드 결과물, 내려받은 라이브러리 등)을 빼세요."
        case .tooDeep: "폴더가 너무 깊이 겹쳐 있습니다. 폴더 구조를 단순하게 하세요."
        case .pathTooLong: "경로 이름이 너무 긴 파일이 있습니다. 이름을 줄이세요."
        case .expandsTooMuch: "압축을 풀면 지나치게 커집니다(압축 폭탄으로 의심됩니다). 필요한 파일만 묶으세요."
        case .unsafePath: "폴더 밖을 가리키는 경로(“..”이나 절대 경로)가 들어 있습니다. 작업 폴더 안에서 다시 묶으세요."
        case .unsafeLink: "폴더 밖을 가리키는 링크가 들어 있습니다. 링크 대신 파일을 넣으세요."
        case .specialFile: "일반 파일이 아닌 항목(장치, 소켓, 파이프 등)이 들어 있습니다. 빼고 다시 묶으세요."
        case .duplicateName: "같은 이름의 항목이 두 번 들어 있습니다. 하나만 남기고 다시 묶으세요."
        case .unreadableName: "읽을 수 없는 파일 이름이 있습니다. 이름을 UTF-8로 바꾸어 다시 묶으세요."
        }
    }

    /// What kind of error it is; the server's own sentence follows it.
    static func koreanSummary(of code: ErrorCode) -> String {
        switch code {
        case .invalid: "요청이 올바르지 않습니다."
        case .notFound: "찾을 수 없습니다."
        case .unauthenticated: "로그인이 필요하거나 로그인이 만료되었습니다."
        case .denied: "권한이 없습니다."
        case .limitReached: "허용된 한도에 도달했습니다."
        case .outsideWindow: "지금은 제출할 수 있는 기간이 아닙니다."
        case .conflict: "현재 상태와 맞지 않는 요청입니다."
        case .unavailable: "지금은 처리할 수 없습니다. 나중에 다시 시도해도 안전합니다."
        case .timedOut: "기다리는 시간이 지났습니다."
        case .internalError: "서버 내부 오류입니다. 요청 번호를 담당자에게 알려 주세요."
        default: "요청이 거부되었습니다(\(code))."
        }
    }

    /// How a score moved when work was graded again.
    static func koreanChange(_ before: String?, _ after: String?) -> String {
        switch (before, after) {
        case (nil, nil): ""
        case (nil, let after?): ": 이전에는 점수가 없었고 지금은 \(after)점입니다"
        case (let before?, nil): ": 이전에는 \(before)점이었고 지금은 점수가 없습니다"
        case (let before?, let after?): before == after ? ": 점수는 \(after)점 그대로입니다" : ": 이전 \(before)점, 지금 \(after)점입니다"
        }
    }

    static func korean(_ label: Label) -> String {
        switch label {
        case .assignment: "과제"
        case .title: "제목"
        case .state: "상태"
        case .opens: "시작"
        case .due: "마감"
        case .closes: "종료"
        case .attempts: "시도"
        case .score: "점수"
        case .cohort: "기수"
        case .number: "번호"
        case .test: "테스트"
        case .result: "결과"
        case .points: "점수"
        case .message: "설명"
        case .submission: "제출"
        case .received: "접수 시각"
        case .size: "크기"
        case .digest: "다이제스트"
        case .person: "사람"
        case .stage: "단계"
        case .attempt: "시도"
        case .file: "파일"
        case .late: "지각"
        case .grading: "채점"
        case .isolation: "격리"
        case .name: "이름"
        case .email: "이메일"
        case .role: "역할"
        case .enrollments: "등록"
        case .server: "서버"
        case .evidence: "근거"
        case .unpacked: "압축 해제"
        case .reason: "이유"
        case .position: "순서"
        case .gradings: "채점 횟수"
        case .started: "채점 시작"
        case .finished: "채점 종료"
        case .dimension: "항목"
        case .limit: "한도"
        case .used: "사용"
        case .boundBy: "정한 곳"
        case .chain: "적용 순서"
        case .totals: "합계 한도"
        case .counts: "계산 기준"
        case .granted: "부여"
        case .adjusted: "조정"
        case .setAside: "예약"
        case .left: "남음"
        case .cohortLeft: "기수 전체 남음"
        case .windowBegins: "학습 기간 시작"
        case .windowEnds: "학습 기간 종료"
        case .extendedUntil: "연장 기한"
        case .kind: "종류"
        case .weight: "가중치"
        case .why: "설명"
        case .row: "기록"
        case .step: "단계"
        case .reply: "답변"
        case .at: "시각"
        }
    }
}
