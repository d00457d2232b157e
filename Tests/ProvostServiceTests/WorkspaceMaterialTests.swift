import Foundation
import ProvostCore
import ProvostGrading
import ProvostSandbox
import Testing

@Suite struct WorkspaceMaterialTests {
    @Test func aWorkspaceShowsWhatLearnersMaySeeOfALab() throws {
        let tree = FileManager.default.temporaryDirectory.appendingPathComponent("provost-material-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: tree) }
        for folder in ["starter/README.md", "tests", "samples", "public", "README.d.md"] {
            try FileManager.default.createDirectory(at: tree.appendingPathComponent(folder), withIntermediateDirectories: true)
        }
        for file in ["README.md", "README.ko.md", "lab.yaml", "tests/secret", "README"] {
            try Data("x".utf8).write(to: tree.appendingPathComponent(file))
        }
        let manager = FileManager.default
        try manager.createSymbolicLink(atPath: tree.path + "/material", withDestinationPath: "tests")
        try manager.createSymbolicLink(atPath: tree.path + "/README.ja.md", withDestinationPath: "tests/secret")
        let mounts = try WorkspaceMaterial.mounts(tree: tree.path)
        #expect(
            mounts
                == ["README.ko.md", "README.md", "public", "starter"].map {
                    .readOnly(host: "\(tree.path)/\($0)", at: "/lab/\($0)")
                })
        #expect(throws: ProvostError.self) { _ = try WorkspaceMaterial.mounts(tree: tree.path + "/none") }
    }
}
