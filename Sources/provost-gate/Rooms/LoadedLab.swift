import Crypto
import Foundation
import ProvostArchive
import ProvostCore
import ProvostGrading
import ProvostManifests

/// A lab's folder with its grader's, read and packed.
struct LoadedLab: Sendable {
    /// The folder as the author named it.
    let folder: String
    let manifest: LabManifest
    let grader: GraderManifest
    let packed: PackedFolder
    let packedGrader: PackedFolder

    /// What `LabService` names a version by: the folder and its grader.
    var version: ContentDigest {
        ContentDigest(bytes: SHA256.hash(data: Array("provost lab version\n\(packed.digest)\n\(packedGrader.digest)\n".utf8)))
    }

    /// - Parameter graders: the folder that holds the graders; nil: `graders` beside the folder that holds the lab's own, or in the present one.
    ///
    /// Throws `notFound` or `invalid` with the file and what to do.
    init(folder: String, graders: String?, rooms: LocalRooms) throws(ProvostError) {
        self.folder = folder
        let text = try Self.read(folder + "/lab.yaml", what: "lab.yaml; name the lab's folder, like labs/web-service")
        let name = try ManifestReader.lab(text).grader
        let place = try Self.grader(name, lab: folder, graders: graders)
        grader = try ManifestReader.grader(try Self.read(place + "/grader.yaml", what: "grader.yaml"))
        guard grader.name == name else {
            throw ProvostError(.invalid, "\(place)/grader.yaml is named “\(grader.name)”, and lab.yaml asks for “\(name)”.")
        }
        manifest = try ManifestReader.lab(text, grader: grader)
        packed = try rooms.pack(folder, ignoring: .everything)
        packedGrader = try rooms.pack(place, ignoring: .everything)
    }

    /// The same lab and grader with another state of the lab's folder.
    func changed(folder: String, rooms: LocalRooms) throws(ProvostError) -> LoadedLab {
        LoadedLab(
            folder: folder, manifest: manifest, grader: grader, packed: try rooms.pack(folder, ignoring: .everything),
            packedGrader: packedGrader)
    }

    private init(folder: String, manifest: LabManifest, grader: GraderManifest, packed: PackedFolder, packedGrader: PackedFolder)
    {
        self.folder = folder
        self.manifest = manifest
        self.grader = grader
        self.packed = packed
        self.packedGrader = packedGrader
    }

    private static func grader(_ name: Slug, lab: String, graders: String?) throws(ProvostError) -> String {
        let absolute = URL(fileURLWithPath: lab).standardizedFileURL
        let beside = absolute.deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("graders").path
        let places = (graders.map { [$0] } ?? [beside, absolute.deletingLastPathComponent().path, "graders"]).map {
            "\($0)/\(name)"
        }
        guard let place = places.first(where: { FileManager.default.fileExists(atPath: $0 + "/grader.yaml") }) else {
            throw ProvostError(
                .notFound,
                "lab.yaml names the grader “\(name)”; looked in \(places.joined(separator: ", ")). Say where with --graders DIR.")
        }
        return place
    }

    private static func read(_ path: String, what: String) throws(ProvostError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ProvostError(.notFound, "There is no \(path): a folder with \(what) is needed.")
        }
        return Array(data)
    }
}
