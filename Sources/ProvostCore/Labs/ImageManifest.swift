/// What `image` in `grader.yaml` or `lab.yaml` says: the system that rooms see in place of the host's. Reference: `docs/grader.md`.
package struct ImageManifest: Hashable, Sendable, Codable {
    /// What it is built on.
    package enum Base: Hashable, Sendable, Codable, CustomStringConvertible {
        /// Debian of the host's release, with the packages that labs can count on everywhere (`hostPackages`).
        case host
        /// A bare Debian of this release's number; nil: the host's.
        case debian(release: String?)
        /// The OCI image layout in the folder `oci/`.
        case oci

        /// Throws `invalid` for anything but `host`, `debian`, `debian-12` and later, and `oci`.
        package init(parsing text: String) throws(ProvostError) {
            switch text {
            case "host": self = .host
            case "debian": self = .debian(release: nil)
            case "oci": self = .oci
            default:
                let release = text.hasPrefix("debian-") ? String(text.dropFirst(7)) : ""
                guard ImageManifest.releases[release] != nil else {
                    let known = ImageManifest.releases.keys.sorted().map { "debian-\($0)" }.joined(separator: ", ")
                    throw ProvostError(.invalid, "“\(text)” is not one of host, debian, \(known), oci")
                }
                self = .debian(release: release)
            }
        }

        package var description: String {
            switch self {
            case .host: "host"
            case .debian(let release): release.map { "debian-\($0)" } ?? "debian"
            case .oci: "oci"
            }
        }

        package init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            do { try self.init(parsing: container.decode(String.self)) } catch let error as ProvostError {
                throw DecodingError.dataCorruptedError(in: container, debugDescription: error.message)
            }
        }
        package func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(description)
        }
    }

    package var base: Base
    /// Debian packages, `name` or `name=version`, as they stand there.
    package var packages: [String]
    /// A script, relative to the folder of the manifest, that is run once as root of the image.
    package var setup: String?

    package init(base: Base = .host, packages: [String] = [], setup: String? = nil) {
        self.base = base
        self.packages = packages
        self.setup = setup
    }

    /// Nothing is asked for besides the host: rooms see the host's own system and nothing is built.
    package var isHost: Bool { base == .host && packages.isEmpty && setup == nil }

    /// Debian's releases that can be built, by number.
    package static let releases = ["11": "bullseye", "12": "bookworm", "13": "trixie"]

    /// What a lab or a grader may expect of a host, as packages: `deploy/install-deps` installs the same for rooms.
    package static let hostPackages = ["gcc", "libc6-dev", "make", "python3"]

    /// Throws `invalid` unless the text is a Debian package's name, with `=` and a version if wanted. Stricter than Debian at the end of a
    /// name, where apt would read `-` as “remove it”.
    package static func package(parsing text: String) throws(ProvostError) -> String {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts[0].utf8
        let isLetterOrDigit = { (byte: UInt8) in (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        let plain =
            name.count >= 2 && name.first.map(isLetterOrDigit) == true && name.last != UInt8(ascii: "-")
            && name.allSatisfy { isLetterOrDigit($0) || [0x2B, 0x2D, 0x2E].contains($0) }
        let version = parts.count > 1 ? parts[1] : "1"
        let isVersion =
            version.utf8.first.map { (0x30...0x39).contains($0) } == true
            && version.utf8.allSatisfy { byte in
                isLetterOrDigit(byte | 0x20) || [0x2B, 0x2D, 0x2E, 0x3A, 0x7E].contains(byte)
            }
        guard plain, isVersion else {
            throw ProvostError(.invalid, "“\(text)” is not a Debian package, like openjdk-17-jdk-headless or jq=1.6-2.1")
        }
        return text
    }
}

/// A built image, as administrators see it.
package struct ImageInfo: Hashable, Sendable, Codable {
    package var digest: ContentDigest
    package var manifest: ImageManifest
    /// `debian-12`, `oci`.
    package var base: String
    package var size: ByteCount
    package var files: Int
    package var builtAt: Timestamp
    package var buildTime: TimeSpan
    /// What an OCI image's configuration sets.
    package var environment: [String: String]
    /// The names of published labs and graders whose newest version uses it, like `grader java`.
    package var usedBy: [String]

    package init(
        digest: ContentDigest, manifest: ImageManifest, base: String, size: ByteCount, files: Int, builtAt: Timestamp,
        buildTime: TimeSpan, environment: [String: String] = [:], usedBy: [String] = []
    ) {
        self.digest = digest
        self.manifest = manifest
        self.base = base
        self.size = size
        self.files = files
        self.builtAt = builtAt
        self.buildTime = buildTime
        self.environment = environment
        self.usedBy = usedBy
    }
}
