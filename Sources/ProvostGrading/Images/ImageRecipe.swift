import Crypto
import Foundation
import ProvostCore
import ProvostSandbox

/// Everything that decides what an image becomes, and the digest that names it.
struct ImageRecipe {
    enum Base {
        case debian(release: String, suite: String)
        case oci(OCILayout)
    }

    let manifest: ImageManifest
    let base: Base
    /// Sorted, each once.
    let packages: [String]
    /// The manifest's folder, which the setup script sees.
    let tree: String
    let digest: ContentDigest
    /// The same without its setup script: what that script is run on.
    let withoutSetup: ContentDigest

    /// Raise it when the same recipe would become another image.
    private static let format = 1

    /// - Parameters:
    ///   - tree: the unpacked folder of the manifest.
    ///   - content: its digest. A setup script may read any file of it, so it decides about an image that has one.
    ///
    /// Throws `invalid` when a file is missing or the OCI layout is none, `unavailable` when the host is no Debian that can be built.
    init(_ manifest: ImageManifest, tree: String, content: ContentDigest) throws(ProvostError) {
        self.manifest = manifest
        self.tree = tree
        var packages = Set(manifest.packages)
        var text = "provost image \(Self.format) \(OCILayout.architecture)\n"
        switch manifest.base {
        case .host:
            packages.formUnion(ImageManifest.hostPackages)
            base = try Self.debian(nil)
        case .debian(let release): base = try Self.debian(release)
        case .oci: base = .oci(try OCILayout(folder: tree + "/oci"))
        }
        self.packages = packages.sorted()
        text += "base \(Self.text(base))\n" + self.packages.map { "package \($0)\n" }.joined()
        withoutSetup = ContentDigest(bytes: SHA256.hash(data: Array(text.utf8)))
        if let setup = manifest.setup {
            guard let bytes = try TreeFiles.read(setup, beneath: tree, limit: 1 << 20) else {
                throw ProvostError(.invalid, "image: setup names \(setup), but the folder has no such file.")
            }
            text += "setup \(ContentDigest(bytes: SHA256.hash(data: bytes))) in \(content)\n"
        }
        digest = ContentDigest(bytes: SHA256.hash(data: Array(text.utf8)))
    }

    /// `debian-12`, `oci`.
    var baseName: String { if case .debian(let release, _) = base { "debian-\(release)" } else { "oci" } }

    private static func text(_ base: Base) -> String {
        switch base {
        case .debian(let release, _): "debian-\(release)"
        case .oci(let layout): "oci sha256:\(layout.manifest)"
        }
    }

    private static func debian(_ release: String?) throws(ProvostError) -> Base {
        let release = release ?? (HostSystem.id == "debian" ? HostSystem.release : "")
        guard let suite = ImageManifest.releases[release] else {
            throw ProvostError(
                .unavailable,
                "This server runs \(HostSystem.name), which images cannot be built on by name; write base: debian-12 instead.")
        }
        return .debian(release: release, suite: suite)
    }
}

/// The system that rooms without an image see.
package enum HostSystem {
    /// From os-release(5): `ID`, `VERSION_ID`, `PRETTY_NAME`.
    private static let fields: [String: String] = {
        let text = (try? String(contentsOfFile: "/etc/os-release", encoding: .utf8)) ?? ""
        var fields: [String: String] = [:]
        for line in text.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            fields[String(line[..<equals])] = line[line.index(after: equals)...].trimmingCharacters(in: ["\"", "'"])
        }
        return fields
    }()
    static var id: String { fields["ID"] ?? "" }
    static var release: String { fields["VERSION_ID"] ?? "" }
    /// As people say it.
    package static var name: String { fields["PRETTY_NAME"] ?? "an unnamed Linux" }
    /// What the evidence of a score says about rooms without an image.
    package static var evidence: String { "host \(name), \(OCILayout.architecture)" }
}
