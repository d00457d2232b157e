import Foundation
import Glibc
import ProvostArchive
import ProvostCore
import Testing

/// `.gitignore` means here what it means to git, which is asked.
struct IgnoreRulesTests {
    private static let names = [
        "a", "b", "foo", "bar", "baz.o", "x.txt", "build", "foo bar", "a-b", "A", "f[o", "é", "#c", "!d", "lib.a", "[a]",
        "back\\slash", "tail ",
    ]
    private static let pieces = [
        "a", "b", "foo", "bar", "baz.o", "x.txt", "build", "*", "*.o", "*.txt", "**", "?", "f*", "*o", "[ab]", "[!a]", "[^b]*",
        "[a-f]*", "fo[o]",
        "[[:alpha:]]*", "[[:upper:]]", "[[:nope:]]", "\\a", "\\*", "foo\\ bar", "foo bar", "*a*", "f**", "**o", "b??", "[", "f[o",
        "\\[a]", "[]a]*",
        "\\#c", "\\!d", "lib.[oa]", "*.[!o]", "[a-", "a\\", "é", "\\\\", "back\\\\slash", "tail\\ ", "[\\]a]", "[a\\-c]",
    ]

    private func line(_ random: inout Seeded) -> String {
        var text = (0..<(1 + Int.random(in: 0..<10, using: &random) / 4)).map { _ in
            Self.pieces.randomElement(using: &random) ?? ""
        }.joined(separator: "/")
        if Int.random(in: 0..<4, using: &random) == 0 { text = "/" + text }
        if Int.random(in: 0..<4, using: &random) == 0 { text += "/" }
        if Int.random(in: 0..<5, using: &random) == 0 { text = "!" + text }
        return text + (["", "", "", "", " ", "\r", "  "].randomElement(using: &random) ?? "")
    }

    /// Over a thousand patterns in 40 trees with nested ignore files.
    @Test func patternsMeanWhatTheyMeanToGit() throws {
        var random = Seeded(seed: 42)
        var patterns = 0
        var ignored = 0
        let repository = Folder()
        try repository.run("git", "init", "-q", "--template=", ".")
        for round in 0..<40 {
            let folder = Folder()
            try folder.makeFolder("work")
            for _ in 0..<30 {
                let depth = Int.random(in: 1...4, using: &random)
                let path = (0..<depth).map { _ in Self.names.randomElement(using: &random) ?? "a" }.joined(separator: "/")
                try? folder.write("work/\(path)")
            }
            for base in ["", "a/", "foo/", "foo/bar/"] where base.isEmpty || Int.random(in: 0..<2, using: &random) == 0 {
                let lines = (0..<Int.random(in: 6...24, using: &random)).map { _ in line(&random) }
                patterns += lines.count
                try? folder.write("work/\(base).gitignore", Array(lines.joined(separator: "\n").utf8))
            }
            let listed = try folder.run(
                "git", "--git-dir", "\(repository.path)/.git", "--work-tree", "\(folder.path)/work", "-C", "work", "ls-files",
                "-z", "--others", "--exclude-standard", environment: ["GIT_CONFIG_GLOBAL": "/dev/null"])
            let expected = Set(listed.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
            let file = Folder.scratchFile()
            defer { close(file) }
            let report = try Packer.pack(folder: "\(folder.path)/work", to: file, ignoring: .submission)
            let unpacked = try Unpacked(descriptor: file)
            let found = Set(
                (FileManager.default.enumerator(atPath: "\(unpacked.folder.path)/out")?.compactMap { $0 as? String } ?? []).filter
                {
                    var isFolder: ObjCBool = false
                    return unsafe FileManager.default.fileExists(
                        atPath: "\(unpacked.folder.path)/out/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
                })
            ignored += report.leftOut.count
            let rules = ["", "a/", "foo/", "foo/bar/"].map {
                "\($0): \(String(decoding: folder.read("work/\($0).gitignore") ?? [], as: UTF8.self).debugDescription)"
            }
            #expect(
                found == expected,
                "round \(round): only ours \(found.subtracting(expected)), only git's \(expected.subtracting(found)), rules \(rules)"
            )
        }
        #expect(patterns > 1000 && ignored > 200)
    }

    @Test func provostignoreWinsOverGitignore() throws {
        let folder = Folder()
        for name in ["a.o", "b.o", "c.txt"] { try folder.write("work/\(name)") }
        try folder.write("work/.gitignore", Array("*.o\n!b.o\n".utf8))
        try folder.write("work/.provostignore", Array("!a.o\nb.o\n".utf8))
        let file = Folder.scratchFile()
        defer { close(file) }
        _ = try Packer.pack(folder: "\(folder.path)/work", to: file, ignoring: .submission)
        #expect(
            try Unpacked(descriptor: file).tree.map { $0.prefix { $0 != " " } } == [
                ".gitignore", ".provostignore", "a.o", "c.txt",
            ])
    }
}
