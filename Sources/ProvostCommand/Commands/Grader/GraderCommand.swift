import ArgumentParser
import ProvostCore

struct GraderCommand: ParsableCommand {
    static let configuration = Help.command(
        "grader", "Publish and look at graders.", examples: "provost grader publish graders/web-service",
        subcommands: [GraderPublish.self, GraderList.self, GraderShow.self])

    static let columns: [Column<GraderVersion>] = [
        Column("grader") { $0.name.text },
        Column("version", alignRight: true) { "\($0.number)" },
        Column("title") { $0.manifest.title.english },
        Column("format") { $0.manifest.format.rawValue },
        Column("isolation") { $0.manifest.isolation.rawValue },
        Column("published") { Times.local($0.publishedAt, in: .utc, withSeconds: false) },
        Column("digest") { $0.digest.hex },
    ]
}
