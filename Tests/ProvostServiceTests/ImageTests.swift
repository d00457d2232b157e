import Crypto
import Foundation
import ProvostCore
import ProvostGrading
import ProvostManifests
import ProvostSandbox
import ProvostService
import ProvostStore
import ProvostTestSupport
import Testing

extension RealRooms {
    /// Images from a hand-made OCI layout, and from Debian packages where they can be had.
    @Suite struct ImageTests {
        private static func digest(_ bytes: [UInt8]) -> String { ContentDigest(bytes: SHA256.hash(data: bytes)).hex }

        /// A grader's folder with an OCI layout of these layers, packed.
        private static func grader(
            layers: [[UInt8]], run: String = "exit 0", image: String = "{base: oci}", files: [RawTar.Entry] = [],
            damage: Bool = false
        ) -> [UInt8] {
            let configuration = Array(
                #"{"architecture": "\#(architecture)", "os": "linux", "config": {"Env": ["PATH=/bin", "FLAVOUR=oci"]}}"#.utf8)
            let list = layers.map { #"{"mediaType": "l", "digest": "sha256:\#(digest($0))", "size": \#($0.count)}"# }
            let manifest = Array(
                #"{"config": {"digest": "sha256:\#(digest(configuration))", "size": 1}, "layers": [\#(list.joined(separator: ", "))]}"#
                    .utf8)
            let index =
                #"{"schemaVersion": 2, "manifests": [{"digest": "sha256:\#(digest(manifest))", "size": \#(manifest.count)}]}"#
            var entries: [RawTar.Entry] = [
                .init("grader.yaml", "name: checker\ntitle: {en: Checker}\nformat: exit-code\nrun: [./run]\nimage: \(image)\n"),
                .init("run", "#!/bin/sh\n\(run)\n", mode: 0o755),
                .init("oci/oci-layout", #"{"imageLayoutVersion": "1.0.0"}"#), .init("oci/index.json", index),
            ]
            for (number, blob) in ([configuration, manifest] + layers).enumerated() {
                let broken = damage && number == 2
                entries.append(
                    .init(
                        Array("oci/blobs/sha256/\(digest(blob))".utf8), broken ? [UInt8](repeating: 0, count: blob.count) : blob))
            }
            return RawTar(entries + files).bytes
        }

        private static var architecture: String {
            #if arch(arm64)
                "arm64"
            #else
                "amd64"
            #endif
        }

        /// A system of one static program.
        private static let system: [RawTar.Entry] = {
            var program = RawTar.Entry(
                Array("bin/busybox".utf8), (try? [UInt8](Data(contentsOf: URL(fileURLWithPath: "/bin/busybox")))) ?? [])
            program.mode = 0o4755
            let names = [
                "sh", "cat", "ls", "id", "env", "test", "touch", "stat", "chown", "mkdir", "mount", "printf", "rm", "wget",
            ]
            return [.init("./", type: "5", mode: 0o755), .init("bin", type: "5", mode: 0o755), program]
                + names.map { .init("bin/\($0)", type: "1", link: "bin/busybox") }
        }()

        private static func publish(_ archive: [UInt8], _ home: Home) async throws {
            _ = try await home.provost.labs.publishGrader(
                Home.root, archive: try home.context.blobs.put(archive), bytes: ByteCount(Int64(archive.count)))
        }

        private static func gzip(_ bytes: [UInt8]) async throws -> [UInt8] {
            let path = "/tmp/provost-layer-\(UUID().uuidString)"
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            defer { try? FileManager.default.removeItem(atPath: path + ".gz") }
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/gzip")
            process.arguments = [path]
            try process.run()
            process.waitUntilExit()
            return try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + ".gz")))
        }

