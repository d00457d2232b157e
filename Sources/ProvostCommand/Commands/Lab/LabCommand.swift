import ArgumentParser
import ProvostCore

struct LabCommand: ParsableCommand {
    static let configuration = Help.command(
        "lab", "Make, check, try, publish and look at labs.",
        examples: "provost lab new sorting --grader io", "provost lab check labs/web-service",
        "provost lab publish labs/web-service",
        subcommands: [LabNew.self, LabCheck.self, LabPublish.self, LabList.self, LabShow.self, LabTry.self])

    static let columns: [Column<LabVersion>] = [
        Column("lab") { $0.name.text },
        Column("version", alignRight: true) { "\($0.number)" },
        Column("title") { $0.manifest.title.english },
        Column("points", alignRight: true) { "\($0.manifest.points)" },
        Column("grader") { "\($0.manifest.grader)@\($0.grader.short)" },
        Column("check") { $0.checked?.outcome.rawValue ?? "" },
        Column("published") { Times.local($0.publishedAt, in: .utc, withSeconds: false) },
        Column("digest") { $0.digest.hex },
    ]
}
