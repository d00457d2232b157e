/// Every path of the HTTP interface, once: the daemon registers `pattern`, the command line asks for `path(…)`.
///
/// | method and pattern | body → answer | who |
/// |---|---|---|
/// | GET health | → 200 | anyone |
/// | POST login | LoginRequest → LoginResponse | anyone with a code |
/// | GET whoami | → WhoAmI | anyone known |
/// | GET status | → StatusReport | anyone known |
/// | GET doctor | → DoctorReport | administrators |
/// | GET/POST organizations, programs, cohorts, persons | New… → the thing; → array | administrators; cohorts are listed to their members |
/// | POST program-versions | ProgramFile → PublishedProgram | administrators |
/// | GET programs/{program}/versions | → [ProgramVersion], newest first | instructors |
/// | POST programs/{program}/diff | ProgramComparison → ProgramDifference | instructors |
/// | GET cohorts/{cohort}/plan | → CohortPlanInfo | members |
/// | POST cohorts/{cohort}/advance | AdvanceCohort → CohortAdvanceReport | administrators |
/// | GET persons/{person}/data?reason= | → PersonData | own; administrators |
/// | POST persons/{person}/erasure | EraseOrder → ErasureReport | administrators |
/// | GET/POST cohorts/{cohort}/enrollments | NewEnrollment → EnrollmentCode; → [Enrollment] | cohort's admins; instructors list |
/// | DELETE cohorts/{cohort}/enrollments/{person} | → Enrollment (suspended) | cohort's admins |
/// | POST cohorts/{cohort}/roster?role=&sync=&dry-run=&yes= | CSV, UTF-8 → RosterReport | cohort's admins |
/// | POST cohorts/{cohort}/codes | NewCodes → CodesPage | cohort's admins |
/// | GET cohorts/{cohort}/gradebook | → Gradebook | instructors |
/// | GET report?organization=&program=&cohort=&from=&to=&by= | → [SponsorRow]; days like 2026-11-21, both included; by=cohort | administrators; admins of the organization or cohort |
/// | GET organization-admins | → [OrganizationAdmin] | administrators |
/// | GET organizations/{organization}/admins | → [OrganizationAdmin] | its admins |
/// | POST organizations/{organization}/admins | NewOrganizationAdmin → OrganizationAdmin | administrators |
/// | DELETE organizations/{organization}/admins/{person} | → OrganizationAdmin | administrators |
/// | GET tokens; DELETE tokens/{token} | → [TokenInfo]; → TokenInfo | own, or administrators |
/// | GET/POST labs, graders | tar archive → Published<…Version>; → array of versions | instructors publish and list; learners list labs of their assignments |
/// | GET labs/{name}, graders/{name} | → array of versions, newest first | instructors |
/// | GET images; images/{image} | → [ImageInfo]; → ImageInfo | administrators |
/// | GET images/{image}/log | → text/plain, what the build wrote, also of one that failed | instructors |
/// | DELETE images/{image} | → {"removed": …} | administrators |
/// | POST cohorts/{cohort}/assignments | NewAssignment → AssignmentInfo | cohort's instructors |
/// | GET assignments?cohort= | → [AssignmentInfo] | members: of their cohorts |
/// | GET/PATCH assignments/{assignment}?cohort= | AssignmentChange → AssignmentInfo | members read, instructors change |
/// | GET labs/{name}/handout?language= | → text/markdown | members |
/// | POST assignments/{assignment}/submissions?cohort= | archive bytes → SubmissionReceived | learners |
/// | POST assignments/{assignment}/trials?cohort= | archive bytes → TrialAnswer; nothing is recorded | learners |
/// | GET assignments/{assignment}/regrade-plan?cohort=&scope= | → RegradePlan | instructors |
/// | POST assignments/{assignment}/regrade-sets?cohort= | NewRegrade → RegradeSet | instructors |
/// | GET regrade-sets?cohort=&assignment= | → [RegradeSet], newest first | instructors: of their cohorts |
/// | GET regrade-sets/{set}?never-lower=&keep-human-marks= | → RegradeReview | instructors |
/// | POST regrade-sets/{set}/apply | RegradeOrder → RegradeReview | instructors |
/// | POST regrade-sets/{set}/cancel | → RegradeSet | instructors |
/// | POST regrade-sets/{set}/undo | → RegradeSet, another one | instructors |
/// | GET submissions?cohort=&assignment=&person= | → [SubmissionInfo], newest first | own; instructors all of their cohorts |
/// | GET submissions/{submission} | → SubmissionInfo | owner, instructors |
/// | GET submissions/{submission}/events | → text/event-stream of SubmissionEvent | owner, instructors |
/// | GET submissions/{submission}/receipt | → Receipt | owner, instructors |
/// | GET submissions/{submission}/archive | → bytes | owner, instructors |
/// | GET submissions/{submission}/log | → text/plain, the grader's own output | instructors |
/// | POST submissions/{submission}/regrade | → RegradeAnswer | instructors |
/// | GET cohorts/{cohort}/grades?assignment= | → [ResultRow] | instructors |
/// | GET progress?cohort=&person= | → [ProgressReport] | own; instructors any |
/// | GET results/{assignment}?cohort=&person= | → ExplanationInfo | own; instructors any |
/// | GET cohorts/{cohort}/marks?assignment=&person= | → [Mark], oldest first | instructors; learners their own that are released |
/// | POST cohorts/{cohort}/marks | MarkOrder → [Mark] | cohort's instructors |
/// | POST cohorts/{cohort}/marks/release | ReleaseOrder → ChangeCount | cohort's instructors |
/// | GET cohorts/{cohort}/attendance?date=&person= | → [AttendanceEntry] | own; instructors the cohort's |
/// | POST cohorts/{cohort}/attendance | AttendanceOrder → ChangeCount | cohort's instructors |
/// | GET cohorts/{cohort}/allowances?person= | → [Allowance], the withdrawn too | own; instructors the cohort's |
/// | POST cohorts/{cohort}/allowances | AllowanceOrder → Allowance | cohort's admins |
/// | POST cohorts/{cohort}/allowances/{allowance}/withdraw | WithdrawalOrder → Allowance | cohort's admins |
/// | GET cohorts/{cohort}/integrity-cases?person= | → [IntegrityCase] | cohort's instructors |
/// | POST cohorts/{cohort}/integrity-cases | IntegrityOrder → IntegrityCase | cohort's instructors |
/// | POST cohorts/{cohort}/integrity-cases/{case}/close | IntegrityDecisionOrder → IntegrityCase | cohort's instructors |
/// | GET cohorts/{cohort}/appeals?person= | → [Appeal] | own; instructors the cohort's |
/// | POST cohorts/{cohort}/appeals | AppealOrder → Appeal | learners |
/// | POST cohorts/{cohort}/appeals/{appeal}/reply | AppealReplyOrder → Appeal | cohort's instructors |
/// | GET limits?node= | → [LimitSetting] | administrators; instructors: of their cohorts |
/// | POST limits | LimitChange → LimitChange | cohort's admins: it and its learners; administrators |
/// | POST limits/simulate | LimitChange → [LimitEffect]; nothing is changed | who may change it |
/// | GET limits/explain?cohort=&person=&assignment= | → LimitStanding | own; instructors any |
/// | POST budgets | BudgetOrder → BudgetOrder | cohort's admins |
/// | POST budgets/total | BudgetTotal → BudgetTotal | cohort's admins |
/// | POST budgets/adjust | BudgetAdjustment → BudgetBalance | cohort's admins |
/// | GET budgets/balance?cohort=&person= | → BudgetReport | own; instructors any |
/// | GET budgets/ledger?cohort=&person=&workspace= | → [LedgerEntry], oldest first | own; instructors the cohort's |
/// | GET budgets/forecast?cohort=&person= | → [BudgetForecast] | own; instructors the cohort's |
/// | GET usage?level=&node=&from=&to= | → UsageReport; days like 2026-11-21, both included | own; instructors the cohort's |
/// | GET/POST cohorts/{cohort}/slots | → [SlotInfo]; NewSlot → SlotInfo | cohort's instructors |
/// | DELETE cohorts/{cohort}/slots/{slot} | → Slot | cohort's instructors |
/// | POST cohorts/{cohort}/extensions | NewExtension → ExtensionInfo | cohort's admins |
/// | POST workspaces | StartWorkspace → WorkspaceInfo (running, or waiting with its place) | learners |
/// | GET workspaces?cohort=&person=&assignment= | → [WorkspaceInfo] | own; instructors all of their cohorts |
/// | GET workspaces/{workspace}; …/why | → WorkspaceInfo; → WorkspaceReason | owner, instructors, who is let in |
/// | GET workspaces/{workspace}/log | → text/plain, what happened to it, a line each | owner, instructors, who is let in |
/// | POST workspaces/{workspace}/stop | → WorkspaceInfo | owner, instructors |
/// | POST workspaces/{workspace}/restart, …/reset | → WorkspaceInfo; a reset makes a snapshot first | owner |
/// | POST workspaces/{workspace}/extend | ExtendWorkspace → WorkspaceInfo | owner |
/// | DELETE workspaces/{workspace}?confirm= | → WorkspaceInfo; confirm is its id | owner, cohort's admins |
/// | GET/POST workspaces/{workspace}/snapshots | → [Snapshot], oldest first; → Snapshot | owner |
/// | POST workspaces/{workspace}/snapshots/{snapshot}/restore | → WorkspaceInfo | owner |
/// | DELETE workspaces/{workspace}/snapshots/{snapshot} | → Snapshot | owner |
/// | GET workspaces/{workspace}/sessions | → [SessionInfo] | owner, who is let in |
/// | GET workspaces/{workspace}/terminal?mode=&session=&rows=&columns=&term= | upgrade → session frames | owner, who is let in |
/// | GET workspaces/{workspace}/command?argument=…&terminal=&rows=&columns= | upgrade → session frames | owner |
/// | GET workspaces/{workspace}/port/{port} | upgrade → session frames | owner |
/// | GET/POST workspaces/{workspace}/shares | → [Share]; NewShare → Share | owner |
/// | DELETE workspaces/{workspace}/shares/{share} | → Share | owner |
/// | POST workspaces/{workspace}/copy | → WorkspaceInfo of the copy, stopped | who is let in with `copy` |
/// | GET workspaces/{workspace}/visits | → [Visit], newest first | owner |
/// | GET cohorts/{cohort}/certificates/eligible?person= | → [CertificateStanding] | instructors |
/// | GET certificates?cohort= | → [Certificate] | own; instructors the cohort's |
/// | POST cohorts/{cohort}/certificates | IssueCertificates → IssuedCertificates | cohort's admins |
/// | GET certificates/{certificate} | → CertificateInfo | its learner, instructors |
/// | GET certificates/{certificate}/{form} | → bytes; form: jwt, svg, png, pdf | its learner, instructors |
/// | POST certificates/{certificate}/revoke | RevokeCertificate → Certificate | cohort's admins |
/// | POST certificates/{certificate}/renew | → Certificate, another one | cohort's admins |
/// | GET certificates/{certificate}/evidence | → [EvidenceLink] | instructors |
/// | POST certificates/{certificate}/regrade | → ids of the submissions | instructors |
/// | GET/POST organizations/{organization}/keys | → [CertificateKey]; a new one signs | administrators |
/// | GET keys/receipt | → ReceiptKey | anyone |
/// | GET audit?after=&limit= | → [AuditEntry] | administrators |
/// | GET audit/verify | → AuditVerification | administrators |
///
/// Outside `/v1`, for anybody: `/.well-known/did.json`, `/issuers/{organization}/did.json`, `/issuers/{organization}/status/{number}`,
/// `/achievements/{cohort}`, `/verify/{certificate}`, `/verify`.
///
/// `{image}` is the beginning of an image's digest. POST labs and graders build the image that the manifest asks for before they answer.
/// `{assignment}` is the assignment's name; `?cohort=` is needed only when the caller is in several cohorts that have one of that name.
/// `{workspace}` is a workspace's id, or the name of an assignment of which the caller has one. “upgrade”: with `Connection: upgrade` and
/// `Upgrade: provost-session`, as the first request of a connection, the answer is 101 and then ``SessionFrame``s both ways; a refusal is an
/// ordinary error; `mode` is `shell` (the default), `attach`, `watch` or `rescue`.
/// `POST …/submissions` takes `Idempotency-Key` (1 to 64 of `A-Z a-z 0-9 - _`, made by the client, required), `Provost-File-Name`
/// (percent-encoded) and `Content-Length` or chunks; `Provost-Digest` (SHA-256, hexadecimal), when sent, must match what arrived;
/// then the time of the first byte decides about lateness, without it that of the last.
package enum Route {
    package static let prefix = "/v1"
    package static let requestIdHeader = "Provost-Request-Id"
    package static let fileNameHeader = "Provost-File-Name"
    package static let digestHeader = "Provost-Digest"
    /// A CheckRecord as JSON, percent-encoded, with `POST labs`: what the publisher's own check came to.
    package static let checkedHeader = "Provost-Checked"
    package static let idempotencyHeader = "Idempotency-Key"

    /// `/v1` and the parts, each percent-encoded.
    package static func path(_ parts: String..., query: [(String, String?)] = []) -> String {
        var text = prefix
        for part in parts { text += "/" + percentEncoded(part) }
        let present = query.compactMap { name, value in value.map { "\(name)=\(percentEncoded($0))" } }
        return present.isEmpty ? text : text + "?" + present.joined(separator: "&")
    }

    /// Undoes `percentEncoded`. Nil when it is no UTF-8 or an escape is broken.
    package static func percentDecoded(_ text: some StringProtocol) -> String? {
        var bytes: [UInt8] = []
        var rest = Substring(text).utf8[...]
        while let byte = rest.popFirst() {
            guard byte == 0x25 else {
                bytes.append(byte)
                continue
            }
            // Digits alone: the initialiser would take a sign as well.
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            guard digits.utf8.count == 2, digits.allSatisfy({ $0.isASCII && $0.isHexDigit }), let value = UInt8(digits, radix: 16)
            else { return nil }
            rest = rest.dropFirst(2)
            bytes.append(value)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Leaves RFC 3986 unreserved characters as they are.
    package static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: bytes.append(byte)
            default: bytes += [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
