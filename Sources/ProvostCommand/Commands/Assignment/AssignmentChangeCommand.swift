import ArgumentParser
import ProvostAPI
import ProvostCore

struct AssignmentChangeCommand: AsyncParsableCommand {
    static let configuration = Help.command(
        "change", "Change an assignment's times, attempts, policy or lab version.",
        note: "Only what is given changes. Scores that are recorded stay; “provost regrade” grades again.",
        examples: "provost assignment change web-service --closes 2026-12-08T18:00",
        "provost assignment change web-service --newest-lab-version")

    @Argument(help: "The assignment.")
    var assignment: String
    @Flag(name: .customLong("newest-lab-version"), help: "Move to the newest published version of its lab.")
    var newestLabVersion = false
    @OptionGroup var schedule: ScheduleOptions
    @OptionGroup var cohort: CohortOption
    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let given: [Any?] = [
            schedule.opens, schedule.due, schedule.closes, schedule.attempts, schedule.policy, schedule.labVersion,
        ]
        if !newestLabVersion, given.allSatisfy({ $0 == nil }) { throw ValidationError("Say what changes, like --closes.") }
        if newestLabVersion, schedule.labVersion != nil {
            throw ValidationError("Give --lab-version or --newest-lab-version, not both.")
        }
    }

    func run() async throws {
        let session = try connection.session()
        var change = AssignmentChange()
        change.opens = schedule.opens
        change.due = schedule.due
        change.closes = schedule.closes
        change.attempts = schedule.attempts
        change.policy = schedule.policy
        change.labVersion = schedule.labVersion
        change.newestLabVersion = newestLabVersion ? true : nil
        let info: AssignmentInfo = try await session.client.send(
            .patch, Route.path("assignments", assignment, query: [("cohort", cohort.cohort)]), body: change)
        try output.renderer(session).item(info, AssignmentCommand.columns(session, [info]))
    }
}
