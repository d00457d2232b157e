import Crypto
import Foundation
import ProvostCore
import ProvostSandbox
import ProvostService
import Testing

@Suite struct ReceiptSignerTests {
    private static let submission = Submission(
        id: ID(trusted: "sub_1"), assignment: ID(trusted: "asg_1"), person: ID(trusted: "per_1"), attempt: 1,
        digest: ContentDigest(bytes: [UInt8](repeating: 1, count: 32)), bytes: ByteCount(5), fileName: "a.zip",
        receivedAt: Timestamp(milliseconds: 0), late: false)

    @Test func aReceiptCanBeCheckedWithThePublicKey() throws {
        try withFolder { folder in
            let signer = try ReceiptSigner(folder: folder)
            let receipt = try signer.receipt(for: Self.submission, assignmentName: "spring/web")
            let key = try Curve25519.Signing.PublicKey(rawRepresentation: signer.publicKey)
            let signature = try #require(Data(base64Encoded: receipt.signature))
            #expect(key.isValidSignature(signature, for: Data(receipt.signedText.utf8)))
            #expect(!key.isValidSignature(signature, for: Data(receipt.signedText.replacing("bytes 5", with: "bytes 6").utf8)))
            #expect(receipt.key == signer.keyId)
            #expect(
                signer.keyId
                    == String(
                        SHA256.hash(data: signer.publicKey).map { "0\(String($0, radix: 16))".suffix(2) }.joined().prefix(16)))
            #expect(Data(base64Encoded: signer.publicKeyText).map(Array.init) == signer.publicKey)
        }
    }

    @Test func theKeyStaysAndIsOurs() throws {
        try withFolder { folder in
            let first = try ReceiptSigner(folder: folder)
            #expect(try mode(of: folder + "/receipt.ed25519") == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["receipt.ed25519"])
            #expect(try ReceiptSigner(folder: folder).publicKey == first.publicKey)
        }
    }

    // Empty, short, long: never replaced, because old receipts hang on it.
    @Test(arguments: [0, 31, 33]) func aDamagedKeyIsRefused(bytes: Int) throws {
        try withFolder { folder in
            let damaged = Data(repeating: 7, count: bytes)
            try damaged.write(to: URL(fileURLWithPath: folder + "/receipt.ed25519"))
            let error = #expect(throws: ProvostError.self) { try ReceiptSigner(folder: folder) }
            #expect(error?.code == .unavailable)
            #expect(try Data(contentsOf: URL(fileURLWithPath: folder + "/receipt.ed25519")) == damaged)
        }
    }

    @Test func whatAStartThatWasCutOffLeftIsNoKey() throws {
        try withFolder { folder in
            try Data().write(to: URL(fileURLWithPath: folder + "/receipt.ed25519.new"))
            let signer = try ReceiptSigner(folder: folder)
            #expect(try ReceiptSigner(folder: folder).publicKey == signer.publicKey)
        }
    }
}

@Suite struct StateDirectoryTests {
    @Test func itsFoldersHaveTheirModesWhateverTheyWere() throws {
        try withFolder { folder in
            // As a strict umask, or somebody's hand, leaves them.
            for (name, mode) in [("", 0o700), ("blobs", 0o777), ("trees", 0o700), ("tools", 0o700)] {
                try FileManager.default.createDirectory(
                    atPath: "\(folder)/state/\(name)", withIntermediateDirectories: true, attributes: [.posixPermissions: mode])
            }
            let directory = try StateDirectory(path: folder + "/state")
            for (name, expected) in [("blobs", 0o700), ("keys", 0o700), ("trees", 0o711), ("tools", 0o711), ("lock", 0o600)] {
                #expect(try mode(of: "\(directory.path)/\(name)") == expected, "\(name)")
            }
            if geteuid() == 0 { #expect(try mode(of: directory.path) & 0o033 == 0o011, "rooms pass through, nobody writes") }
        }
    }

    @Test func aSecondDaemonIsRefused() throws {
        try withFolder { folder in
            let first = try StateDirectory(path: folder + "/state")
            let error = #expect(throws: ProvostError.self) { try StateDirectory(path: folder + "/state/") }
            #expect(error?.code == .conflict)
            withExtendedLifetime(first) {}
        }
    }

    @Test func theLockEndsWithItsHolder() throws {
        try withFolder { folder in
            for _ in 0..<2 { _ = try StateDirectory(path: folder + "/state") }
        }
    }

    @Test(arguments: [0o770, 0o707, 0o777, 0o730]) func aDirectoryThatOthersCanWriteToIsRefused(mode: Int) throws {
        try withFolder { folder in
            let path = folder + "/state"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
            let error = #expect(throws: ProvostError.self) { try StateDirectory(path: path) }
            #expect(error?.code == .denied)
            #expect(error?.message.contains("chmod go-w") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).isEmpty, "nothing was made in it")
        }
    }

    @Test func aLinkAndAFileAreNoDirectories() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/real", withIntermediateDirectories: false)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/real")
            try Data().write(to: URL(fileURLWithPath: folder + "/file"))
            for name in ["link", "link/", "file"] {
                let error = #expect(throws: ProvostError.self) { try StateDirectory(path: "\(folder)/\(name)") }
                #expect(error?.code == .invalid, "\(name)")
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/real").isEmpty)
        }
    }

    @Test(.enabled(if: geteuid() == 0, "needs root")) func aFolderThatRoomsCannotPassIsRefused() throws {
        try withFolder { folder in
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder)
            let error = #expect(throws: ProvostError.self) { try StateDirectory(path: folder + "/state") }
            #expect(error?.message.contains("chmod o+x \(folder)") == true)
        }
    }
}