        private static func root(_ home: Home) throws -> String {
            let names = try FileManager.default.contentsOfDirectory(atPath: home.path + "/images").filter { $0.count == 64 }
            return home.path + "/images/" + (try #require(names.first)) + "/root"
        }

        @Test func layersAreLaidOverEachOtherAndAGradingRunsInThem() async throws {
            try await Home.with { home in
                let bottom = RawTar(
                    Self.system + [
                        .init("etc", type: "5", mode: 0o755), .init("etc/release", "bottom"), .init("data/gone", "x"),
                        .init("data/stays", "bottom"), .init("data/changed", "bottom"), .init("opaque/old", "x"),
                        .init("root", type: "5", mode: 0o700), .init("root/private", "readable", mode: 0o600),
                        .init("real", type: "5", mode: 0o755), .init("link", type: "2", link: "/real"),
                        .init("escape", type: "2", link: "/"), .init("dev/null", type: "3"),
                    ])
                let top = RawTar([
                    .init("opaque/.wh..wh..opq", ""), .init("opaque/new", "top"), .init("data/.wh.gone", ""),
                    .init("data/changed", "top"), .init("link/through", "top"), .init("/absolute", "top"),
                    .init("second", type: "1", link: "data/stays"), .init("escape/tmp/landed", "x"),
                    .init("escape/inside", "top"),
                ])
                let script = """
                    [ "$(cat /data/stays /data/changed /opaque/new /real/through /absolute /second /inside /root/private)" = \
                    bottomtoptoptoptopbottomtopreadable ] || exit 2
                    [ ! -e /data/gone ] && [ ! -e /opaque/old ] && [ ! -e /dev/kmsg ] && [ ! -e /usr ] || exit 3
                    [ "$FLAVOUR" = oci ] && [ "$(learner run -- /bin/sh -c 'cat /etc/release; id -un')" = bottomlearner ]
                    """
                try await Self.publish(Self.grader(layers: [bottom.bytes, try await Self.gzip(top.bytes)], run: script), home)
                let root = try Self.root(home)
                #expect(
                    !FileManager.default.fileExists(atPath: "/tmp/landed") && !FileManager.default.fileExists(atPath: "/inside"))
                // Nothing of it is setuid, a device, or writable for the users of rooms.
                let find = Process()
                let pipe = Pipe()
                find.executableURL = URL(fileURLWithPath: "/usr/bin/find")
                find.arguments = [
                    root, "(", "-perm", "/6000", "-o", "-perm", "-o=w", "!", "-type", "l", "-o", "-type", "b", "-o", "-type", "c",
                    ")",
                ]
                find.standardOutput = pipe
                try find.run()
                find.waitUntilExit()
                #expect(String(decoding: pipe.fileHandleForReading.availableData, as: UTF8.self) == "")

                let lab = RawTar([
                    .init(
                        "lab.yaml",
                        "name: web\ntitle: {en: Web}\ngrader: checker\npoints: 10\narchive-limit: 64KiB\n\(Home.patience)"),
                    .init("README.md", "Hello."),
                ]).bytes
                _ = try await home.provost.labs.publishLab(
                    Home.root, archive: try home.context.blobs.put(lab), bytes: ByteCount(Int64(lab.count)))
                _ = try await home.provost.assignments.create(
                    Home.root, cohort: Home.cohort, name: Slug(trusted: "web"), lab: Slug(trusted: "web"), labVersion: nil,
                    opens: CivilTime(parsing: "2026-05-10"), due: nil, closes: nil, attempts: nil, policy: nil, weight: nil)
                let minji = try await home.join("minji")
                let id = try await home.submit(minji).submission.id
                try await home.working {
                    let grading = try await home.graded(id)
                    let log = try await home.provost.submissions.log(Home.root, id)
                    #expect(grading.record?.score == Points(whole: 10), "\(String(decoding: log, as: UTF8.self))")
                    try await removedAndMadeAgain(home, minji)
                }
                #expect(try home.leftovers() == [])
            }
        }

