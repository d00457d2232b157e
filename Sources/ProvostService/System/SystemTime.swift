import Foundation
package import ProvostCore

/// The machine's clock, in UTC.
package let systemNow: @Sendable () -> Timestamp = { Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down))) }

/// The system's timezone database.
package struct ZoneDatabase: Sendable {
    package init() {}

    /// Throws `invalid` for a name that the database does not know.
    package func zone(_ name: String) throws(ProvostError) -> Zone {
        // Foundation also takes “GMT+3” and three-letter names, whose meaning depends on the reader.
        guard name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else {
            throw ProvostError(.invalid, "“\(name.prefix(60))” is not a timezone; use an IANA name like Asia/Seoul or Africa/Nairobi.")
        }
        return Zone(name: name) { zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval($0))) }
    }
}
