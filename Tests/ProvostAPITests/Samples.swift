import ProvostAPI
import ProvostCore

/// One value of each type that goes over the wire, with every optional field there, and one with none.
enum Samples {
    struct Sample: Sendable {
        let name: String
        let value: any Codable & Sendable
        init(_ name: String, _ value: any Codable & Sendable) {
            self.name = name
            self.value = value
        }
    }

    private static let instant = Timestamp(milliseconds: 1_795_222_923_456)
    private static let later = Timestamp(milliseconds: 1_795_309_323_000)
    private static let day = CivilDate(daysSince1970: 20_778)
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static func digest(_ byte: UInt8) -> ContentDigest { ContentDigest(bytes: [UInt8](repeating: byte, count: 32)) }

    static let person = Person(id: ID(trusted: "per_1"), slug: slug("minji"), name: "김민지", email: "minji@example.org")
    static let nobody = Person(id: ID(trusted: "per_2"), slug: slug("jun"), name: "Jun / \"JJ\"", email: nil)
    static let enrollment = Enrollment(
        id: ID(trusted: "enr_1"), person: person, cohort: slug("spring"), role: .learner, suspended: false)
    static let who = WhoAmI(name: "minji", person: person, administrator: false, enrollments: [enrollment])
    static let cohort = Cohort(
        id: ID(trusted: "coh_1"), program: slug("backend"), slug: slug("spring"), title: "Spring", firstDay: day,
        lastDay: day.adding(days: 60),
        timezone: "Asia/Seoul")
    static let assignment = Assignment(
        id: ID(trusted: "asg_1"), cohort: slug("spring"), slug: slug("web"), title: LocalizedText(english: "Web", korean: "웹"),
        lab: slug("web-service"),
        labVersion: digest(1), opens: CivilTime(date: day), due: CivilTime(date: day.adding(days: 7), secondOfDay: 64_800),
        closes: CivilTime(date: day.adding(days: 9), secondOfDay: 64_801), attempts: 3, policy: .best, weight: 2)
    static let assignmentInfo = AssignmentInfo(
        assignment: assignment, timezone: "Asia/Seoul", opensAt: instant, dueAt: later, closesAt: later, state: "open",
        points: Points(whole: 20),
        attemptsUsed: 1, score: Points(thousandths: 12_500))
    static let programVersion = ProgramVersion(
        digest: digest(4), number: 2,
        description: ProgramDescription(
            name: slug("data"), title: LocalizedText(english: "Data", korean: "데이터"), organization: slug("acme"),
            timezone: "Asia/Seoul",
            phases: [
                .init(
                    name: slug("basics"), title: LocalizedText(english: "Basics"), place: .onSite, begins: .day(1),
                    ends: .week(2, .friday), hours: 12)
            ], assignments: []), publishedAt: instant)
    static let programChange = ProgramChange(
        subject: "assignment web", name: "due", before: "week 2 friday 23:59", after: "week 3 friday 23:59")
    static let submission = Submission(
        id: ID(trusted: "sub_1"), assignment: ID(trusted: "asg_1"), person: ID(trusted: "per_1"), attempt: 2, digest: digest(2),
        bytes: ByteCount(2048),
        fileName: "과제.zip", receivedAt: instant, late: true)
    static let tests = [
        TestRecord(number: 1, name: "adds/ok", status: .pass, score: Points(whole: 5), max: Points(whole: 5)),
        TestRecord(
            number: 2, name: "stops", status: .error, score: .zero, max: Points(thousandths: 7500), visibility: .hidden,
            message: "killed: memory limit 256 MiB"),
    ]
    static let record = GradingRecord(
        outcome: .graded, isolation: .twoRoom, score: Points(whole: 5), max: Points(thousandths: 12_500),
        reason: "The grader ran out of time.",
        evidence: "grader stopped", tests: tests, messages: ["good"])
    static let refusal = GradingRecord(
        outcome: .notGraded, isolation: .shared, score: nil, max: Points(whole: 10), reason: "Not an archive.", refused: true)
    static let unpack = UnpackReport(
        format: "zip", files: 2, folders: 1, bytes: ByteCount(99),
        notes: [.init(kind: .nameDecoded, path: "과제.py", detail: "CP949")], notesDropped: 1,
        refusal: .init(reason: .unsafePath, message: "“../x” leaves the folder."))
    static let grading = Grading(
        id: ID(trusted: "grd_1"), submission: ID(trusted: "sub_1"), labVersion: digest(1), graderVersion: digest(3),
        stage: .graded, run: 1, queuedAt: instant,
        startedAt: instant, finishedAt: later, record: record, unpack: unpack, log: digest(4))
    static let info = SubmissionInfo(
        submission: submission, assignmentName: "spring/web", person: slug("minji"), grading: grading, gradings: 2, position: 4,
        regrade: notice)
    static let bare = SubmissionInfo(
        submission: submission, assignmentName: "spring/web", person: slug("minji"), grading: nil, gradings: 0, position: nil)
    private static let before = CountedScore(grading: ID(trusted: "grd_1"), score: Points(whole: 5), max: Points(whole: 20))
    private static let after = CountedScore(
        grading: ID(trusted: "grd_2"), score: Points(thousandths: 12_500), max: Points(whole: 20))
    static let notice = RegradeNotice(
        set: ID(trusted: "rgs_1"), at: later, before: before, after: after, reason: "Test 3 was wrong.")
    static func regradeSet(_ state: RegradeSet.State) -> RegradeSet {
        let isBare = state == .grading
        return RegradeSet(
            id: ID(trusted: "rgs_1"), cohort: slug("spring"), assignment: slug("web"), lab: slug("web-service"),
            labVersion: digest(7), pinned: digest(1), scope: isBare ? .all : .counting,
            undoes: isBare ? nil : ID(trusted: "rgs_0"), state: state, submissions: 3, finished: 2, notGraded: 1, arrived: 4,
            leftOut: 1, humanMarks: 0, createdBy: "hana", createdAt: instant, endedBy: isBare ? nil : "hana",
            endedAt: isBare ? nil : later, reason: isBare ? nil : "Test 3 was wrong.",
            options: isBare ? nil : RegradeOptions(neverLower: true), moved: !isBare)
    }
    private static let review = RegradeReview(
        set: regradeSet(.applied),
        people: [
            RegradeMove(person: slug("jun"), name: "Jun", before: nil, after: nil),
            RegradeMove(person: slug("minji"), name: "김민지", before: before, after: after),
        ],
        items: [
            RegradeItem(
                submission: ID(trusted: "sub_1"), person: slug("minji"), attempt: 2, verdict: .higher, before: before,
                proposed: after, after: after, hasHumanMark: false, reason: nil,
                tests: [
                    TestDifference(name: "adds", before: TestDifference.Side(tests[1]), after: TestDifference.Side(tests[0])),
                    TestDifference(name: "gone", before: TestDifference.Side(tests[1]), after: nil),
                ]),
            RegradeItem(
                submission: ID(trusted: "sub_2"), person: slug("jun"), attempt: 1, verdict: .notGraded, before: nil,
                proposed: nil, after: nil, hasHumanMark: true, reason: "The grader stopped.", tests: []),
        ])
    static let receipt = Receipt(submission: submission, assignmentName: "spring/web", key: "0123456789abcdef", signature: "c2ln")
    static let result = ResultRow(
        person: person, assignment: slug("web"), score: Points(thousandths: 12_500), max: Points(whole: 20),
        submission: ID(trusted: "sub_1"), attemptsUsed: 2,
        late: true)
    static let lab: LabVersion = {
        var manifest = LabManifest(
            name: slug("web-service"), title: LocalizedText(english: "Web"), grader: slug("web"), points: Points(whole: 20),
            network: .loopback)
        manifest.learnerLimits.memory = .mebibytes(64)
        return LabVersion(
            digest: digest(1), content: digest(5), name: slug("web-service"), number: 3, manifest: manifest, grader: digest(3),
            publishedAt: instant,
            bytes: ByteCount(4096), checked: CheckRecord(outcome: .passed, passed: 21, failed: 0, warnings: 2))
    }()
    static let grader = GraderVersion(
        digest: digest(3), name: slug("web"), number: 1,
        manifest: GraderManifest(
            name: slug("web"), title: LocalizedText(english: "Web", korean: "웹"), onTimeout: .countReported,
            run: ["./run", "--all"]),
        publishedAt: instant, bytes: ByteCount(512))
    private static var change: AssignmentChange {
        var change = AssignmentChange()
        change.labVersion = digest(1)
        change.newestLabVersion = false
        change.opens = CivilTime(date: day)
        change.due = CivilTime(date: day, secondOfDay: 61)
        change.closes = CivilTime(date: day.adding(days: 1))
        change.attempts = 0
        change.policy = .last
        return change
    }

