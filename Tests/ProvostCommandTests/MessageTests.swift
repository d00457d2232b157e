import ProvostCommand
import ProvostCore
import Testing

struct MessageTests {
    @Test(arguments: MessageTests.all.indices)
    func sentencesAreThereInBothLanguages(index: Int) {
        let message = Self.all[index]
        let english = message.text(in: .english)
        let korean = message.text(in: .korean)
        #expect(!english.isEmpty && !korean.isEmpty)
        #expect(!english.unicodeScalars.contains(where: Self.isHangul))
        if !Self.withoutWords(message) {
            #expect(korean.unicodeScalars.contains(where: Self.isHangul), "\(korean)")
            #expect(korean != english)
        }
    }

    /// What a sentence is given must be in it, whatever the language.
    @Test(arguments: [Language.english, .korean])
    func sentencesCarryWhatTheyAreGiven(language: Language) {
        let given: [(Message, [String])] = [
            (.noDaemon(address: "unix:/x.sock"), ["unix:/x.sock"]),
            (.slowServer(address: "http://a:1", seconds: 47), ["http://a:1", "47"]),
            (.loggedIn(name: "minji", address: "A", until: "U9"), ["minji", "A", "U9"]),
            (
                .received(submission: "sub_9", assignment: "c/a", attempt: 7, at: "T1", size: "9 KiB"),
                ["sub_9", "c/a", "7", "T1", "9 KiB"]
            ),
            (.queued(position: 31, estimate: .seconds(42)), ["31", "42"]), (.score(score: "12.5", max: "20"), ["12.5", "20"]),
            (.timedOutWaiting(submission: "sub_9", after: .seconds(90)), ["sub_9", "30"]),
            (.interruptedWhileWaiting(submission: "sub_9"), ["sub_9"]), (.noAttemptUsed(assignment: "web"), ["web"]),
            (.receiptGood(submission: "sub_9", assignment: "c/a", at: "T1", digest: "abc"), ["sub_9", "c/a", "T1", "abc"]),
            (.note(.init(kind: .leftOut, path: "__MACOSX")), ["__MACOSX"]),
            (.regraded(subject: "web", before: "5/20", after: "7/20", reason: "R9"), ["web", "5/20", "7/20", "R9"]),
            (.sendingAgain(attempt: 2, of: 5, delay: .seconds(4)), ["2", "5", "4"]),
        ]
        for (message, parts) in given {
            let text = message.text(in: language)
            for part in parts { #expect(text.contains(part), "\(text)") }
        }
    }

    @Test(arguments: UnpackReport.RefusalReason.allCases)
    func eachRefusalHasItsOwnKoreanSentence(reason: UnpackReport.RefusalReason) {
        let own = Message.refused(reason, english: "E").text(in: .korean)
        let others = UnpackReport.RefusalReason.allCases.filter { $0 != reason }
            .map { Message.refused($0, english: "E").text(in: .korean) }
        #expect(!others.contains(own))
        #expect(own.hasSuffix("요.") || own.hasSuffix("다."))
        #expect(Message.refused(reason, english: "E1").text(in: .english).contains("E1"))
    }

    @Test(arguments: [
        ("ko_KR.UTF-8", Language.korean), ("ko", .korean), ("KO_KR", .korean), ("en_US.UTF-8", .english), ("C", .english),
        ("", .english),
        ("kok_IN", .english),
    ])
    func theLocaleChoosesTheLanguage(locale: String, language: Language) {
        #expect(Language(environment: ["LANG": locale]) == language)
    }

    @Test func strongerVariablesWin() {
        #expect(Language(environment: ["LC_ALL": "en_US", "LC_MESSAGES": "ko_KR", "LANG": "ko_KR"]) == .english)
        #expect(Language(environment: ["LC_ALL": "", "LC_MESSAGES": "ko_KR", "LANG": "en_US"]) == .korean)
    }

    private static func isHangul(_ scalar: Unicode.Scalar) -> Bool { (0xAC00...0xD7A3).contains(scalar.value) }

    /// Numbers and names only.
    private static func withoutWords(_ message: Message) -> Bool {
        if case .receivedDigest = message { return true }
        return false
    }

    private static let all: [Message] =
        [
            .noDaemon(address: "a"), .linkDropped(address: "a"), .slowServer(address: "a", seconds: 1), .addressMalformed("a"),
            .encryptedAddress("a"), .answerNotUnderstood, .answerWithoutExplanation(status: 500), .requestId("r"), .loginFirst,
            .codeMissing, .codeMalformed, .loggedIn(name: "n", address: "a", until: "u"), .linkNotEncrypted(address: "a"),
            .loggedOut(address: "a"), .loggedOutHereOnly, .notLoggedIn, .administratorBySocket(name: "local:0"), .noEnrollments,
            .suspended, .fileNotWritten(path: "p", reason: "r"), .fileNotRead(path: "p", reason: "r"), .fileExists(path: "p"),
            .noOpenAssignments, .noAssignments, .noSubmissions, .nothingUnfinished, .progressTotal(score: "1", max: "2"),
            .progressMissing(names: "a"), .serverStatus(version: "1", queued: 0, running: 0, workers: 1), .serverDegraded,
            .noBudget, .budgetCounts(.cpuSeconds), .budgetCounts(.sessionHours),
            .neitherFileNorFolder(path: "p"), .emptyFile(path: "p"), .fileChanged(path: "p"), .packed(files: 2, size: "1 B"),
            .leftOut(path: "p", reason: "r"), .leftOutMore(3), .sending, .sendingAgain(attempt: 1, of: 5, delay: .seconds(1)),
            .gaveUpSending, .interruptedWhileSending,
            .received(submission: "s", assignment: "a", attempt: 1, at: "t", size: "1 B"), .receivedDigest("d"), .receivedLate,
            .attemptsLeft(1), .attemptsLeft(2), .resent, .receiptSaved(path: "p"), .howToWatch(submission: "s"),
            .queued(position: 1, estimate: nil), .queued(position: 1, estimate: .seconds(4000)), .unpacking, .grading, .restarted,
            .connectionLost, .connectionBack, .interruptedWhileWaiting(submission: "s"),
            .timedOutWaiting(submission: "s", after: .seconds(600)), .graderSays("x"), .score(score: "1", max: "2"), .allPoints,
            .notAllPoints(assignment: "a"), .notGraded(reason: "r"), .notGradedCostsNothing, .refused(nil, english: "e"),
            .noAttemptUsed(assignment: "a"), .sharedRoom, .notesMore(2), .unpackNotes,
            .packedContent(format: "zip", files: 1, size: "1 B"), .stillRunning(stage: .queued, position: 2),
            .stillRunning(stage: .grading, position: nil), .downloaded(path: "p", size: "1 B"), .damagedDownload,
            .receiptGood(submission: "s", assignment: "a", at: "t", digest: "d"), .receiptBad,
            .receiptOtherKey(receipt: "1", key: "2"), .receiptUnreadable(path: "p"), .keyUnreadable(path: "p"),
            .noSuchReceipt(submission: "s"), .yes, .no, .regraded(subject: nil, before: nil, after: nil, reason: "r"),
            .regraded(subject: "a", before: nil, after: "1/2", reason: "r"),
            .regraded(subject: "a", before: "1/2", after: nil, reason: "r"),
            .regraded(subject: "a", before: "1/2", after: "1/2", reason: "r"),
            .regraded(subject: nil, before: "1/2", after: "2/2", reason: "r"),
        ]
        + results.map { .result($0) } + records.map { .record($0) } + Message.Label.allCases.map { .label($0) }
        + Grading.Stage.allCases.map { .stage($0) }
        + TestRecord.Status.allCases.map { .status($0) } + Role.allCases.map { .role($0) }
        + ["open", "late", "not-open", "closed", "outside-study"].map { .state($0) }
        + UnpackReport.RefusalReason.allCases.map { .refused($0, english: "e") }
        + [.nameDecoded, .nameComposed, .nameEscaped, .leftOut, .folderStripped, .modeMasked].map {
            .note(.init(kind: $0, path: "p"))
        }
        + [
            ErrorCode.invalid, .notFound, .unauthenticated, .denied, .limitReached, .outsideWindow, .conflict, .unavailable,
            .timedOut,
            .internalError, ErrorCode(rawValue: "of-tomorrow"),
        ].map { .errorSummary($0) }

    private static let records: [RecordMessage] =
        RecordMessage.Heading.allCases.map { .heading($0) } + AttendanceEntry.State.allCases.map { .attendance($0) }
        + Allowance.Kind.allCases.map { .allowance($0) } + [.integrity(nil), .integrity(.cleared), .integrity(.confirmed)]
        + Certificate.State.allCases.map { .certificate($0) } + [.met, .open, .missed].map { .requirements($0) }
        + [
            .everything, .moderation(by: "hana"), .takenBack, .withdrawn(by: "hana", reason: "r"), .revoked(reason: "r"),
            .renewed(by: "crt_1"), .goes, .stays, .noCohorts, .noAttendance, .noAllowances, .noCases, .noMarks, .noCertificates,
            .nobodyMeets, .noLearners, .attendanceNoted(CivilDate(daysSince1970: 20_000), changed: 1, same: 2),
            .marksReleased(0, assignment: "a"), .marksReleased(2, assignment: "a"), .certificatesIssued(new: 1, there: 2),
            .certificateSaved(path: "p"), .certificateValid(subject: "s"), .certificateUnknown(subject: "s"),
            .certificateInvalid(rule: "r", reason: "r"), .certificateSources(["https://a.example"]),
        ]

    private static let results: [ResultMessage] =
        [
            .total(PercentageRange(.full)), .total(PercentageRange(low: .zero, high: .full)), .slipDays(used: 1, of: 3),
            .missing(names: ["a"]), .progressOf(.init(reached: 1, possible: 2, needed: 3)), .appealMade(id: "apl_1"), .appealOpen,
            .noAppeals, .here("t"),
        ]
        + [
            ExplainedStep.Kind.excused, .extension, .timeFactor, .slipDays, .marked, .waitingForMarks, .marksApart, .absent,
            .attended, .attempt, .slipped, .late, .bonus, .pending, .nothingHandedIn, .counts,
        ].map { .step(ExplainedStep(kind: $0)) }
        + [.met, .open, .missed].map { .certificate(title: "t", $0) }
        + Appeal.Verdict.allCases.map { .appealAnswered($0, by: "hana") } + StandingItem.Kind.allCases.map { .kind($0) }
        + [
            .all([]), .any([]), .assignment(Slug(trusted: "a"), .full), .atLeast(1, of: .everything, .full),
            .weightedMean(.phase(Slug(trusted: "p")), .full), .everyPhase(.full), .attendance(.full), .noOpenIntegrityCase,
        ].map { .requirement($0) }
}
