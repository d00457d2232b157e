import Crypto
import Foundation
import ProvostCore
import ProvostSandbox

/// An OCI image layout (OCI image specification 1.1, `image-layout.md`) in a folder of a published lab or grader, as far as an image is made of it.
///
/// Only JSON is read here; layers are opened for a room to unpack. Every blob that is used must be what its digest says.
struct OCILayout {
    struct Layer {
        let digest: ContentDigest
        let size: Int64
    }

    /// The chosen image's manifest: names everything in it.
    let manifest: ContentDigest
    /// Bottom first.
    let layers: [Layer]
    /// `Env` of the image's configuration.
    let environment: [String: String]
    private let folder: String

    /// The largest index, manifest or configuration.
    private static let jsonLimit = 4 << 20

    /// - Parameter folder: holds `oci-layout`, `index.json` and `blobs/sha256/`.
    ///
    /// Throws `invalid` with what is missing or does not fit.
    init(folder: String) throws(ProvostError) {
        self.folder = folder
        guard Self.exists(folder) else {
            throw ProvostError(
                .invalid,
                "image: base oci needs the folder “oci”, an OCI image layout (skopeo copy docker://… oci:oci makes one).")
        }
        struct Version: Decodable { let imageLayoutVersion: String }
        let version: Version = try Self.json(try Self.file("oci-layout", in: folder), "oci-layout")
        guard version.imageLayoutVersion.hasPrefix("1.") else {
            throw ProvostError(.invalid, "oci/oci-layout has the version \(version.imageLayoutVersion); 1.0.0 is known.")
        }
        var index: Index = try Self.json(try Self.file("index.json", in: folder), "index.json")
        var chosen: Index.Entry?
        // An index may hold an index for each platform.
        for _ in 0..<3 {
            let entry = try Self.choose(index)
            guard entry.isIndex else {
                chosen = entry
                break
            }
            index = try Self.json(try Self.blob(entry.digest, in: folder), entry.digest)
        }
        guard let chosen else { throw ProvostError(.invalid, "oci/index.json: indexes are nested too deeply.") }
        manifest = try Self.digest(chosen.digest)
        let content: Manifest = try Self.json(try Self.blob(chosen.digest, in: folder), chosen.digest)
        guard content.layers.count <= 200 else { throw ProvostError(.invalid, "The OCI image has more than 200 layers.") }
        layers = try content.layers.map { layer throws(ProvostError) in
            Layer(digest: try Self.digest(layer.digest), size: layer.size)
        }
        let configuration: Configuration = try Self.json(try Self.blob(content.config.digest, in: folder), content.config.digest)
        var environment: [String: String] = [:]
        for variable in configuration.config?.variables ?? [] {
            guard let equals = variable.firstIndex(of: "="), equals != variable.startIndex, !variable.utf8.contains(0) else {
                continue
            }
            environment[String(variable[..<equals])] = String(variable[variable.index(after: equals)...])
        }
        self.environment = environment
    }

    /// Opens a layer whose bytes have been compared with its digest; the caller closes it.
    func open(_ layer: Layer) throws(ProvostError) -> Int32 {
        let name = "blobs/sha256/\(layer.digest.hex)"
        guard let (descriptor, size) = try TreeFiles.open(name, beneath: folder) else { throw Self.missing(layer.digest.hex) }
        guard size == layer.size, try Self.hash(descriptor) == layer.digest else {
            close(descriptor)
            throw Self.different(layer.digest.hex)
        }
        return descriptor
    }

    // MARK: Reading

    private struct Index: Decodable {
        struct Platform: Decodable {
            let os: String
            let architecture: String
        }
        struct Entry: Decodable {
            let mediaType: String?
            let digest: String
            let platform: Platform?
            var isIndex: Bool {
                mediaType == "application/vnd.oci.image.index.v1+json"
                    || mediaType == "application/vnd.docker.distribution.manifest.list.v2+json"
            }
        }
        let manifests: [Entry]
    }
    private struct Manifest: Decodable {
        struct Blob: Decodable {
            let digest: String
            let size: Int64
        }
        let config: Blob
        let layers: [Blob]
    }
    private struct Configuration: Decodable {
        struct Content: Decodable {
            let variables: [String]?
            private enum CodingKeys: String, CodingKey { case variables = "Env" }
        }
        let config: Content?
    }

    /// The one for this machine; one without a platform is for any.
    private static func choose(_ index: Index) throws(ProvostError) -> Index.Entry {
        let here = architecture
        let fitting = index.manifests.filter { $0.platform.map { $0.os == "linux" && $0.architecture == here } ?? true }
        if fitting.count == 1, let only = fitting.first { return only }
        let platforms = index.manifests.map { $0.platform.map { "\($0.os)/\($0.architecture)" } ?? "any" }.joined(separator: ", ")
        throw ProvostError(
            .invalid, "oci/index.json must name one image for linux/\(here); it names \(platforms.isEmpty ? "none" : platforms).")
    }

    /// This machine's architecture in OCI's words.
    static var architecture: String {
        #if arch(x86_64)
            "amd64"
        #elseif arch(arm64)
            "arm64"
        #else
            "unknown"
        #endif
    }

    private static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    private static func file(_ name: String, in folder: String) throws(ProvostError) -> [UInt8] {
        guard let bytes = try TreeFiles.read(name, beneath: folder, limit: jsonLimit) else {
            throw ProvostError(.invalid, "There is no oci/\(name); the folder “oci” must be an OCI image layout.")
        }
        return bytes
    }

    private static func digest(_ text: String) throws(ProvostError) -> ContentDigest {
        guard text.hasPrefix("sha256:") else {
            throw ProvostError(.invalid, "The OCI image uses the digest “\(text.prefix(80))”; only sha256 is known.")
        }
        return try ContentDigest(parsing: String(text.dropFirst(7)))
    }

    private static func blob(_ name: String, in folder: String) throws(ProvostError) -> [UInt8] {
        let digest = try digest(name)
        guard let bytes = try TreeFiles.read("blobs/sha256/\(digest.hex)", beneath: folder, limit: jsonLimit) else {
            throw missing(digest.hex)
        }
        guard ContentDigest(bytes: SHA256.hash(data: bytes)) == digest else { throw different(digest.hex) }
        return bytes
    }

    private static func json<Value: Decodable>(_ bytes: [UInt8], _ name: String) throws(ProvostError) -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(bytes)) } catch {
            throw ProvostError(.invalid, "\(name) of the OCI image is not what the specification says.", cause: error)
        }
    }

    private static func hash(_ descriptor: Int32) throws(ProvostError) -> ContentDigest {
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: off_t = 0
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, offset) }
            guard count >= 0 else { throw ProvostError(.unavailable, "A layer of the OCI image cannot be read.") }
            if count == 0 { return ContentDigest(bytes: hash.finalize()) }
            hash.update(data: buffer[..<count])
            offset += off_t(count)
        }
    }

    private static func missing(_ hex: String) -> ProvostError {
        ProvostError(.invalid, "The OCI image lacks its blob sha256:\(hex); copy it again.")
    }
    private static func different(_ hex: String) -> ProvostError {
        ProvostError(.invalid, "The OCI image's blob sha256:\(hex) has other bytes than its name says; copy it again.")
    }
}
