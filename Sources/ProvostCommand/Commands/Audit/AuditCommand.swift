import ArgumentParser

struct AuditCommand: ParsableCommand {
    static let configuration = Help.command(
        "audit", "Look at the record of who changed what, and check that it is whole.", examples: "provost audit verify",
        subcommands: [AuditList.self, AuditVerify.self])
}
