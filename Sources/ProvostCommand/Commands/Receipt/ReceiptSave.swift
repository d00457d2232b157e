import ArgumentParser
import ProvostAPI
import ProvostCore

struct ReceiptSave: AsyncParsableCommand {
    static let configuration = Help.command(
        "save", "Fetch the receipt of a submission, and the key it is checked with, into a file each.",
        note: "Default: the state folder, where “submit” keeps receipts. With --to the key is written beside it, as FILE.key.",
        examples: "provost receipt save sub_7k2mq0r9x4w1c8tz --to receipt.json")

    @Argument(help: "The submission.", transform: reading { try ID<Submission>(parsing: $0) })
    var submission: ID<Submission>
    @Option(help: ArgumentHelp("The file to make.", valueName: "file"), completion: .file())
    var to: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let receipt: Receipt = try await session.client.get(Route.path("submissions", submission.text, "receipt"))
        let key: ReceiptKey = try await session.client.get(Route.path("keys", "receipt"))
        let folder = ReceiptFolder(session.surroundings)
        try folder.save(key)
        guard let to else { return session.say(.receiptSaved(path: try folder.save(receipt))) }
        try folder.write(receipt, to: to)
        try folder.write(key, to: to + ".key")
        session.say(.receiptSaved(path: to))
    }
}