    private static let learner = LimitNode.enrollment(cohort: slug("spring"), person: slug("minji"))
    private static let balance = BudgetBalance(
        unit: .sessionHours, granted: 216_000_000, charged: 7_200_000, held: 600_000, adjusted: -3_600_000)
    private static let standing = LimitStanding(
        cohort: slug("spring"), person: slug("minji"), lab: slug("web-service"),
        rows: [
            LimitStanding.Row(
                explanation: LimitExplanation(
                    dimension: .memory, value: 256 << 20, binding: .lab,
                    steps: [
                        LimitExplanation.Step(origin: .node(.organization(slug("acme"))), value: nil),
                        LimitExplanation.Step(origin: .node(learner), value: 1 << 30),
                        LimitExplanation.Step(origin: .lab, value: 256 << 20),
                    ]), used: 256 << 20,
                totals: [LimitStanding.Total(node: .cohort(slug("spring")), value: 8 << 30, used: 3 << 30)]),
            LimitStanding.Row(
                explanation: LimitExplanation(
                    dimension: .sessions, value: 16, binding: .standard,
                    steps: [LimitExplanation.Step(origin: .standard, value: 16)]), used: nil, totals: []),
        ])

    static var all: [Sample] { here + MarkSamples.all }

    private static var here: [Sample] {
        [
            Sample("assignment-change", change), Sample("assignment-change-bare", AssignmentChange()),
            Sample("assignment-info", assignmentInfo),
            Sample(
                "audit-entry",
                AuditEntry(
                    sequence: 1, at: instant, actor: "local:0", action: "cohort.create", subject: "spring",
                    details: #"{"title":"Spring"}"#, hash: digest(6))),
            Sample("audit-verification", AuditVerification(entries: 12, brokenAt: 7)),
            Sample("audit-verification-bare", AuditVerification(entries: 12, brokenAt: nil)),
            Sample(
                "budget-adjustment",
                BudgetAdjustment(cohort: slug("spring"), person: slug("minji"), amount: .seconds(-90), reason: "Twice.")),
            Sample(
                "budget-forecast",
                BudgetForecast(person: slug("minji"), balance: balance, chargedInSevenDays: 7_000_000, now: instant)),
            Sample(
                "budget-forecast-bare",
                BudgetForecast(person: slug("minji"), balance: balance, chargedInSevenDays: 0, now: instant)),
            Sample("budget-order", BudgetOrder(cohort: slug("spring"), unit: .cpuSeconds, amount: .seconds(3600))),
            Sample("budget-total", BudgetTotal(cohort: slug("spring"), total: .seconds(3600))),
            Sample("budget-order-bare", BudgetOrder(cohort: slug("spring"), unit: .sessionHours, amount: nil)),
            Sample(
                "budget-report",
                BudgetReport(
                    cohort: slug("spring"), person: slug("minji"), balance: balance, windowBegins: instant, windowEnds: later,
                    extensionUntil: later)),
            Sample(
                "budget-report-bare",
                BudgetReport(
                    cohort: slug("spring"), person: slug("minji"), balance: nil, windowBegins: instant, windowEnds: later,
                    extensionUntil: nil)),
            Sample("cohort", cohort),
            Sample(
                "doctor-report",
                DoctorReport(checks: [
                    DoctorCheck(
                        subject: "memory", mechanism: "cgroup v1 memory controller", state: .proved, evidence: "stopped at 16 MiB"
                    ),
                    DoctorCheck(subject: "disk", mechanism: "none", state: .notEnforced, evidence: "run as root"),
                    DoctorCheck(subject: "kernel", mechanism: "6.1", state: .information, evidence: "-"),
                ])),
            Sample("enrollment", enrollment),
            Sample(
                "enrollment-section",
                Enrollment(
                    id: ID(trusted: "enr_1"), person: person, cohort: slug("spring"), role: .learner, suspended: true,
                    section: "A")),
            Sample("new-codes", NewCodes(people: [slug("minji")], after: 7)), Sample("new-codes-bare", NewCodes()),
            Sample(
                "codes-page",
                CodesPage(
                    codes: [EnrollmentCode(enrollment: enrollment, code: "pvc_x", expiresAt: later)], next: 9,
                    withheld: [slug("jun")])),
            Sample("codes-page-bare", CodesPage(codes: [], next: nil, withheld: [])),
            Sample("new-organization-admin", NewOrganizationAdmin(person: slug("minji"))),
            Sample("organization-admin", OrganizationAdmin(organization: slug("acme"), person: person)),
            Sample("erase-order", EraseOrder(reason: "asked", confirm: "minji", dryRun: false)),
            Sample("erase-order-bare", EraseOrder(reason: "asked", confirm: nil, dryRun: true)),
            Sample("roster-report", RosterSamples.report), Sample("gradebook", RosterSamples.gradebook),
            Sample(
                "sponsor-row",
                SponsorRow(
                    organization: slug("acme"), program: slug("backend"), cohort: slug("spring"), cohorts: 1, enrolled: 30,
                    suspended: 2,
                    active: 25, completed: 20, delivered: .seconds(7200), taught: .seconds(5400))),
            Sample(
                "sponsor-row-bare",
                SponsorRow(
                    organization: slug("acme"), program: slug("backend"), cohort: nil, cohorts: 2, enrolled: 30, suspended: 2,
                    active: 25,
                    completed: 20, delivered: .seconds(7200), taught: nil)),
            Sample(
                "person-data",
                PersonData(person: person, at: instant, tables: ["token": [["id": "tok_1", "label": nil]], "audit": []])),
            Sample(
                "erasure-report",
                ErasureReport(
                    person: slug("minji"), pseudonym: slug("erased-1"), dryRun: true,
                    erased: [ErasureReport.Item(what: "name", count: 1)],
                    kept: [ErasureReport.Item(what: "score", count: 3, reason: "never changed")])),
            Sample("enrollment-code", EnrollmentCode(enrollment: enrollment, code: "pvc_x", expiresAt: later)),
            Sample("error-body", ErrorBody(code: .limitReached, message: "Too much.", requestId: "req_1")),
            Sample("close-cohort", CloseCohort(deleteOn: day, reason: "the end")),
            Sample("certificate-info", CertificateSamples.info),
            Sample("certificate-key", CertificateSamples.key), Sample("certificate-standing", CertificateSamples.standing),
            Sample("certificate-standing-bare", CertificateSamples.standingBare),
            Sample("closing-info", WorkspaceSamples.closing),
            Sample("evidence-link", EvidenceLink("grader abc", .matches, "It does.")),
            Sample("issue-certificates", IssueCertificates(persons: [slug("minji")])),
            Sample(
                "issued-certificates",
                IssuedCertificates(issued: 1, certificates: [CertificateSamples.whole, CertificateSamples.bare])),
            Sample("revoke-certificate", RevokeCertificate(reason: "Why.")),
            Sample(
                "closing-info-bare",
                ClosingInfo(
                    cohort: slug("spring"), closing: nil, workspaces: 0, learners: 0, running: 0, size: ByteCount(0), receipts: []
                )),
            Sample("extension-info", ExtensionInfo(cohort: slug("spring"), person: slug("minji"), until: later)),
            Sample("extension-info-bare", ExtensionInfo(cohort: slug("spring"), person: nil, until: later)),
            Sample("grader-version", grader),
            Sample("lab-version", lab),
            Sample(
                "ledger-entry",
                LedgerEntry(
                    sequence: 7, cohort: slug("spring"), person: slug("minji"), workspace: ID(trusted: "wsp_1"), start: 3,
                    kind: .charge, unit: .sessionHours, amount: 420_000, hold: 6, price: 12, at: instant, actor: "provost",
                    reason: "stop")),
            Sample(
                "ledger-entry-bare",
                LedgerEntry(
                    sequence: 1, cohort: slug("spring"), person: slug("minji"), workspace: nil, start: nil, kind: .grant,
                    unit: .cpuSeconds, amount: 3_600_000, hold: nil, price: 0, at: instant, actor: "hana",
                    reason: "the cohort's budget")),
            Sample("limit-change", LimitChange(node: .cohort(slug("spring")), scope: .total, dimension: .memory, value: 1 << 30)),
            Sample(
                "limit-change-bare", LimitChange(node: .program(slug("backend")), scope: .each, dimension: .cpus, value: nil)),
            Sample(
                "limit-effect",
                LimitEffect(
                    node: learner, scope: .each, dimension: .submissionsPerDay, before: 5, after: 2,
                    binding: .node(.cohort(slug("spring"))), used: 3)),
            Sample(
                "limit-effect-bare",
                LimitEffect(
                    node: learner, scope: .each, dimension: .submissionsPerDay, before: nil, after: nil, binding: nil, used: 0)),
            Sample(
                "limit-setting",
                LimitSetting(node: .organization(slug("acme")), scope: .total, dimension: .disk, value: 200 << 30)),
            Sample("limit-standing", standing),
            Sample("login-request", LoginRequest(code: "pvc_x", label: "laptop")),
            Sample("login-request-bare", LoginRequest(code: "pvc_x")),
            Sample("login-response", LoginResponse(token: "pvt_x", expiresAt: later, who: who)),
            Sample(
                "new-assignment",
                NewAssignment(
                    slug: slug("web"), lab: slug("web-service"), labVersion: digest(1), opens: CivilTime(date: day),
                    due: CivilTime(date: day),
                    closes: CivilTime(date: day), attempts: 3, policy: .last, weight: 2)),
            Sample("new-assignment-bare", NewAssignment(slug: slug("web"), lab: slug("web-service"))),
            Sample(
                "new-cohort",
                NewCohort(
                    program: slug("backend"), slug: slug("spring"), title: "Spring", firstDay: day, lastDay: day,
                    timezone: "Asia/Seoul")),
            Sample(
                "new-enrollment",
                NewEnrollment(person: NewPerson(slug: slug("minji"), name: "김민지", email: "m@example.org"), role: .instructor)),
            Sample(
                "new-extension",
                NewExtension(person: slug("minji"), until: CivilTime(date: day, secondOfDay: 64_800), reason: "ill")),
            Sample("new-extension-bare", NewExtension(person: nil, until: CivilTime(date: day), reason: "outage")),
            Sample("program-file", ProgramFile(name: "data.yaml", text: "name: data\n")),
            Sample(
                "published-program",
                PublishedProgram(version: programVersion, new: true, since: 1, changes: [programChange])),
            Sample(
                "program-comparison",
                ProgramComparison(from: 1, to: 2, file: ProgramFile(name: "data.yaml", text: "name: data\n"))),
            Sample("program-comparison-empty", ProgramComparison()),
            Sample("program-difference", ProgramDifference(from: 1, to: 2, changes: [programChange])),
            Sample("advance-cohort", AdvanceCohort(dryRun: true)),
            Sample(
                "cohort-advance-report",
                CohortAdvanceReport(
                    cohort: slug("spring"), from: 1, to: 2, changes: [programChange], refusals: ["“web” would close earlier"],
                    applied: false)),
            Sample(
                "cohort-plan-info",
                CohortPlanInfo(
                    cohort: cohort, version: 1, newestVersion: 2,
                    phases: [
                        CohortPlan.Phase(
                            name: slug("basics"), title: LocalizedText(english: "Basics", korean: "기초"), place: .onSite,
                            firstDay: day, lastDay: day.adding(days: 9), hours: 12)
                    ],
                    assignments: [
                        CohortPlanInfo.Item(
                            slug: slug("web"), title: LocalizedText(english: "Web", korean: "웹"), kind: .lab,
                            phase: slug("basics"),
                            opens: CivilTime(date: day), due: CivilTime(date: day.adding(days: 7), secondOfDay: 64_800),
                            closes: CivilTime(date: day.adding(days: 9)), attempts: 3, coolOff: .seconds(600), weight: 2,
                            bonus: false)
                    ])),
            Sample(
                "new-slot",
                NewSlot(
                    assignment: slug("web"), begins: CivilTime(date: day, secondOfDay: 32_400), time: .seconds(10_800),
                    warm: .seconds(600))),
            Sample("new-organization", NewOrganization(slug: slug("acme"), title: "Acme")),
            Sample("new-person-bare", NewPerson(slug: slug("minji"))),
            Sample("new-program", NewProgram(organization: slug("acme"), slug: slug("backend"), title: "Backend")),
            Sample("organization", Organization(id: ID(trusted: "org_1"), slug: slug("acme"), title: "Acme")),
            Sample("person", person),
            Sample("person-bare", nobody),
            Sample(
                "program", Program(id: ID(trusted: "prg_1"), organization: slug("acme"), slug: slug("backend"), title: "Backend")),
            Sample(
                "progress-report",
                ProgressReport(cohort: cohort, person: slug("minji"), rows: [.init(assignment: assignmentInfo, result: result)])),
            Sample("published-grader", Published(version: grader, new: true)),
            Sample("published-lab", Published(version: lab, new: false)),
            Sample(
                "published-lab-changed",
                Published(
                    version: lab, new: true,
                    changes: VersionChanges(
                        since: 2, files: [FileChange(kind: .changed, path: "tests/cases.json")], more: 1, graderMoved: true,
                        pointsBefore: Points(whole: 10)))),
            Sample("receipt", receipt),
            Sample("receipt-key", ReceiptKey(id: "0123456789abcdef", algorithm: "Ed25519", publicKey: "AAAA/+==")),
            Sample("new-regrade", NewRegrade(labVersion: digest(7), scope: .counting)), Sample("new-regrade-bare", NewRegrade()),
            Sample("regrade-answer", RegradeAnswer(queued: 3)),
            Sample(
                "regrade-order", RegradeOrder(reason: "Why.", neverLower: true, keepHumanMarks: false, keepVersion: true)),
            Sample("regrade-order-bare", RegradeOrder(reason: "Why.")),
            Sample(
                "regrade-plan",
                RegradePlan(
                    estimate: RegradeEstimate(
                        gradings: 3, basedOn: 20, each: .seconds(2), together: .seconds(6), duration: .seconds(4)), leftOut: 1)),
            Sample(
                "regrade-plan-bare",
                RegradePlan(
                    estimate: RegradeEstimate(gradings: 3, basedOn: 0, each: nil, together: nil, duration: nil), leftOut: 0)),
            Sample("regrade-review", review), Sample("regrade-set", regradeSet(.grading)), Sample("result-row", result),
            Sample(
                "result-row-bare",
                ResultRow(
                    person: nobody, assignment: slug("web"), score: nil, max: Points(whole: 20), submission: nil, attemptsUsed: 0,
                    late: false)),
            Sample("slot-obstacle", SlotObstacle(reason: "the server's disk is nearly full", learners: 2)),
            Sample(
                "slot-info",
                SlotInfo(
                    slot: Slot(
                        id: ID(trusted: "slt_1"), cohort: slug("spring"), assignment: slug("web"),
                        begins: CivilTime(date: day, secondOfDay: 32_400), time: .seconds(10_800), warm: .seconds(600),
                        createdAt: instant), begins: instant, ends: later, learners: 30, warmed: 28,
                    obstacles: [SlotObstacle(reason: "the server's disk is nearly full", learners: 2)])),
            Sample(
                "status-report",
                StatusReport(
                    version: "0.1.0", startedAt: instant, now: later, queued: 2, running: 1, workers: 2, degraded: false,
                    mine: [bare])),
            Sample(
                "submission-event-queued", SubmissionEvent(kind: .queued, position: 3, estimate: TimeSpan(milliseconds: 12_500))),
            Sample("submission-event-test", SubmissionEvent(kind: .test, test: tests[1])),
            Sample("submission-event-message", SubmissionEvent(kind: .message, message: "hi")),
            Sample("submission-event-finished", SubmissionEvent(kind: .finished, info: info)), Sample("submission-info", info),
            Sample("submission-info-bare", bare),
            Sample(
                "submission-info-refused",
                SubmissionInfo(
                    submission: submission, assignmentName: "spring/web", person: slug("minji"),
                    grading: Grading(
                        id: ID(trusted: "grd_2"), submission: ID(trusted: "sub_1"), labVersion: digest(1),
                        graderVersion: digest(3), stage: .failed, run: 1,
                        queuedAt: instant, startedAt: nil, finishedAt: nil, record: refusal, unpack: nil, log: nil), gradings: 1,
                    position: nil)),
            Sample(
                "submission-received", SubmissionReceived(submission: submission, receipt: receipt, resent: true, attemptsLeft: 1)
            ),
            Sample(
                "submission-received-bare",
                SubmissionReceived(submission: submission, receipt: receipt, resent: false, attemptsLeft: nil)),
            Sample(
                "token-info",
                TokenInfo(
                    id: "tok_1", person: slug("minji"), label: "laptop", createdAt: instant, expiresAt: later, revokedAt: later)),
            Sample(
                "token-info-bare",
                TokenInfo(id: "tok_1", person: slug("minji"), label: nil, createdAt: instant, expiresAt: later, revokedAt: nil)),
            Sample(
                "trial-answer",
                TrialAnswer(
                    record: GradingRecord(
                        outcome: .graded, isolation: .twoRoom, score: Points(whole: 3), max: Points(whole: 4),
                        leaderboard: [LeaderboardEntry(name: "F1", value: "0.91")]), unpack: nil)),
            Sample(
                "usage-report",
                UsageReport(
                    from: instant, to: later,
                    rows: [
                        UsageRow(
                            node: learner, learners: 1, workspaces: 2, sessionTime: .seconds(7200), cpuTime: .seconds(61),
                            freeTime: .seconds(3600), priced: 12_500)
                    ])),
            Sample("start-workspace", StartWorkspace(assignment: "web", cohort: "spring")),
            Sample("start-workspace-bare", StartWorkspace(assignment: "web")),
            Sample("workspace-info", WorkspaceSamples.running), Sample("workspace-info-bare", WorkspaceSamples.fresh),
            Sample("workspace-info-waiting", WorkspaceSamples.waiting),
            Sample(
                "workspace-info-copy",
                {
                    var copy = WorkspaceSamples.fresh
                    copy.workspace.copyOf = ID(trusted: "wsp_2")
                    return copy
                }()),
            Sample("workspace-place", WorkspacePlace(position: 3, of: 7, estimate: TimeSpan(milliseconds: 90_500))),
            Sample("workspace-place-bare", WorkspacePlace(position: 1, of: 1)),
            Sample("workspace-reason", WorkspaceReason(sentence: "Its disk is full: 1 GiB of 1 GiB.", details: ["More."])),
            Sample("extend-workspace", ExtendWorkspace(keepAlive: .seconds(7200))),
            Sample("new-share", NewShare(person: "hana", mode: .pair, time: .seconds(3600))),
            Sample("snapshot", WorkspaceSamples.snapshot), Sample("share", WorkspaceSamples.share),
            Sample("visit", WorkspaceSamples.visit), Sample("session-info", WorkspaceSamples.session),
            Sample("who-am-i", who),
            Sample(
                "who-am-i-inside",
                WhoAmI(
                    name: "minji", person: person, administrator: false, enrollments: [enrollment],
                    workspace: ID(trusted: "wsp_1"))),
            Sample("who-am-i-local", WhoAmI(name: "local:0", person: nil, administrator: true, enrollments: [])),
        ]
    }
}