        /// Removed, an image is built again by the next grading.
        private func removedAndMadeAgain(_ home: Home, _ minji: Principal) async throws {
            let listed = try await home.provost.images.list(Home.root)
            #expect(listed.map(\.usedBy) == [["grader checker"]] && listed[0].base == "oci")
            #expect(listed[0].environment["FLAVOUR"] == "oci")
            try await home.provost.images.remove(Home.root, listed[0].digest.short)
            #expect(try await home.provost.images.list(Home.root).isEmpty)
            let again = try await home.submit(minji, "43").submission.id
            #expect(try await home.graded(again).record?.score == Points(whole: 10))
            #expect(try await home.provost.images.list(Home.root).map(\.digest) == listed.map(\.digest))
        }

        /// What a layer may not do, and what the refusal names.
        @Test(arguments: [
            ([RawTar.Entry("../evil", "x")], "../evil"),
            ([RawTar.Entry("a/../../evil", "x")], "evil"),
            ([RawTar.Entry("name", type: "1", link: "../../etc/passwd")], "etc/passwd"),
            ([RawTar.Entry("name", type: "1", link: "nowhere")], "nowhere"),
            ([RawTar.Entry("file", "x"), RawTar.Entry("file/below", "x")], "file"),
            ([RawTar.Entry("a/.wh...", "")], ".wh..."),
        ])
        func aLayerThatReachesOutIsRefused(_ entries: [RawTar.Entry], _ named: String) async throws {
            try await Home.with { home in
                let layer = RawTar(Self.system + entries).bytes
                await expectFailure(.invalid, named) { try await Self.publish(Self.grader(layers: [layer]), home) }
                let left = try FileManager.default.contentsOfDirectory(atPath: home.path + "/images")
                #expect(left.count == 1 && left[0].hasSuffix(".log"), "only the log stays: \(left)")
                #expect(try await home.provost.labs.graders(Home.root, name: nil).isEmpty)
            }
        }

        @Test func aLayerWithOtherBytesThanItsNameSaysIsRefused() async throws {
            try await Home.with { home in
                let archive = Self.grader(layers: [RawTar(Self.system).bytes], damage: true)
                await expectFailure(.invalid, "other bytes") { try await Self.publish(archive, home) }
            }
        }

        private static let attack = """
            #!/bin/sh
            set -e
            [ "$(id -u)" = 0 ] || exit 18
            [ "$(cat needed.txt)" = from-the-folder ] || exit 19
            [ "$(cat /autograder/source/needed.txt)" = from-the-folder ] || exit 20
            mkdir -p /opt/tool /etc/keys
            echo made > /opt/tool/file
            chown 33:33 /opt/tool
            echo key > /etc/keys/x
            chmod 700 /etc/keys
            if mount -t tmpfs none /opt; then exit 21; fi
            if ls HOMEPATH; then exit 22; fi
            if touch /grade/grader/x; then exit 23; fi
            if wget -T 2 http://127.0.0.1:1/; then exit 24; fi
            echo done
            """

        @Test func aSetupScriptFillsItsImageAndReachesNothingElse() async throws {
            try await Home.with { home in
                let script = Self.attack.replacing("HOMEPATH", with: home.path)
                func archive(_ needed: String, _ script: String) -> [UInt8] {
                    Self.grader(
                        layers: [RawTar(Self.system).bytes], image: "{base: oci, setup: ./setup.sh}",
                        files: [.init("setup.sh", script, mode: 0o755), .init("needed.txt", needed)])
                }
                await expectFailure(.invalid, "setup.sh failed: ended with exit status 7") {
                    try await Self.publish(archive("x", "#!/bin/sh\necho I am lost >&2\nexit 7\n"), home)
                }
                try await Self.publish(archive("from-the-folder", script), home)
                let images = try await home.provost.images.list(Home.root)
                #expect(images.count == 2, "the image below the script is kept, and shared")
                let made = try #require(images.first { $0.manifest.setup != nil })
                let root = "\(home.path)/images/\(made.digest)/root"
                #expect(try String(contentsOfFile: root + "/etc/keys/x", encoding: .utf8) == "key\n")
                #expect(try FileManager.default.contentsOfDirectory(atPath: root).contains("autograder") == false)
                let log = try home.provost.images.log(Home.root, made.digest.hex)
                let said = String(decoding: log, as: UTF8.self)
                #expect(said.contains("\ndone\n") && said.contains("== setup: ended normally"))
                // Another file of the folder is another image: the script may read it.
                await expectFailure(.invalid, "setup.sh failed") { try await Self.publish(archive("changed", script), home) }
            }
        }

