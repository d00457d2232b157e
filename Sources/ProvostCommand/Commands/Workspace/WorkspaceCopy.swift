import ArgumentParser
import ProvostCore

struct WorkspaceCopy: AsyncParsableCommand {
    static let configuration = Help.command(
        "cp", "Copy a file or folder into your workspace, or out of it.",
        note:
            "A path in a workspace is NAME:path, or :path for the one that runs, seen from the\nhome. On this machine nothing is overwritten.",
        examples: "provost cp notes.txt web-service:docs/", "provost cp :results.csv .")

    @Argument(help: "What is copied.", completion: .file())
    var source: String
    @Argument(help: "Where to; into it when it is a folder.", completion: .file())
    var destination: String
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        switch (Place(source), Place(destination)) {
        case (.here(let path), .there(let name, let target)):
            try await FileCopy(session: session, workspace: try await WorkspaceChoice.find(name, session)).push(path, to: target)
        case (.there(let name, let path), .here(let target)):
            let workspace = try await WorkspaceChoice.find(name, session, stopped: true)
            try await FileCopy(session: session, workspace: workspace).pull(path, to: target)
        default: throw session.surroundings.error(.invalid, .workspace(.oneRemote))
        }
    }

    /// A path here, or in a workspace. `./a:b` is here, as is everything with a slash before its first colon.
    enum Place: Equatable {
        case here(String)
        case there(String?, String)

        init(_ text: String) {
            guard let colon = text.firstIndex(of: ":"), !text[..<colon].contains("/") else {
                self = .here(text)
                return
            }
            self = .there(colon == text.startIndex ? nil : String(text[..<colon]), String(text[text.index(after: colon)...]))
        }
    }
}

struct WorkspacePush: AsyncParsableCommand {
    static let configuration = Help.command(
        "push", "Copy a file or folder from this machine into your workspace.", examples: "provost push src",
        "provost push notes.txt docs --workspace web-service")

    @Argument(help: "The file or folder on this machine.", completion: .file())
    var path: String
    @Argument(help: "Where to, seen from the home in there. Default: the home.")
    var target: String = "."
    @Option(help: ArgumentHelp("The workspace; may be left out when only one runs.", valueName: "name"))
    var workspace: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace, session)
        try await FileCopy(session: session, workspace: name).push(path, to: target)
    }
}

struct WorkspacePull: AsyncParsableCommand {
    static let configuration = Help.command(
        "pull", "Copy a file or folder from your workspace to this machine; nothing is overwritten.",
        note: "It works while the workspace is stopped, and after the study window.",
        examples: "provost pull src", "provost pull results.csv /tmp --workspace web-service")

    @Argument(help: "The file or folder in the workspace, seen from the home. Default: the whole home.")
    var path: String = "."
    @Argument(help: "Where to; into it when it is a folder.", completion: .file())
    var target: String = "."
    @Option(help: ArgumentHelp("The workspace; may be left out when only one runs.", valueName: "name"))
    var workspace: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace, session, stopped: true)
        try await FileCopy(session: session, workspace: name).pull(path, to: target)
    }
}
