package import ArgumentParser

/// The root of the command line: `provost noun verb`, and the short verbs that learners type.
package struct Provost: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "provost",
        abstract: "Work in a lab of your own, hand in, have it graded, and see what counts.",
        discussion: """
            The daemon is the one named by --server or PROVOST_SERVER, else the one logged in to, else the one of this machine.

            EXAMPLE
              provost login CODE --server http://lab.example:8080
              provost labs
              provost start web-service && provost shell
              provost submit web-service . --wait

            \(Help.exitStatuses)
            """,
        version: Version.text,
        groupedSubcommands: [
            CommandGroup(
                name: "Learner",
                subcommands: [
                    WorkspaceStart.self, WorkspaceShell.self, WorkspaceExec.self, WorkspaceStop.self, WorkspaceRestart.self,
                    WorkspaceReset.self, WorkspaceCopy.self, WorkspacePush.self, WorkspacePull.self, WorkspaceForward.self,
                    WorkspaceWhy.self, WorkspaceLogs.self, WorkspaceCommand.self,
                    Login.self, Logout.self, Whoami.self, Labs.self, Submit.self, Status.self, SubmissionCommand.self,
                    ReceiptCommand.self, Progress.self, Explain.self, AppealCommand.self, Export.self,
                    CertificateCommand.self,
                ]),
            CommandGroup(
                name: "Instructor",
                subcommands: [
                    LabCommand.self, GraderCommand.self, AssignmentCommand.self, GradesCommand.self, RegradeCommand.self,
                    MarkCommand.self, AttendanceCommand.self, AllowanceCommand.self, IntegrityCommand.self,
                ]),
            CommandGroup(
                name: "Administrator",
                subcommands: [
                    OrganizationCommand.self, ProgramCommand.self, CohortCommand.self, PersonCommand.self, Enroll.self,
                    EnrollmentCommand.self, QuotaCommand.self, BudgetCommand.self, UsageCommand.self, ReportCommand.self,
                    TokenCommand.self,
                    ImageCommand.self, Doctor.self, Rehearse.self, AuditCommand.self,
                ]),
            CommandGroup(name: "Other", subcommands: [Completion.self]),
        ])

    package init() {}
}
