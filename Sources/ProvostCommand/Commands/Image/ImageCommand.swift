import ArgumentParser
import ProvostCore

struct ImageCommand: ParsableCommand {
    static let configuration = Help.command(
        "image", "Look at and remove the systems that rooms see.",
        note: "An image is built when a grader or a lab that asks for one is published.", examples: "provost image list",
        subcommands: [ImageList.self, ImageShow.self, ImageRemove.self])

    static let columns: [Column<ImageInfo>] = [
        Column("image") { $0.digest.short },
        Column("base") { $0.base },
        Column("packages") { $0.manifest.packages.joined(separator: " ") },
        Column("setup") { $0.manifest.setup ?? "" },
        Column("size", alignRight: true) { "\($0.size)" },
        Column("built") { Times.local($0.builtAt, in: .utc, withSeconds: false) },
        Column("took", alignRight: true) { "\($0.buildTime)" },
        Column("used by") { $0.usedBy.joined(separator: ", ") },
        Column("digest") { $0.digest.hex },
    ]
}
