import Logging
package import ProvostCore
import ProvostGrading
import ProvostSandbox
import ProvostStore

/// All use cases over one state directory, built in order. The server talks to this and to nothing below it.
package struct Provost: Sendable {
    package let context: ServiceContext
    package let people: PeopleService
    package let programs: ProgramService
    package let rosters: RosterService
    package let reports: ReportService
    package let personData: PersonDataService
    package let labs: LabService
    package let images: ImageService
    package let assignments: AssignmentService
    package let submissions: SubmissionService
    package let regrades: RegradeService
    package let results: ResultService
    package let standings: StandingService
    package let marks: MarkService
    package let attendance: AttendanceService
    package let allowances: AllowanceService
    package let integrity: IntegrityService
    package let appeals: AppealService
    package let certificates: CertificateService
    package let limits: LimitService
    package let budgets: BudgetService
    package let archives: ArchiveIntake
    package let queue: GradingQueue
    package let trials: TrialService
    package let workspaces: WorkspaceService
    package let slots: SlotService
    package let events: GradingEvents
    package let signer: ReceiptSigner
    package let startedAt: Timestamp

    /// - Parameters:
    ///   - workers: gradings at one time.
    ///   - allowDegraded: grade although some limit cannot be enforced here.
    ///   - imageNetwork: setup scripts of images get the machine's network.
    ///   - imageMirror: where Debian's packages come from; nil: mmdebstrap's own choice.
    ///   - workspaces: where and how workspaces run.
    ///   - grace: how long running gradings may go on after a request to stop.
    ///
    /// Throws `unavailable` when the sandbox is degraded and that was not allowed.
    package init(
        _ context: ServiceContext, workers: Int, allowDegraded: Bool, imageNetwork: Bool = false, imageMirror: String? = nil,
        workspaces workspaceSettings: WorkspaceSettings = WorkspaceSettings(), grace: Duration = .seconds(10)
    )
        throws(ProvostError)
    {
        if !context.sandbox.degradations.isEmpty, !allowDegraded {
            let list = context.sandbox.degradations.map { "  - \($0)" }.joined(separator: "\n")
            throw ProvostError(
                .unavailable,
                "Some limits cannot be enforced here:\n\(list)\nRun provostd as root on a machine with cgroups, or accept it with --allow-degraded."
            )
        }
        self.context = context
        signer = try ReceiptSigner(folder: context.directory.keys)
        let unpacking = Unpacking(sandbox: context.sandbox, tools: context.directory.tools)
        let trees = try TreeCache(folder: context.directory.trees, sandbox: context.sandbox, unpacking: unpacking)
        let store = ImageStore(
            folder: context.directory.images, sandbox: context.sandbox, tools: context.directory.tools,
            setupNetwork: imageNetwork, mirror: imageMirror, now: context.now)
        images = ImageService(context, images: store, trees: trees)
        events = GradingEvents()
        let runner = GradingRunner(
            sandbox: context.sandbox, trees: trees, unpacking: unpacking, tools: context.directory.tools, images: store,
            openBlob: context.blobs.open)
        queue = GradingQueue(
            context, runner: JobRunner(context, runner: runner, events: events), events: events, workers: workers, grace: grace)
        people = PeopleService(context)
        programs = ProgramService(context)
        rosters = RosterService(context)
        labs = LabService(context, trees: trees, images: images)
        standings = StandingService(context)
        assignments = AssignmentService(context, standings: standings)
        submissions = SubmissionService(context, signer: signer, assignments: assignments, queue: queue)
        regrades = RegradeService(context, assignments: assignments, queue: queue)
        reports = ReportService(context, standings: standings)
        results = ResultService(context, assignments: assignments, standings: standings)
        marks = MarkService(context)
        attendance = AttendanceService(context)
        allowances = AllowanceService(context)
        integrity = IntegrityService(context)
        appeals = AppealService(context)
        certificates = CertificateService(context, standings: standings, submissions: submissions)
        limits = LimitService(context, assignments: assignments)
        budgets = BudgetService(context)
        trials = TrialService(context, assignments: assignments, runner: runner, places: max(1, workers / 2))
        workspaces = try WorkspaceService(
            context, settings: workspaceSettings, assignments: assignments, trees: trees, images: store)
        personData = PersonDataService(context, workspaces: workspaces)
        slots = SlotService(context)
        archives = ArchiveIntake(blobs: context.blobs)
        startedAt = context.now()
    }

    /// Some limit cannot be enforced here, and the operator allowed grading all the same.
    package var degraded: Bool { !context.sandbox.degradations.isEmpty }

    /// Limit × mechanism × proved, by trying to break each.
    package func doctor(_ principal: Principal) async throws(ProvostError) -> [DoctorCheck] {
        try principal.require(.administer)
        let runs = try? workspaces.parts.runs
        return await context.sandbox.doctor(keepers: runs?.keepers, volumes: runs?.volumes)
    }

    package func queueCounts() async throws(ProvostError) -> (queued: Int, running: Int) { try await context.store.queueCounts() }
}
