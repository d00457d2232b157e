import Crypto
import Foundation
import Glibc
import ProvostCore
import ProvostStore
import Testing

struct BlobStoreTests {
    @Test func contentIsNamedByItsHashAndReadBack() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: "\(folder.path)/blobs")
        let digest = try blobs.put(Array("hello".utf8))
        #expect(digest.hex == "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
        #expect(folder.files() == ["blobs/2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"])
        #expect(try blobs.read(digest, limit: 5) == Array("hello".utf8))
        #expect(try blobs.size(digest) == ByteCount(5))
        #expect(blobs.contains(digest))
        #expect(try mode(of: "\(folder.path)/blobs") == 0o700)
        #expect(try mode(of: "\(folder.path)/\(folder.files()[0])") == 0o400)
    }

    @Test func chunksAreOneContent() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        let content = (0..<9_000_001).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let writer = try blobs.writer()
        for start in stride(from: 0, to: content.count, by: 65_536) {
            try writer.append(Array(content[start..<min(start + 65_536, content.count)]))
        }
        #expect(writer.bytes == Int64(content.count))
        let digest = try writer.finish()
        #expect(digest == ContentDigest(bytes: SHA256.hash(data: content)))
        #expect(try blobs.read(digest, limit: content.count) == content)
    }

    @Test func emptyContentIsAContent() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        let digest = try blobs.put([])
        #expect(try blobs.read(digest, limit: 0).isEmpty)
    }

    @Test func sameContentIsKeptOnce() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        #expect(try blobs.put([1, 2, 3]) == blobs.put([1, 2, 3]))
        #expect(folder.files().count == 1)
    }

    @Test func openedContentIsReadOnlyAndNotInherited() throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        let descriptor = try blobs.open(blobs.put([1, 2, 3]))
        defer { close(descriptor) }
        #expect(fcntl(descriptor, F_GETFD) & FD_CLOEXEC != 0)
        #expect(fcntl(descriptor, F_GETFL) & O_ACCMODE == O_RDONLY)
    }

    @Test func missingAndOverlongContentsAreErrors() async throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        await expectFailure(.notFound) { _ = try blobs.open(World.digest(1)) }
        await expectFailure(.notFound) { _ = try blobs.size(World.digest(1)) }
        #expect(!blobs.contains(World.digest(1)))
        let digest = try blobs.put([1, 2, 3])
        await expectFailure(.limitReached) { _ = try blobs.read(digest, limit: 2) }
    }

    @Test func abandonedAndForgottenWritersLeaveNothing() async throws {
        let folder = try TemporaryFolder()
        let blobs = try BlobStore(directory: folder.path)
        let writer = try blobs.writer()
        try writer.append([1])
        #expect(folder.files().count == 1)
        writer.abandon()
        #expect(folder.files().isEmpty)
        await expectFailure(.internalError) { try writer.append([2]) }
        await expectFailure(.internalError) { _ = try writer.finish() }
        do { try blobs.writer().append([1]) }
        #expect(folder.files().isEmpty)
    }

    @Test func leftoversOfACrashAreSweptAndBlobsStay() throws {
        let folder = try TemporaryFolder()
        let digest = try BlobStore(directory: folder.path).put([1, 2, 3])
        try Data([9, 9]).write(to: URL(fileURLWithPath: "\(folder.path)/incoming/half"))
        let reopened = try BlobStore(directory: folder.path)
        #expect(folder.files().count == 1)
        #expect(try reopened.read(digest, limit: 3) == [1, 2, 3])
    }
}

@Suite(.enabled(if: SmallDisk.isPossible, "mounting a small disk needs root"))
struct FullDiskTests {
    @Test func fullDiskFailsABlobAndLeavesNothingThenWorksAgain() async throws {
        let disk = try SmallDisk(mebibytes: 4)
        let blobs = try BlobStore(directory: "\(disk.path)/blobs")
        let kept = try blobs.put([1, 2, 3])
        try disk.fill()
        let before = disk.folder.files()
        let megabyte = [UInt8](repeating: 7, count: 1 << 20)
        await expectFailure(.unavailable, "the server's disk is full; nothing was recorded, try again later") {
            _ = try blobs.put(megabyte)
        }
        #expect(disk.folder.files() == before)
        #expect(try blobs.read(kept, limit: 3) == [1, 2, 3])
        try disk.empty()
        #expect(try blobs.read(blobs.put(megabyte), limit: 1 << 20) == megabyte)
    }

    @Test func fullDiskFailsASubmissionAndLeavesNothingThenWorksAgain() async throws {
        let disk = try SmallDisk(mebibytes: 4)
        let world = try await World.make(in: disk.folder)
        try await world.submit("a")
        try disk.fill()
        var failures = 0
        // What is left of the write-ahead log's last page may still take a commit or two.
        for index in 0..<50 where failures == 0 {
            do { try await world.submit("b\(index)") } catch let error as ProvostError {
                #expect(error.code == .unavailable, "\(error)")
                #expect(error.message == "the server's disk is full; nothing was recorded, try again later")
                failures += 1
            }
        }
        #expect(failures == 1)
        let rows = try await world.store.submissions(cohort: nil, assignment: nil, person: nil, limit: 100)
        #expect(rows.allSatisfy { $0.newest?.stage == .queued && $0.gradings == 1 })
        try disk.empty()
        #expect(try await world.submit("c").attempt == rows.count + 1)
        #expect(try await world.store.queueCounts().queued == rows.count + 1)
        #expect(try await world.store.verifyAudit().brokenAt == nil)
    }
}