@Suite struct TreeFilesTests {
    @Test func plainFilesAreRead() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/a/b", withIntermediateDirectories: true)
            try Data("hello".utf8).write(to: URL(fileURLWithPath: folder + "/a/b/c"))
            #expect(try TreeFiles.read("a/b/c", beneath: folder, limit: 5) == Array("hello".utf8))
            #expect(try TreeFiles.read("a/b/d", beneath: folder, limit: 5) == nil)
            #expect(try TreeFiles.read("x/b/d", beneath: folder, limit: 5) == nil)
            #expect(throws: ProvostError.self) { try TreeFiles.read("a/b/c", beneath: folder, limit: 4) }
        }
    }

    // A link at the end, a link on the way, a pipe (which would wait for a writer), a folder, out of the tree by name.
    @Test(arguments: [
        "link", "folder/secret", "pipe", "plain", "../secret", "plain/../../secret", "plain/./x", "dangling", "socket-like/x",
    ])
    func everythingElseIsRefusedAtOnce(name: String) throws {
        try withFolder { outside in
            let tree = outside + "/tree"
            try FileManager.default.createDirectory(atPath: tree + "/plain", withIntermediateDirectories: true)
            try Data("secret".utf8).write(to: URL(fileURLWithPath: outside + "/secret"))
            try Data().write(to: URL(fileURLWithPath: tree + "/socket-like"))
            try FileManager.default.createSymbolicLink(atPath: tree + "/link", withDestinationPath: outside + "/secret")
            try FileManager.default.createSymbolicLink(atPath: tree + "/folder", withDestinationPath: outside)
            try FileManager.default.createSymbolicLink(atPath: tree + "/dangling", withDestinationPath: "/no/such/file")
            #expect(unsafe mkfifo(tree + "/pipe", 0o600) == 0)
            let error = #expect(throws: ProvostError.self) { try TreeFiles.read(name, beneath: tree, limit: 100) }
            #expect(error?.code == .invalid)
        }
    }

    @Test func removingDoesNotFollowLinks() throws {
        try withFolder { outside in
            let tree = outside + "/tree"
            try FileManager.default.createDirectory(atPath: tree + "/deep/er", withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: outside + "/kept", withIntermediateDirectories: true)
            try Data("kept".utf8).write(to: URL(fileURLWithPath: outside + "/kept/file"))
            try FileManager.default.createSymbolicLink(atPath: tree + "/deep/link", withDestinationPath: outside + "/kept")
            try FileManager.default.createSymbolicLink(atPath: tree + "/file", withDestinationPath: outside + "/kept/file")
            #expect(unsafe mkfifo(tree + "/deep/er/pipe", 0o000) == 0)
            #expect(unsafe chmod(tree + "/deep/er", 0o000) == 0)
            TreeFiles.remove(tree)
            #expect(!FileManager.default.fileExists(atPath: tree))
            #expect(try Data(contentsOf: URL(fileURLWithPath: outside + "/kept/file")) == Data("kept".utf8))
        }
    }

    @Test func removingALinkLeavesWhatItNames() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/kept/inner", withIntermediateDirectories: true)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/kept")
            TreeFiles.remove(folder + "/link")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["kept"])
            TreeFiles.remove(folder + "/nothing")
        }
    }

    @Test func aFolderIsWrittenToTheDisk() throws {
        try withFolder { folder in
            try TreeFiles.flush(folder)
            #expect(throws: ProvostError.self) { try TreeFiles.flush(folder + "/nothing") }
        }
    }
}

@Suite struct ZoneDatabaseTests {
    @Test(arguments: ["UTC", "Asia/Seoul", "America/Argentina/Buenos_Aires"]) func namesThatMeanOneThing(name: String) throws {
        #expect(try ZoneDatabase().zone(name).name == name)
    }

    @Test(arguments: ["", "KST", "GMT+9", "+09:00", "Asia/Soul", "Seoul", "../etc/passwd", "/etc/passwd", "Asia/Seoul\0"])
    func otherNamesAreRefused(name: String) { #expect(throws: ProvostError.self) { try ZoneDatabase().zone(name) } }

    @Test func summerTimeIsKnown() throws {
        let zone = try ZoneDatabase().zone("Europe/Berlin")
        #expect(zone.offset(1_783_000_000) == 7200)
        #expect(zone.offset(1_768_000_000) == 3600)
    }
}

/// A folder for one test, removed afterwards.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = "/tmp/provost-service-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    defer { TreeFiles.remove(folder) }
    return try body(folder)
}

func mode(of path: String) throws -> Int {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? -1
}
