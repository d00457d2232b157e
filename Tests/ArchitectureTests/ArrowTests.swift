import Testing

/// The arrows between our own targets, as Package.swift draws them and as the sources use them.
@Suite struct ArrowTests {
    /// Everything that may be imported; anything else is forbidden.
    private static let allowed: [String: Set<String>] = [
        "CArchive": [],
        "CLinux": [],
        "CUtf8proc": [],
        "ProvostAPI": ["ProvostCore"],
        "ProvostArchive": ["CArchive", "CLinux", "CUtf8proc", "ProvostCore"],
        "ProvostCommand": ["ProvostAPI", "ProvostArchive", "ProvostCore", "ProvostCredentials"],
        "ProvostCore": [],
        "ProvostCredentials": ["ProvostCore"],
        "ProvostGrading": ["ProvostCore", "ProvostSandbox"],
        "ProvostManifests": ["ProvostCore"],
        "ProvostSandbox": ["CLinux", "ProvostCore"],
        "ProvostServer": ["ProvostAPI", "ProvostCore", "ProvostCredentials", "ProvostService"],
        "ProvostService": [
            "ProvostCore", "ProvostCredentials", "ProvostGrading", "ProvostManifests", "ProvostSandbox", "ProvostStore",
        ],
        "ProvostStore": ["ProvostCore"],
        "ProvostTestSupport": ["ProvostCore"],
        "provost": ["ProvostCommand"],
        "provost-gate": ["ProvostArchive", "ProvostCore", "ProvostGrading", "ProvostManifests", "ProvostSandbox"],
        "provost-keeper": ["ProvostCore", "ProvostSandbox"],
        "provost-launch": [],
        "provost-relay": [],
        "provost-unpack": ["ProvostArchive", "ProvostCore"],
        "provostd": [
            "ProvostCore", "ProvostCredentials", "ProvostGrading", "ProvostSandbox", "ProvostServer", "ProvostService",
            "ProvostStore",
        ],
        "room-benchmark": ["CLinux", "ProvostCore", "ProvostSandbox"],
    ]

    /// Why a target is not for everyone: said when somebody reaches for it.
    private static let reasons: [String: String] = [
        "CArchive": "libarchive reads hostile bytes: only ProvostArchive calls it, and the daemon never links it",
        "CLinux": "system calls are for the sandbox and for unpacking; everyone else asks those",
        "CUtf8proc": "names are normalised in one place, ProvostArchive",
        "ProvostAPI": "wire types are for the two ends of the wire; use cases speak in the words of ProvostCore",
        "ProvostArchive": "archives are packed by `provost` and unpacked in a room, never by the daemon",
        "ProvostCommand": "the command line is for its program alone; what others need of it belongs below",
        "ProvostCore": "this target needs nothing of the rules: it is a program of a few system calls",
        "ProvostCredentials": "certificates are made and checked by the daemon and the command line, and by nobody else",
        "ProvostGrading": "a grading is asked for through the use cases, or by provost-gate, which has no store to pass by",
        "ProvostManifests":
            "files are read where they come in: in the use cases and in provost-gate; below, everybody speaks in rules",
        "ProvostSandbox": "rooms are made by use cases; a route or a command that could make one would pass their rules by",
        "ProvostServer": "HTTP is the outermost layer: only the composition root may know it",
        "ProvostService": "use cases are reached over HTTP; nothing below may call back into them",
        "ProvostStore": "SQL lies behind the use cases; a route that could write a row would pass their rules by",
        "ProvostTestSupport": "helpers of tests have no place in a program",
        "provost": "a program is not a library",
        "provost-gate": "a program is not a library",
        "provost-keeper": "a program is not a library",
        "provost-launch": "a program is not a library",
        "provost-relay": "a program is not a library",
        "provost-unpack": "a program is not a library",
        "provostd": "a program is not a library",
        "room-benchmark": "a program is not a library",
    ]

    /// Third-party modules that one target hides from all others.
    private static let hidden: [String: (owners: Set<String>, reason: String)] = [
        "ArgumentParser": (["ProvostCommand", "provost-gate", "provostd"], "only programs have arguments"),
        "Configuration": (["provostd"], "settings are read once, by the composition root"),
        "GRDB": (["ProvostStore"], "SQL lies in one target"),
        "Hummingbird": (["ProvostServer"], "HTTP lies in one target"),
        "HummingbirdCore": (["ProvostServer"], "HTTP lies in one target"),
        "Yams": (["ProvostManifests"], "YAML is read in one place, with its place in every complaint"),
    ]

    private let package: Package
    init() throws { package = try Package.read() }

    @Test func everyTargetIsInTheTable() {
        #expect(Set(package.targets.filter { !$0.isTest }.map(\.name)) == Set(Self.allowed.keys))
        #expect(Set(Self.reasons.keys) == Set(Self.allowed.keys))
    }

    @Test func declaredArrowsAreAllowed() {
        for target in package.targets where !target.isTest {
            for other in target.targets where Self.allowed[target.name]?.contains(other) != true {
                Issue.record(
                    "Package.swift: \(target.name) → \(other) is forbidden: \(Self.reasons[other] ?? "it is not in the table")")
            }
        }
    }

    @Test func theTableHoldsNoArrowThatNobodyDraws() {
        for target in package.targets where !target.isTest {
            #expect(Self.allowed[target.name] == target.targets, "the table and Package.swift differ for \(target.name)")
        }
    }

    /// SwiftPM lets a target import what its dependencies import; we do not.
    @Test func everyImportIsDeclared() throws {
        let modules = Set(Self.allowed.keys.map { $0.replacing("-", with: "_") })
        var seen = 0
        for target in package.targets {
            for file in try package.sources(of: target) {
                for module in file.imports {
                    seen += 1
                    let declared = target.targets.union(target.products).map { $0.replacing("-", with: "_") }
                    if declared.contains(module) || Package.system.contains(module) { continue }
                    let forbidden = !target.isTest && modules.contains(module)
                    let reason = forbidden ? Self.reasons[module] : nil
                    Issue.record(
                        "\(file.path): imports \(module), which \(target.name) does not declare\(reason.map { ": \($0)" } ?? "")")
                }
            }
        }
        #expect(seen > 300, "the import lines were not found")
    }

    @Test func thirdPartyModulesStayBehindTheirTarget() throws {
        for target in package.targets where !target.isTest {
            for file in try package.sources(of: target) {
                for module in file.imports {
                    guard let rule = Self.hidden[module], !rule.owners.contains(target.name) else { continue }
                    Issue.record("\(file.path): imports \(module): \(rule.reason)")
                }
            }
        }
    }

    /// What a program links in the end, over all arrows.
    @Test(arguments: [
        ("provostd", "CArchive", "the daemon never parses an archive"),
        ("provostd", "ProvostArchive", "the daemon never parses an archive"),
        ("provost", "GRDB", "the command line has no store"),
        ("provost", "ProvostSandbox", "the command line makes no rooms"),
        ("provost", "ProvostService", "the command line goes over the wire"),
        ("provost-keeper", "ProvostGrading", "it keeps one room, and knows nothing of what is taught in it"),
        ("provost-unpack", "ProvostStore", "it stands alone with hostile bytes"),
        ("provost-unpack", "ProvostAPI", "it stands alone with hostile bytes"),
    ])
    func programsDoNotReach(program: String, module: String, reason: String) throws {
        let reached = package.closure(of: program)
        #expect(reached.contains("ProvostCore"), "the arrows were not followed")
        #expect(!reached.contains(module), "\(program) links \(module): \(reason)")
    }
}
