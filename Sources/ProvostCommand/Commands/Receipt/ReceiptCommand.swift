import ArgumentParser

struct ReceiptCommand: ParsableCommand {
    static let configuration = Help.command(
        "receipt", "Show, save and check the signed proofs that submissions were received.",
        examples: "provost receipt verify receipt.json",
        subcommands: [ReceiptShow.self, ReceiptSave.self, ReceiptVerify.self])
}
