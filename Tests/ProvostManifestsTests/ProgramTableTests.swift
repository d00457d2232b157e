import Foundation
import ProvostCore
import ProvostManifests
import Testing

/// `docs/programs.md` is made from the files, and says what they say.
@Suite struct ProgramTableTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: root.appendingPathComponent(path)))
    }

    @Test func thePageIsCurrent() throws {
        let folder = Self.root.appendingPathComponent("deploy/programs").path
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".yaml") }.sorted()
        let programs = try names.map { try ProgramReader.read(file: $0, text: Self.text("deploy/programs/\($0)")) }
        var graders: [Slug: Slug] = [:]
        for program in programs {
            for case .lab(let lab) in program.assignments.map(\.work) {
                graders[lab] = try ManifestReader.lab(Self.text("labs/\(lab)/lab.yaml")).grader
            }
        }
        let page = String(decoding: try Self.text("docs/programs.md"), as: UTF8.self)
        let current = page == ProgramTable.markdown(programs, graders: graders)
        #expect(current, "docs/programs.md is old; make it with: provost program table deploy/programs/*.yaml > docs/programs.md")
        #expect(page.contains("| lab `object-detection` | `"))
    }
}
