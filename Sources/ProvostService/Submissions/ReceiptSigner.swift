import Crypto
import Foundation
package import ProvostCore

/// Signs receipts with the installation's Ed25519 key (RFC 8032), made at the first start and kept as `keys/receipt.ed25519`, mode 0600.
package struct ReceiptSigner: Sendable {
    /// The first sixteen hexadecimal characters of the public key's SHA-256.
    package let keyId: String
    /// 32 bytes.
    package let publicKey: [UInt8]
    private let key: Curve25519.Signing.PrivateKey

    /// Reads the key, or makes it. Throws `unavailable` when the file cannot be read, written or is damaged: a new key would make old receipts
    /// unverifiable, so one is made only when there is no file.
    package init(folder: String) throws(ProvostError) {
        let path = folder + "/receipt.ed25519"
        do {
            if let stored = FileManager.default.contents(atPath: path) {
                key = try Curve25519.Signing.PrivateKey(rawRepresentation: stored)
            } else {
                key = Curve25519.Signing.PrivateKey()
                try KeyFile.write(Array(key.rawRepresentation), to: path)
            }
        } catch {
            throw ProvostError(.unavailable, "The receipt key \(path) cannot be used; restore it from a backup.", cause: error)
        }
        publicKey = Array(key.publicKey.rawRepresentation)
        keyId = String(ContentDigest(bytes: SHA256.hash(data: publicKey)).hex.prefix(16))
    }

    /// Base64.
    package var publicKeyText: String { Data(publicKey).base64EncodedString() }

    package func receipt(for submission: Submission, assignmentName: String) throws -> Receipt {
        let unsigned = Receipt(submission: submission, assignmentName: assignmentName, key: keyId, signature: "")
        let signature = try key.signature(for: Data(unsigned.signedText.utf8))
        return Receipt(
            submission: submission, assignmentName: assignmentName, key: keyId, signature: signature.base64EncodedString())
    }
}

/// Files of secret keys.
enum KeyFile {
    /// Under another name first: a loss of power leaves a whole key or none, never a damaged one that no start gets past.
    static func write(_ bytes: [UInt8], to path: String) throws {
        // A name of its own: of two that write at the same instant, neither links what the other one has only begun.
        let temporary = "\(path).\(UInt64.random(in: 0 ... .max)).new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        let written = unsafe bytes.withUnsafeBytes { unsafe Foundation.write(descriptor, $0.baseAddress, $0.count) }
        let durable = written == bytes.count && fsync(descriptor) == 0
        close(descriptor)
        // `link` never replaces: a key that is there already stays.
        guard durable, unsafe link(temporary, path) == 0 else {
            unsafe unlink(temporary)
            throw POSIXError(.EIO)
        }
        unsafe unlink(temporary)
        let folder = unsafe open((path as NSString).deletingLastPathComponent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folder >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw POSIXError(.EIO) }
    }
}
