import ProvostAPI
import ProvostArchive
import ProvostCore

/// Packs a folder with everything in it and publishes it; shared by labs and graders.
enum Publishing {
    static func publish<Version: Codable & Sendable>(
        _ folder: String, to path: String, as type: Version.Type, _ session: Session
    ) async throws -> Published<Version> {
        let parcel = try Parcel(path: folder, ignoring: .everything, surroundings: session.surroundings)
        guard parcel.packed != nil else {
            throw ProvostError(.invalid, "“\(folder)” is no folder; name the one that holds the manifest.")
        }
        parcel.tell(session)
        return try await parcel.send(to: path, session: session)
    }

    static func tell(_ noun: String, _ name: Slug, _ number: Int, new: Bool) {
        Console.say(
            new
                ? "Published \(noun) \(name), version \(number)."
                : "Exactly this was published before: \(noun) \(name), version \(number).")
    }
}
