// swift-tools-version: 6.2
// Provost: bounded lab workspaces, fair grading in sandboxed rooms, a record of scores.
//
// Arrows between our own targets; anything else is forbidden, and Tests/ArchitectureTests holds it:
//
//   provost  → Command                      provostd → Server, Service, Store, Sandbox, Credentials, Core
//   Command  → API, Archive, Credentials,   Server   → Service, API, Credentials, Core
//              Core
//   API      → Core
//   Archive  → Core, CArchive, CLinux,      Service  → Store, Grading, Manifests,
//              CUtf8proc                               Sandbox, Credentials, Core
//   unpack   → Archive, Core                Grading  → Sandbox, Core   Manifests → Core
//   keeper   → Sandbox, Core                Store → Core     Sandbox → Core, CLinux
//   gate     → Grading, Manifests, Archive, Sandbox, Core
//   Credentials → Core
//
// CLinux is DESIGN.md's CSystem under another name: swift-system, which SwiftNIO brings in, has a target of that name.
//
// One section for each target with its test target, sorted; settings are applied by the loop at the end.

import PackageDescription

let package = Package(
    name: "provost",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "provost", targets: ["provost"]),
        .executable(name: "provostd", targets: ["provostd"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: ["YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.20.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // MARK: Architecture (the arrows above, held by a test)
        .testTarget(name: "ArchitectureTests"),

        // MARK: CArchive (libarchive, loaded when it is needed; to build it takes the headers of libarchive-dev)
        .target(name: "CArchive"),

        // MARK: CLinux
        .target(name: "CLinux", linkerSettings: [.linkedLibrary("seccomp", .when(platforms: [.linux]))]),

        // MARK: CUtf8proc
        .systemLibrary(name: "CUtf8proc", providers: [.apt(["libutf8proc-dev"])]),

        // MARK: EndToEnd (real daemon, real command line, real rooms)
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["ProvostTestSupport", "provostd", "provost-launch", "provost-relay"]),

        // MARK: provost
        // It runs in workspaces too, whose images hold no Swift runtime. As with provost-unpack no test target may depend on it.
        .executableTarget(
            name: "provost", dependencies: ["ProvostCommand"],
            linkerSettings: [
                .unsafeFlags(["-static-stdlib"]),
                // Parts of FoundationEssentials that its static library does not name by itself.
                .linkedLibrary("_FoundationCollections", .when(platforms: [.linux])),
                .linkedLibrary("_FoundationCShims", .when(platforms: [.linux])),
            ]),

        // MARK: provost-gate (`provost lab check`: grades folders in real rooms, without a daemon and a store)
        .executableTarget(
            name: "provost-gate",
            dependencies: [
                "ProvostArchive",
                "ProvostCore",
                "ProvostGrading",
                "ProvostManifests",
                "ProvostSandbox",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // MARK: provost-keeper
        // One for each running workspace, so its memory counts: the standard library goes into it, without Foundation. No test target
        // may depend on it, as with provost-unpack.
        .executableTarget(
            name: "provost-keeper",
            dependencies: ["ProvostCore", "ProvostSandbox"],
            linkerSettings: [.unsafeFlags(["-static-stdlib"])]),

        // MARK: provost-launch
        // Static, and without Swift's runtime: it starts in under a millisecond, and its probes run in rooms that hold no Swift.
        .executableTarget(
            name: "provost-launch",
            linkerSettings: [
                .unsafeFlags(["-static-executable", "-nostartfiles", "-Xlinker", "--gc-sections"], .when(platforms: [.linux]))
            ]),

        // MARK: provost-relay
        .executableTarget(
            name: "provost-relay",
            linkerSettings: [
                .unsafeFlags(["-static-executable", "-nostartfiles", "-Xlinker", "--gc-sections"], .when(platforms: [.linux]))
            ]),

        // MARK: provost-unpack
        // Starts once for each submission, in a room that has no Swift runtime: the standard library goes into it. No test target
        // may depend on it, or the flag reaches the test bundle, which cannot be linked so; building all tests builds it as well.
        .executableTarget(
            name: "provost-unpack",
            dependencies: ["ProvostArchive", "ProvostCore"],
            linkerSettings: [.unsafeFlags(["-static-stdlib"])]),

        // MARK: ProvostAPI
        .target(name: "ProvostAPI", dependencies: ["ProvostCore"]),
        .testTarget(name: "ProvostAPITests", dependencies: ["ProvostAPI", "ProvostCore"], exclude: ["Golden"]),

        // MARK: ProvostArchive
        .target(name: "ProvostArchive", dependencies: ["CArchive", "CLinux", "CUtf8proc", "ProvostCore"]),
        .testTarget(
            name: "ProvostArchiveTests",
            dependencies: ["ProvostArchive", "ProvostCore", "ProvostTestSupport"]),

        // MARK: ProvostCommand (the command line, everything but its start)
        .target(
            name: "ProvostCommand",
            dependencies: [
                "ProvostAPI",
                "ProvostArchive",
                "ProvostCore",
                "ProvostCredentials",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(
            name: "ProvostCommandTests",
            dependencies: [
                "ProvostAPI",
                "ProvostCommand",
                "ProvostCore",
                "ProvostTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            exclude: ["Golden", "Terminal"]),

        // MARK: ProvostCore
        .target(name: "ProvostCore"),
        .testTarget(name: "ProvostCoreTests", dependencies: ["ProvostCore"]),

        // MARK: ProvostCredentials (certificates as strangers' programs read them: made by the daemon, checked by the command line too)
        .target(
            name: "ProvostCredentials",
            dependencies: ["ProvostCore", .product(name: "Crypto", package: "swift-crypto")]),
        .testTarget(
            name: "ProvostCredentialsTests",
            dependencies: [
                "ProvostCore", "ProvostCredentials", "ProvostTestSupport", .product(name: "Crypto", package: "swift-crypto"),
            ]),

        // MARK: ProvostGrading (one grading from archive to record: shared by the daemon and by provost-gate)
        .target(
            name: "ProvostGrading",
            dependencies: ["ProvostCore", "ProvostSandbox", .product(name: "Crypto", package: "swift-crypto")]),

        // MARK: ProvostManifests (the files that people write: labs, graders, programs; hides YAML)
        .target(name: "ProvostManifests", dependencies: ["ProvostCore", .product(name: "Yams", package: "Yams")]),
        .testTarget(name: "ProvostManifestsTests", dependencies: ["ProvostCore", "ProvostManifests"]),

        // MARK: room-benchmark
        .executableTarget(name: "room-benchmark", dependencies: ["CLinux", "ProvostCore", "ProvostSandbox"]),

        // MARK: provostd
        .executableTarget(
            name: "provostd",
            dependencies: [
                "ProvostCore",
                "ProvostCredentials",
                "ProvostGrading",
                "ProvostSandbox",
                "ProvostServer",
                "ProvostService",
                "ProvostStore",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // MARK: ProvostSandbox
        .target(name: "ProvostSandbox", dependencies: ["CLinux", "ProvostCore"]),
        .testTarget(
            name: "ProvostSandboxTests",
            dependencies: [
                "CLinux", "ProvostCore", "ProvostSandbox", "ProvostTestSupport", "provost-launch", "provost-relay",
                "room-benchmark",
            ]),

        // MARK: ProvostServer
        .target(
            name: "ProvostServer",
            dependencies: [
                "ProvostAPI",
                "ProvostCore",
                "ProvostCredentials",
                "ProvostService",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),

        .testTarget(
            name: "ProvostServerTests",
            dependencies: [
                "CLinux",
                "ProvostServer",
                "ProvostTestSupport",
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // MARK: ProvostService
        .target(
            name: "ProvostService",
            dependencies: [
                "ProvostCore",
                "ProvostCredentials",
                "ProvostGrading",
                "ProvostManifests",
                "ProvostSandbox",
                "ProvostStore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .testTarget(
            name: "ProvostServiceTests",
            dependencies: [
                "ProvostCore",
                "ProvostCredentials",
                "ProvostGrading",
                "ProvostManifests",
                "ProvostSandbox",
                "ProvostService",
                "ProvostStore",
                "ProvostTestSupport",
                "provost-launch",
                "provost-relay",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ]),

        // MARK: ProvostStore
        .target(
            name: "ProvostStore",
            dependencies: [
                "ProvostCore",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ]),
        .testTarget(
            name: "ProvostStoreTests",
            dependencies: [
                "ProvostCore",
                "ProvostStore",
                "ProvostTestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            exclude: ["Golden"]),

        // MARK: ProvostTestSupport (scratch folders, capability probes, processes: shared by the test targets)
        .target(name: "ProvostTestSupport", dependencies: ["ProvostCore"], path: "Tests/ProvostTestSupport"),
    ],
    swiftLanguageModes: [.v6],
    cLanguageStandard: .gnu17
)

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("ImmutableWeakCaptures"),
            .enableUpcomingFeature("InferIsolatedConformances"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
            .strictMemorySafety(),
        ]
    if Context.environment["PROVOST_WERROR"] != nil { target.swiftSettings?.append(.treatAllWarnings(as: .error)) }
}
