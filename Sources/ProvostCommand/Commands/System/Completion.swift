import ArgumentParser

struct Completion: ParsableCommand {
    static let configuration = Help.command(
        "completion", "Print a completion script for a shell.",
        examples: "provost completion bash > ~/.local/share/bash-completion/completions/provost",
        "provost completion zsh > ~/.zfunc/_provost", "provost completion fish > ~/.config/fish/completions/provost.fish")

    enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

    @Argument(help: "The shell.")
    var shell: Shell

    func run() throws {
        let target: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        Console.out(Provost.completionScript(for: target))
    }
}
