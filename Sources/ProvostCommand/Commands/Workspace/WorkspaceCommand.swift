import ArgumentParser

struct WorkspaceCommand: ParsableCommand {
    static let configuration = Help.command(
        "workspace", "Everything about workspaces; the short verbs are here as well.",
        examples: "provost workspace list", "provost workspace show web-service",
        subcommands: [
            WorkspaceList.self, WorkspaceShow.self, WorkspaceStart.self, WorkspaceStop.self, WorkspaceRestart.self,
            WorkspaceReset.self, WorkspaceSnapshot.self, WorkspaceSnapshots.self, WorkspaceRestore.self, WorkspaceRescue.self,
            WorkspaceExtend.self, WorkspaceWhy.self, WorkspaceDiff.self, WorkspaceShare.self, WorkspaceVisits.self,
            WorkspaceCopyOfLearner.self,
            WorkspaceSessions.self, WorkspaceDelete.self,
        ])
}
