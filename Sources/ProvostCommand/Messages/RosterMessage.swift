package import ProvostCore

/// The sentences about rosters and about people's data; English and Korean beside each other.
package enum RosterMessage: Sendable {
    case report(RosterReport, encoding: String)
    case notRead(path: String, reason: String)
    case withheld([String])
    case codesWritten(Int, path: String)
    case personExported(path: String, files: Int)
    case zipTooLarge(path: String)
    case archiveMissing(submission: String, reason: String)
    case erasure(ErasureReport)

    package func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .korean: korean
        }
    }

    private var english: String {
        switch self {
        case .report(let report, let encoding):
            let more = report.unlisted > 0 ? "… and \(report.unlisted) more changes that are not listed.\n" : ""
            let ignored =
                report.ignoredColumns.isEmpty ? "" : "Columns passed over: \(report.ignoredColumns.joined(separator: ", ")).\n"
            let verb = report.dryRun ? "Nothing was changed. It would be" : "Done"
            return more + ignored
                + "\(verb): \(report.new) new, \(report.changed) changed, \(report.returned) back, \(report.suspended) suspended, "
                + "\(report.same) the same, of \(report.rows) rows (\(encoding))."
        case .notRead(let path, let reason): return "\(path) cannot be read: \(reason)."
        case .withheld(let people):
            return
                "No code for \(Self.some(people)): they are also in a cohort that is not yours; ask an administrator of this server."
        case .codesWritten(let count, let path):
            return "Wrote \(count) codes to \(path). Whoever reads that file can log in as all of them."
        case .personExported(let path, let files): return "Wrote \(files) files to \(path); begin with index.html."
        case .zipTooLarge(let path): return "\(path) would be larger than 4 GiB; name a folder instead of a ZIP."
        case .archiveMissing(let submission, let reason): return "The archive of \(submission) is not there: \(reason)"
        case .erasure(let report):
            return report.dryRun
                ? "Nothing was changed. This is what would go and what would stay of \(report.person)."
                : "\(report.person) is erased, and called \(report.pseudonym) from now on."
        }
    }

    private var korean: String {
        switch self {
        case .report(let report, let encoding):
            let more = report.unlisted > 0 ? "… 그 밖에 표시하지 않은 변경 \(report.unlisted)건이 있습니다.\n" : ""
            let ignored = report.ignoredColumns.isEmpty ? "" : "건너뛴 열: \(report.ignoredColumns.joined(separator: ", ")).\n"
            let verb = report.dryRun ? "아무것도 바꾸지 않았습니다. 실행하면" : "완료"
            return more + ignored
                + "\(verb): 신규 \(report.new), 변경 \(report.changed), 복귀 \(report.returned), 정지 \(report.suspended), "
                + "그대로 \(report.same), 전체 \(report.rows)행 (\(encoding))."
        case .notRead(let path, let reason): return "\(path) 파일을 읽을 수 없습니다: \(reason)."
        case .withheld(let people):
            return "코드를 만들지 않은 사람: \(Self.some(people)). 담당하지 않는 기수에도 속해 있으니 서버 관리자에게 문의하세요."
        case .codesWritten(let count, let path):
            return "코드 \(count)개를 \(path)에 썼습니다. 이 파일을 읽는 사람은 그 모두로 로그인할 수 있습니다."
        case .personExported(let path, let files): return "파일 \(files)개를 \(path)에 썼습니다. index.html부터 보세요."
        case .zipTooLarge(let path): return "\(path) 파일이 4 GiB를 넘습니다. ZIP 대신 폴더를 지정하세요."
        case .archiveMissing(let submission, let reason): return "\(submission)의 제출 파일이 없습니다: \(reason)"
        case .erasure(let report):
            return report.dryRun
                ? "아무것도 바꾸지 않았습니다. 실행하면 \(report.person)님의 정보 가운데 지워질 것과 남을 것은 이렇습니다."
                : "\(report.person)님의 정보를 지웠습니다. 이제부터 \(report.pseudonym)(으)로 표시됩니다."
        }
    }

    private static func some(_ people: [String]) -> String {
        people.prefix(20).joined(separator: ", ") + (people.count > 20 ? ", …" : "")
    }
}
