import Foundation
package import ProvostCore

/// The machine's clock, in UTC.
package let systemNow: @Sendable () -> Timestamp = {
    Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded(.down)))
}

/// The system's timezone database.
package struct ZoneDatabase: Sendable {
    package init() {}

    /// Throws `invalid` for a name that the database does not know.
    package func zone(_ name: String) throws(ProvostError) -> Zone {
        // Foundation also takes “GMT+3” and three-letter names, whose meaning depends on the reader.
        // and stops reading a name at a NUL.
        let plain = name.utf8.allSatisfy {
            ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || [UInt8]("/_+-".utf8).contains($0)
        }
        guard plain, name == "UTC" || name.contains("/"), let zone = TimeZone(identifier: name) else {
            throw ProvostError(
                .invalid, "“\(name.prefix(60))” is not a timezone; use an IANA name like Asia/Seoul or Africa/Nairobi.")
        }
        return Zone(name: name) { zone.secondsFromGMT(for: Date(timeIntervalSince1970: TimeInterval($0))) }
    }
}
