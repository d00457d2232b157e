package import ProvostAPI
package import ProvostCore

/// Instants as people read them: in the cohort's zone, with the offset, so that nobody has to guess.
package struct Times: Sendable {
    private let zones: [Slug: Zone]

    /// Knows the zone of every cohort that the assignments name.
    package init(_ assignments: [AssignmentInfo] = []) {
        var zones: [Slug: Zone] = [:]
        for info in assignments where zones[info.assignment.cohort] == nil {
            zones[info.assignment.cohort] = ZoneFile.zone(named: info.timezone)
        }
        self.zones = zones
    }

    /// Knows the zone of each of these cohorts.
    package init(cohorts: [Cohort]) {
        zones = Dictionary(
            cohorts.compactMap { cohort in ZoneFile.zone(named: cohort.timezone).map { (cohort.slug, $0) } },
            uniquingKeysWith: { first, _ in first })
    }

    /// `2026-11-21 18:00 +09:00`; UTC (with `Z`) for a cohort or zone that is not known.
    package func short(_ instant: Timestamp?, cohort: Slug) -> String {
        guard let instant else { return "" }
        return Self.local(instant, in: zones[cohort] ?? .utc, withSeconds: false)
    }

    /// As `short`, and beside it what the clock of this machine will show, where that is something else.
    func both(_ instant: Timestamp?, cohort: Slug, session: Session) -> String {
        guard let instant else { return "" }
        let text = short(instant, cohort: cohort)
        guard let zone = ZoneFile.machine(session.surroundings.environment) else { return text }
        let here = Self.local(instant, in: zone, withSeconds: false)
        let offset = (zones[cohort] ?? .utc).offset(instant.milliseconds / 1000)
        if zone.offset(instant.milliseconds / 1000) == offset { return text }
        return "\(text) (\(session.text(.result(.here(here)))))"
    }

    /// `2026-11-21T09:00:00.000Z (2026-11-21 18:00:00 +09:00 Asia/Seoul)`.
    package func full(_ instant: Timestamp?, cohort: Slug) -> String {
        guard let instant else { return "" }
        guard let zone = zones[cohort], zone.name != "UTC" else { return instant.description }
        return "\(instant) (\(Self.local(instant, in: zone, withSeconds: true)) \(zone.name))"
    }

    /// The civil time and the offset.
    package static func local(_ instant: Timestamp, in zone: Zone, withSeconds: Bool) -> String {
        let text = zone.civil(at: instant).text(withSeconds: withSeconds).replacing("T", with: " ")
        if zone.name == "UTC" { return text + "Z" }
        let offset = zone.offset(instant.milliseconds / 1000)
        let minutes = abs(offset) / 60
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(text) \(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}

extension SubmissionInfo {
    /// The cohort in `cohort/assignment`.
    var cohort: Slug { Slug(trusted: String(assignmentName.prefix { $0 != "/" })) }
    /// The assignment in `cohort/assignment`.
    var assignment: String { String(assignmentName.drop { $0 != "/" }.dropFirst()) }
}
