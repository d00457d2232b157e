import ArgumentParser
import ProvostAPI
import ProvostCore

struct TokenCommand: ParsableCommand {
    static let configuration = Help.command(
        "token", "List and revoke tokens.", examples: "provost token list", subcommands: [TokenList.self, TokenRevoke.self])

    static let columns: [Column<TokenInfo>] = [
        Column("token") { $0.id }, Column("person") { $0.person.text }, Column("label") { $0.label ?? "" },
        Column("created") { Times.local($0.createdAt, in: .utc, withSeconds: false) },
        Column("expires") { Times.local($0.expiresAt, in: .utc, withSeconds: false) },
        Column("revoked") { $0.revokedAt.map { Times.local($0, in: .utc, withSeconds: false) } ?? "" },
    ]
}
