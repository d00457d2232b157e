import FoundationEssentials
import ProvostAPI
package import ProvostCore

/// What `provost login` keeps: one login, in `login.json` of the configuration folder, mode 0600.
package struct StoredLogin: Codable, Sendable, Equatable {
    package var server: String
    package var token: String
    /// As `provost token list` names it; nil when it could not be found out.
    package var tokenId: String?
    package var name: String
    package var expiresAt: Timestamp

    package init(server: String, token: String, tokenId: String?, name: String, expiresAt: Timestamp) {
        self.server = server
        self.token = token
        self.tokenId = tokenId
        self.name = name
        self.expiresAt = expiresAt
    }

    /// Where it is kept.
    package static func path(in surroundings: Surroundings) -> String { surroundings.configurationFolder + "/login.json" }

    /// nil when nobody is logged in. Throws `invalid` when the file is there and cannot be used.
    package static func load(from surroundings: Surroundings) throws(ProvostError) -> StoredLogin? {
        let path = path(in: surroundings)
        let bytes: [UInt8]
        do { bytes = try PrivateFile.read(path) } catch {
            if error.isMissing { return nil }
            throw surroundings.error(.invalid, .fileNotRead(path: path, reason: error.description), cause: error)
        }
        do { return try WireCoding.decoder().decode(StoredLogin.self, from: Data(bytes)) } catch {
            throw surroundings.error(.invalid, .fileNotRead(path: path, reason: "JSON"), cause: error)
        }
    }

    /// Replaces the login kept before. Throws `invalid` with the reason when it cannot be written.
    package func save(in surroundings: Surroundings) throws(ProvostError) {
        let path = Self.path(in: surroundings)
        do { try PrivateFile.write([UInt8](WireCoding.encoder(pretty: true).encode(self)), to: path) } catch {
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: "\(error)"), cause: error)
        }
    }

    /// Forgets the login kept before; nothing happens when there is none.
    package static func forget(in surroundings: Surroundings) throws(ProvostError) {
        let path = path(in: surroundings)
        do { try FileManager.default.removeItem(atPath: path) } catch {
            if !FileManager.default.fileExists(atPath: path) { return }
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: "\(error)"), cause: error)
        }
    }
}
