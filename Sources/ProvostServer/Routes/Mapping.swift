import ProvostAPI
import ProvostCore
import ProvostService

// What the use cases answer, as it goes over the wire.

extension WhoAmI {
    init(_ principal: Principal) {
        self.init(
            name: principal.name, person: principal.person, administrator: principal.isAdministrator,
            enrollments: principal.enrollments, workspace: principal.workspace)
    }
}

extension AssignmentInfo {
    init(_ view: AssignmentView) {
        self.init(
            assignment: view.assignment, timezone: view.cohort.timezone, opensAt: view.window.opens, dueAt: view.window.due,
            closesAt: view.window.closes,
            state: view.state, points: view.result.flatMap { $0.score == nil ? nil : $0.max } ?? view.lab.manifest.points,
            attemptsUsed: view.result?.attemptsUsed,
            score: view.result?.score)
    }
}

extension SubmissionInfo {
    init(_ view: SubmissionView) {
        self.init(
            submission: view.submission, assignmentName: view.assignmentName, person: view.person, grading: view.grading,
            gradings: view.gradings,
            position: view.position, regrade: view.regrade)
    }
}
