import ArgumentParser
import ProvostAPI
import ProvostCore

struct ReceiptVerify: AsyncParsableCommand {
    static let configuration = Help.command(
        "verify", "Check that a receipt is genuine.",
        note: "With --key, or a key kept from before, no server is asked; otherwise its published key is fetched and kept.",
        examples: "provost receipt verify receipt.json --key receipt.json.key")

    @Argument(help: "The receipt's file.", completion: .file())
    var file: String
    @Option(help: ArgumentHelp("The published key, as “receipt save” writes it.", valueName: "file"), completion: .file())
    var key: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let surroundings = Surroundings.current()
        let folder = ReceiptFolder(surroundings)
        let receipt = try folder.receipt(at: file)
        let key = try await self.key(for: receipt, folder)
        switch ReceiptVerdict(receipt, key: key) {
        case .genuine:
            let message = Message.receiptGood(
                submission: receipt.submission.text, assignment: receipt.assignmentName, at: "\(receipt.receivedAt)",
                digest: receipt.digest.hex)
            Console.out(Console.sanitized(surroundings.text(message)) + "\n")
        case .forged: throw surroundings.error(.invalid, .receiptBad)
        case .otherKey: throw surroundings.error(.invalid, .receiptOtherKey(receipt: receipt.key, key: key.id))
        case .unusableKey: throw surroundings.error(.invalid, .keyUnreadable(path: self.key ?? key.id))
        }
    }

    private func key(for receipt: Receipt, _ folder: ReceiptFolder) async throws -> ReceiptKey {
        if let key { return try folder.key(at: key) }
        if let kept = folder.key(named: receipt.key) { return kept }
        let published: ReceiptKey = try await connection.session().client.get(Route.path("keys", "receipt"))
        // Only convenience is lost when it cannot be kept.
        try? folder.save(published)
        return published
    }
}
