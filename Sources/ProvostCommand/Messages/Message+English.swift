import ProvostCore

extension Message {
    var english: String {
        switch self {
        case .noDaemon(let address):
            "No daemon answers at \(address). Start one with “provostd serve --state DIR”, or name another with --server or PROVOST_SERVER."
        case .linkDropped(let address):
            "The link to \(address) dropped before the answer was complete. Try again; repeating is safe."
        case .slowServer(let address, let seconds):
            "\(address) has been silent for \(seconds) s. Try again later; repeating is safe."
        case .addressMalformed(let text):
            "“\(text)” is not a server's address; write it like unix:/var/lib/provost/provost.sock or http://host:8080."
        case .encryptedAddress(let text):
            "“\(text)”: this version speaks http:// and unix: only; use a tunnel (like ssh -L) where the link must be encrypted."
        case .answerNotUnderstood:
            "The server's answer could not be understood; this command line and the daemon may be of different versions."
        case .answerWithoutExplanation(let status): "The server answered with status \(status) and no explanation."
        case .errorSummary(let code): "Refused (\(code))."
        case .requestId(let id): "Request id: \(id)"
        case .loginFirst: "Log in first: provost login CODE --server ADDRESS (your instructor gives you both)."
        case .codeMissing:
            "No enrolment code was given; write “provost login CODE”, or “provost login -” and the code on standard input."
        case .codeMalformed:
            "That is not an enrolment code (it starts with pvc_), or it is mistyped or cut off; copy it again as a whole."
        case .loggedIn(let name, let address, let until): "Logged in to \(address) as \(name), until \(until)."
        case .linkNotEncrypted(let address):
            "Note: the link to \(address) is not encrypted; use it only inside a network you trust."
        case .loggedOut(let address): "Logged out of \(address)."
        case .loggedOutHereOnly:
            "The token is forgotten here, but the server could not be told to revoke it; “provost token revoke” does that later."
        case .notLoggedIn: "Not logged in; nothing to do."
        case .administratorBySocket(let name): "\(name): an administrator, by the local socket."
        case .noEnrollments: "In no cohort."
        case .suspended: "suspended"
        case .fileNotWritten(let path, let reason): "“\(path)” could not be written: \(reason)."
        case .fileNotRead(let path, let reason): "“\(path)” could not be read: \(reason)."
        case .fileExists(let path): "“\(path)” is already there; name another file with --to."
        case .noOpenAssignments: "No assignment is open now. “provost labs --all” shows every one."
        case .noAssignments: "No assignments yet."
        case .noSubmissions: "No submissions yet. “provost labs” shows what can be submitted."
        case .nothingUnfinished: "Nothing of yours is waiting or being graded."
        case .progressTotal(let score, let max): "Together: \(score) of \(max) points."
        case .progressMissing(let names): "Still missing points: \(names)"
        case .serverStatus(let version, let queued, let running, let workers):
            "provostd \(version): \(queued) waiting, \(running) being graded, \(workers) at a time."
        case .serverDegraded: "Some limits are not enforced on this server (see “provost doctor”)."
        case .noBudget: "no budget: time is not capped"
        case .budgetCounts(.cpuSeconds): "CPU time"
        case .budgetCounts(.sessionHours): "workspace time"
        case .neitherFileNorFolder(let path): "“\(path)” is neither a folder nor a file that can be sent; check the path."
        case .emptyFile(let path): "“\(path)” is empty; name the folder or the archive with your work."
        case .fileChanged(let path): "“\(path)” changed while it was being sent; submit again when it is finished."
        case .packed(let files, let size): "Packed \(files) \(files == 1 ? "file" : "files"), \(size)."
        case .leftOut(let path, let reason): "Left out: \(path) (\(reason))"
        case .leftOutMore(let count): "… and \(count) more left out."
        case .sending: "Sending"
        case .sendingAgain(let attempt, let total, let delay):
            "The link dropped; sending again in \(delay) (\(attempt) of \(total)). The same submission is continued, not a second one."
        case .gaveUpSending: "The link kept dropping. Sending again is safe: run the same command later."
        case .interruptedWhileSending:
            "Interrupted while sending. Without a receipt nothing counts as received; check with “provost submission list”, then submit again."
        case .received(let submission, let assignment, let attempt, let at, let size):
            "Received: submission \(submission), \(assignment), attempt \(attempt), \(size), at \(at)."
        case .receivedDigest(let digest): "SHA-256 \(digest)"
        case .receivedLate: "It arrived after the due time and counts as late."
        case .attemptsLeft(let count):
            count == 1 ? "1 attempt is left after this one." : "\(count) attempts are left after this one."
        case .resent: "The server had it already; nothing was counted twice."
        case .receiptSaved(let path): "Receipt saved: \(path)"
        case .howToWatch(let submission): "See what becomes of it: provost status \(submission)"
        case .queued(let position, let estimate):
            if let estimate {
                "Waiting: number \(position) in the queue, about \(estimate)."
            } else {
                "Waiting: number \(position) in the queue."
            }
        case .unpacking: "Unpacking."
        case .grading: "Grading."
        case .restarted: "The grading was interrupted through no fault of yours and begins again."
        case .connectionLost: "The link to the server is lost; your submission is safe there. Still waiting …"
        case .connectionBack: "The link is back."
        case .interruptedWhileWaiting(let submission):
            "Stopped watching. The submission is safe and is graded all the same; look again with: provost status \(submission)"
        case .timedOutWaiting(let submission, let after):
            "Not graded yet after \(after). The submission is safe; look again with: provost status \(submission)"
        case .graderSays(let text): "Grader: \(text)"
        case .score(let score, let max): "Score: \(score) of \(max)"
        case .totalHidden: "Graded. The score is shown when every test may be seen."
        case .allPoints: "All points reached. Nothing more to do for this one."
        case .trialScore(let score, let max): "Public tests: \(score) of \(max)"
        case .trialDoesNotCount(let assignment):
            "This was a trial: nothing was handed in, and the hidden tests may ask for more. To hand in: provost submit \(assignment) PATH --wait"
        case .trialFailed(let reason): "The trial came to no result: \(reason)"
        case .notAllPoints(let assignment):
            "Look at the tests that did not pass, improve your work and submit again: provost submit \(assignment) PATH --wait"
        case .notGraded(let reason): "Not graded: \(reason)"
        case .notGradedCostsNothing: "This is not your fault and costs you nothing: no attempt was used, an earlier score stays."
        case .refused(_, let english): "The archive was refused: \(english)"
        case .noAttemptUsed(let assignment):
            "No attempt was used. Mend the archive, then: provost submit \(assignment) PATH --wait"
        case .sharedRoom: "The grader and your program shared one room (isolation: shared)."
        case .note(let note):
            switch note.kind {
            case .nameDecoded: "\(note.path): the name was converted to UTF-8\(detail(note))"
            case .nameComposed: "\(note.path): the name was composed (NFC)"
            case .nameEscaped: "\(note.path): the name could not be read; its bytes are written as %XX"
            case .leftOut: "\(note.path): left out\(detail(note))"
            case .folderStripped: "\(note.path): the one folder around everything was taken away"
            case .modeMasked: "\(note.path): permissions were reduced\(detail(note))"
            }
        case .notesMore(let count): "… and \(count) more."
        case .unpackNotes: "When unpacking:"
        case .packedContent(let format, let files, let size): "\(format), \(files) \(files == 1 ? "file" : "files"), \(size)"
        case .stillRunning(.queued, let position?): "Waiting: number \(position) in the queue."
        case .stillRunning(let stage, _): "Now: \(Message.stage(stage).english)."
        case .downloaded(let path, let size): "Saved: \(path) (\(size))"
        case .damagedDownload: "What arrived is not what was submitted (the digest differs); it was removed. Try again."
        case .regraded(let subject, let before, let after, let reason):
            "\(subject.map { "\($0) was" } ?? "Your work was") graded again\(change(before, after)). Reason: \(reason)"
        case .receiptGood(let submission, let assignment, let at, let digest):
            "The receipt is genuine: submission \(submission) for \(assignment) was received at \(at), SHA-256 \(digest)."
        case .receiptBad: "The receipt is NOT genuine: the signature does not fit its content."
        case .receiptOtherKey(let receipt, let key):
            "The receipt was signed with key \(receipt), but the key given is \(key); name the right one with --key."
        case .receiptUnreadable(let path): "“\(path)” is not a receipt, or it is damaged."
        case .keyUnreadable(let path): "“\(path)” is not a receipt key (Ed25519, 32 bytes in base64), or it is damaged."
        case .noSuchReceipt(let submission): "There is no receipt of \(submission) here and the server has none for you."
        case .workspace(let message): message.text(in: .english)
        case .roster(let message): message.text(in: .english)
        case .result(let message): message.text(in: .english)
        case .record(let message): message.text(in: .english)
        case .label(let label): label.rawValue
        case .state(let state):
            switch state {
            case "not-open": "not open yet"
            case "outside-study": "outside the study window"
            default: state
            }
        case .stage(let stage):
            switch stage {
            case .queued: "waiting"
            case .unpacking: "unpacking"
            case .grading: "being graded"
            case .graded: "graded"
            case .failed: "not graded"
            }
        case .status(let status): status.rawValue
        case .role(let role): role.rawValue
        case .yes: "yes"
        case .no: "no"
        }
    }

    private func change(_ before: String?, _ after: String?) -> String {
        switch (before, after) {
        case (nil, nil): ""
        case (nil, let after?): ": \(after), where there was no score"
        case (let before?, nil): ": no score now, \(before) before"
        case (let before?, let after?): before == after ? ": the score stays \(after)" : ": \(after) now, \(before) before"
        }
    }

    private func detail(_ note: UnpackReport.Note) -> String { note.detail.map { " (\($0))" } ?? "" }
}
