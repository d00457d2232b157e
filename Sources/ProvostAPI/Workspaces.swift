package import ProvostCore

package struct StartWorkspace: Hashable, Sendable, Codable {
    package var assignment: String
    package var cohort: String?
    package init(assignment: String, cohort: String? = nil) {
        self.assignment = assignment
        self.cohort = cohort
    }
}
package struct WorkspacePlace: Hashable, Sendable, Codable {
    package var position: Int
    package var of: Int
    package var estimate: TimeSpan?
    package init(position: Int, of: Int, estimate: TimeSpan? = nil) {
        self.position = position
        self.of = of
        self.estimate = estimate
    }
}
package struct WorkspaceInfo: Hashable, Sendable, Codable {
    package var workspace: Workspace
    package var place: WorkspacePlace?
    package var usage: WorkspaceUsage?
    package init(workspace: Workspace, place: WorkspacePlace? = nil, usage: WorkspaceUsage? = nil) {
        self.workspace = workspace
        self.place = place
        self.usage = usage
    }
}
package struct WorkspaceReason: Hashable, Sendable, Codable {
    package var sentence: String
    package var details: [String]
    package init(sentence: String, details: [String]) {
        self.sentence = sentence
        self.details = details
    }
}
package struct ExtendWorkspace: Hashable, Sendable, Codable {
    package var keepAlive: TimeSpan
    package init(keepAlive: TimeSpan) { self.keepAlive = keepAlive }
}
package struct NewShare: Hashable, Sendable, Codable {
    package var person: String
    package var mode: Share.Mode
    package var time: TimeSpan
    package init(person: String, mode: Share.Mode, time: TimeSpan) {
        self.person = person
        self.mode = mode
        self.time = time
    }
}
