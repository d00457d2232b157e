import ArgumentParser

struct SubmissionCommand: ParsableCommand {
    static let configuration = Help.command(
        "submission", "Look at submissions.", examples: "provost submission list",
        subcommands: [SubmissionList.self, SubmissionShow.self, SubmissionLogs.self, SubmissionDownload.self])
}
