package import ProvostCore

/// Reads a program's file, `deploy/programs/NAME.yaml`. Its reference is `docs/program.md`.
package enum ProgramReader {
    /// What the file speaks of and only the caller knows. The default knows everything.
    package struct Surroundings {
        /// Whether an IANA name is a timezone.
        package var hasTimezone: (String) -> Bool = { _ in true }
        /// Whether there is a lab of that name.
        package var hasLab: (Slug) -> Bool = { _ in true }
        package init() {}
    }

    /// Throws `invalid` with a line `FILE:LINE:COLUMN: sentence` for each mistake: the first one of the file's form, or all that its
    /// contents have.
    package static func read(
        file name: String, text bytes: [UInt8], surroundings: Surroundings = Surroundings()
    ) throws(ProvostError) -> ProgramDescription {
        let file = try YAMLMapping(file: name, text: bytes, brackets: 900, reference: "docs/program.md")
        try file.allow([
            "name", "title", "summary", "organization", "partners", "timezone", "languages", "capacity", "campuses", "workdays",
            "holidays", "mentors", "phases", "rubrics", "assignments", "drop", "slip-days", "limits", "budget", "certificate",
            "sources",
        ])
        let phases = try phases(file)
        let assignments = try (required("assignments", file)).map { mapping throws(ProvostError) in
            (try PlannedAssignmentReader.assignment(mapping), mapping)
        }
        var program = ProgramDescription(
            name: try file.required("name", slug), title: try text("title", file),
            organization: try file.required("organization", slug),
            timezone: try file.required("timezone", timezone(surroundings)), phases: phases.map(\.0),
            assignments: assignments.map(\.0))
        program.summary = try optionalText("summary", file)
        program.partners = try partners(file)
        program.languages = try file.values("languages", language) ?? program.languages
        program.capacity = try file.whole("capacity", in: 1...10_000_000)
        program.campuses = try file.values("campuses", slug) ?? []
        program.workdays = Set(try file.values("workdays", weekday) ?? Array(program.workdays))
        program.holidays = Set(try file.values("holidays", CivilDate.init(parsing:)) ?? [])
        program.learnersPerMentor = try file.whole("mentors", in: 1...10_000)
        let rubrics = try RubricReader.rubrics(file)
        program.rubrics = rubrics.map(\.0)
        program.dropped = try dropped(file)
        program.slipDays = try file.whole("slip-days", in: 0...365) ?? 0
        program.limits = try limits(file)
        program.budget = try budget(file)
        program.sources = try file.texts("sources") ?? []
        let certificate = try file.mapping("certificate")
        program.certificate = try certificate.map { mapping throws(ProvostError) in try self.certificate(mapping) }

        var check = ProgramCheck(workdays: program.workdays)
        check.program(program, file)
        check.phases(phases)
        check.assignments(assignments, of: program, hasLab: surroundings.hasLab)
        check.rubrics(rubrics, of: program)
        if let certificate { check.certificate(of: program, certificate) }
        try check.finish()
        return program
    }

    // MARK: Parts

    private static func phases(_ file: YAMLMapping) throws(ProvostError) -> [(ProgramDescription.Phase, YAMLMapping)] {
        try required("phases", file).map { mapping throws(ProvostError) in
            try mapping.allow(["name", "title", "place", "begins", "ends", "hours"])
            guard let place = try mapping.choice("place", ProgramDescription.Phase.Place.self) else {
                throw mapping.missing("place")
            }
            let phase = ProgramDescription.Phase(
                name: try mapping.required("name", slug), title: try text("title", mapping), place: place,
                begins: try mapping.required("begins", day), ends: try mapping.required("ends", day),
                hours: try mapping.whole("hours", in: 0...100_000))
            return (phase, mapping)
        }
    }

    private static func partners(_ file: YAMLMapping) throws(ProvostError) -> [ProgramDescription.Partner] {
        try (file.mappings("partners") ?? []).map { mapping throws(ProvostError) in
            try mapping.allow(["name", "role"])
            return ProgramDescription.Partner(name: try text("name", mapping), role: try optionalText("role", mapping))
        }
    }

    private static func dropped(_ file: YAMLMapping) throws(ProvostError) -> [Slug: Int] {
        guard let mapping = try file.mapping("drop") else { return [:] }
        var dropped: [Slug: Int] = [:]
        for key in mapping.keys {
            let group: Slug
            do throws(ProvostError) { group = try slug(key) } catch { throw mapping.mistake(at: key, error.message) }
            dropped[group] = try mapping.whole(key, in: 1...100)
        }
        return dropped
    }

    private static func limits(_ file: YAMLMapping) throws(ProvostError) -> ProgramDescription.Limits {
        var limits = ProgramDescription.Limits()
        guard let mapping = try file.mapping("limits") else { return limits }
        try mapping.allow(["learner", "cohort"])
        limits.learner = try dimensions("learner", LimitDimension.allCases, mapping)
        limits.cohort = try dimensions("cohort", LimitDimension.allCases.filter(\.hasTotal), mapping)
        return limits
    }

    private static func dimensions(
        _ key: String, _ known: [LimitDimension], _ file: YAMLMapping
    ) throws(ProvostError) -> [LimitDimension: Int64] {
        guard let mapping = try file.mapping(key) else { return [:] }
        try mapping.allow(known.map(\.rawValue))
        var limits: [LimitDimension: Int64] = [:]
        for dimension in known {
            limits[dimension] = try mapping.value(dimension.rawValue) { text throws(ProvostError) in
                let value = try dimension.value(parsing: text)
                // The store's own bound: far above any machine, and far below where sums overflow.
                guard value <= 1 << 50 else { throw ProvostError(.invalid, "“\(text)” is beyond any machine") }
                return value
            }
        }
        return limits
    }

    private static func budget(_ file: YAMLMapping) throws(ProvostError) -> ProgramDescription.Budget {
        var budget = ProgramDescription.Budget()
        guard let mapping = try file.mapping("budget") else { return budget }
        try mapping.allow(["learner", "cohort"])
        budget.learner = try mapping.value("learner", span(upTo: 100_000 * 3600))
        budget.cohort = try mapping.value("cohort", span(upTo: 1_000_000_000 * 3600))
        return budget
    }

    private static func certificate(_ file: YAMLMapping) throws(ProvostError) -> ProgramDescription.Certificate {
        try file.allow(["title", "summary", "valid-months", "requirements"])
        guard let requirements = file.item("requirements") else { throw file.missing("requirements") }
        return ProgramDescription.Certificate(
            title: try text("title", file), summary: try text("summary", file),
            requirements: try RequirementReader.requirement(requirements),
            validMonths: try file.whole("valid-months", in: 1...1200))
    }

    // MARK: Values

    /// A list of mappings that must be there and must hold something.
    static func required(_ key: String, _ file: YAMLMapping) throws(ProvostError) -> [YAMLMapping] {
        guard let mappings = try file.mappings(key) else { throw file.missing(key) }
        guard !mappings.isEmpty else { throw file.mistake(at: key, "“\(key)” is empty") }
        return mappings
    }

    static func slug(_ text: String) throws(ProvostError) -> Slug { try Slug(text) }

    static func text(_ key: String, _ file: YAMLMapping) throws(ProvostError) -> LocalizedText {
        guard let text = try optionalText(key, file) else { throw file.missing(key) }
        return text
    }

    private static func optionalText(_ key: String, _ file: YAMLMapping) throws(ProvostError) -> LocalizedText? {
        guard let mapping = try file.mapping(key) else { return nil }
        try mapping.allow(["en", "ko"])
        return LocalizedText(english: try mapping.required("en", words), korean: try mapping.value("ko", words))
    }

    private static func words(_ text: String) throws(ProvostError) -> String {
        guard text.contains(where: { !$0.isWhitespace }) else { throw ProvostError(.invalid, "this is empty") }
        return text
    }

    private static func weekday(_ text: String) throws(ProvostError) -> Weekday {
        guard let day = Weekday(rawValue: text) else {
            throw ProvostError(.invalid, "“\(text)” is not one of \(Weekday.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return day
    }

    /// BCP 47, as far as it is a language alone: `en`, `ko`.
    private static func language(_ text: String) throws(ProvostError) -> String {
        guard (2...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x61...0x7A).contains($0) }) else {
            throw ProvostError(.invalid, "“\(text)” is not a language; write it like en or ko")
        }
        return text
    }

    private static func day(_ text: String) throws(ProvostError) -> RelativeDay {
        let time = try RelativeTime(parsing: text)
        guard time.secondOfDay == 0 else { throw ProvostError(.invalid, "a whole day is meant here, without a time of day") }
        return time.day
    }

    private static func timezone(_ surroundings: Surroundings) -> (String) throws(ProvostError) -> String {
        { text throws(ProvostError) in
            guard !text.isEmpty, surroundings.hasTimezone(text) else {
                throw ProvostError(.invalid, "“\(text)” is no timezone; write its IANA name, like Asia/Seoul")
            }
            return text
        }
    }

    static func span(upTo seconds: Int64) -> (String) throws(ProvostError) -> TimeSpan {
        { text throws(ProvostError) in
            let span = try TimeSpan(parsing: text)
            guard span <= .seconds(seconds) else {
                throw ProvostError(.invalid, "“\(text)” is longer than \(TimeSpan.seconds(seconds))")
            }
            return span
        }
    }
}