        @Test func anImageThatIsTooFullOfMistakesIsRefusedWithItsPlace() async throws {
            func read(_ image: String) throws -> GraderManifest {
                try ManifestReader.grader(Array("name: a\ntitle: {en: A}\nrun: [./run]\nimage: \(image)\n".utf8))
            }
            #expect(try read("{packages: [g++, jq=1.6-2.1]}").image == ImageManifest(packages: ["g++", "jq=1.6-2.1"]))
            #expect(
                try read("{base: debian-12, setup: ./a/b.sh}").image
                    == ImageManifest(base: .debian(release: "12"), setup: "a/b.sh"))
            for (image, place) in [
                ("{base: ubuntu}", "grader.yaml:4:15"), ("{packages: [Foo]}", "grader.yaml:4:19"),
                ("{packages: [foo-]}", "not a Debian package"), ("{packages: [--option]}", "not a Debian package"),
                ("{packages: ['a=1 b']}", "not a Debian package"), ("{setup: ../x}", "must be a script"),
                ("{base: oci, packages: [jq]}", "OCI image"), ("{pakages: [jq]}", "did you mean “packages”"),
            ] {
                await expectFailure(.invalid, place) { _ = try read(image) }
            }
        }

        @Suite(.enabled(if: Capability.debianPackages.shouldRun, Comment(rawValue: Capability.debianPackages.reason)))
        struct DebianTests {
            @Test func aPackageIsInstalledWithItsScripts() async throws {
                try await Home.with { home in
                    let run = "true"
                    let archive = RawTar([
                        .init(
                            "grader.yaml",
                            "name: checker\ntitle: {en: Checker}\nformat: exit-code\nrun: [./run]\nimage: {base: debian, packages: [hello], setup: ./setup.sh}\n"
                        ), .init("run", "#!/bin/sh\n\(run)\n", mode: 0o755),
                        // A package manager's work: users, owners, its own database.
                        .init(
                            "setup.sh",
                            "set -e\nuseradd -m student\nid -un > /opt/said\ndpkg --audit\ndpkg -r hello\ndpkg-query -l >/dev/null\n"
                        ),
                    ]).bytes
                    await expectFailure(.notFound) { _ = try await home.provost.images.show(Home.root, "ab") }
                    try await ImageTests.publish(archive, home)
                    let images = try await home.provost.images.list(Home.root)
                    let made = try #require(images.first { $0.manifest.setup != nil })
                    let below = try #require(images.first { $0.manifest.setup == nil })
                    #expect(made.size > .mebibytes(60) && made.files > 1000)
                    for (image, there) in [(below, true), (made, false)] {
                        let path = "\(home.path)/images/\(image.digest)/root/usr/bin/hello"
                        #expect(FileManager.default.fileExists(atPath: path) == there)
                    }
                    let user = try home.context.sandbox.leaseUser()
                    let room = try RoomImage(root: "\(home.path)/images/\(below.digest)/root")
                    let said = try await home.context.sandbox.run(RoomSpec(command: ["hello", "-t"], user: user, image: room))
                    #expect(String(decoding: said.output, as: UTF8.self) == "hello, world\n")
                }
            }

            @Test func aPackageThatIsNotThereIsNamed() async throws {
                try await Home.with { home in
                    let archive = RawTar([
                        .init(
                            "grader.yaml",
                            "name: checker\ntitle: {en: Checker}\nrun: [./run]\nimage: {base: debian, packages: [no-such-package]}\n"
                        ),
                        .init("run", "#!/bin/sh\n", mode: 0o755),
                    ]).bytes
                    await expectFailure(.invalid, "has no package “no-such-package”") {
                        try await ImageTests.publish(archive, home)
                    }
                }
            }
        }
    }
}
