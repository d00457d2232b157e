import Testing

/// Rules that hold for each line of the sources.
@Suite struct SourceTests {
    private let package: Package
    init() throws { package = try Package.read() }

    @Test func theCoreImportsNothing() throws {
        let files = try package.sources(of: "ProvostCore")
        #expect(files.count > 10)
        for file in files { #expect(Set(file.imports).isSubset(of: ["Synchronization"]), "\(file.path): the rules are pure") }
    }

    /// The full Foundation brings ICU: tens of megabytes and milliseconds of every start.
    @Test(arguments: [
        "ProvostAPI", "ProvostArchive", "ProvostCommand", "ProvostCore", "ProvostCredentials", "ProvostSandbox", "ProvostServer",
        "provost",
        "provost-unpack", "provostd",
    ])
    func startsWithoutTheFullFoundation(target: String) throws {
        let files = try package.sources(of: target)
        #expect(!files.isEmpty)
        for file in files {
            #expect(!file.imports.contains("Foundation"), "\(file.path): import FoundationEssentials, or go without")
        }
    }

    @Test(arguments: [
        ("DateFormatter(", "it guesses locale and zone; Timestamp and CivilTime say what they mean"),
        ("try!", "a daemon does not end because one call failed"),
        ("fatalError(", "a daemon does not end because one call failed"),
        ("@testable", "`package` is enough"),
    ])
    func isWrittenNowhere(text: String, reason: String) throws {
        var lines = 0
        for target in package.targets where !target.isTest {
            for file in try package.sources(of: target) {
                for (index, line) in file.lines.enumerated() {
                    lines += 1
                    if line.contains(text) { Issue.record("\(file.path):\(index + 1): \(text) is not used here: \(reason)") }
                }
            }
        }
        #expect(lines > 5000)
    }
}
