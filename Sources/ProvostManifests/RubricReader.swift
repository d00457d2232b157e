import ProvostCore

/// Reads `rubrics` of a program's file.
enum RubricReader {
    /// Throws `invalid` with file, line and column.
    static func rubrics(_ file: YAMLMapping) throws(ProvostError) -> [(Rubric, YAMLMapping)] {
        try (file.mappings("rubrics") ?? []).map { mapping throws(ProvostError) in (try rubric(mapping), mapping) }
    }

    private static func rubric(_ file: YAMLMapping) throws(ProvostError) -> Rubric {
        try file.allow(["name", "title", "criteria", "markers", "moderate-above"])
        let criteria = try ProgramReader.required("criteria", file).map { mapping throws(ProvostError) in try criterion(mapping) }
        let rubric = Rubric(
            name: try file.required("name", ProgramReader.slug), title: try ProgramReader.text("title", file), criteria: criteria,
            markers: try file.whole("markers", in: 1...20) ?? 1,
            moderateAbove: try file.value("moderate-above", Percentage.init(parsing:)))
        guard Set(criteria.map(\.name)).count == criteria.count else {
            throw file.mistake(at: "criteria", "two criteria have one name")
        }
        guard rubric.max > .zero else { throw file.mistake(at: "criteria", "there are no points to be had") }
        if rubric.moderateAbove != nil, rubric.markers < 2 {
            throw file.mistake(at: "moderate-above", "one marker agrees with themselves; say how many markers there are")
        }
        if let above = rubric.moderateAbove, above >= .full {
            throw file.mistake(at: "moderate-above", "two marks are never further apart than that; write less than 100%")
        }
        return rubric
    }

    private static func criterion(_ file: YAMLMapping) throws(ProvostError) -> Rubric.Criterion {
        try file.allow(["name", "title", "levels"])
        let levels = try ProgramReader.required("levels", file).map { mapping throws(ProvostError) in
            try mapping.allow(["name", "title", "points"])
            return Rubric.Level(
                name: try mapping.required("name", ProgramReader.slug), title: try ProgramReader.text("title", mapping),
                points: try mapping.required("points", Points.init(parsing:)))
        }
        guard Set(levels.map(\.name)).count == levels.count else { throw file.mistake(at: "levels", "two levels have one name") }
        guard zip(levels, levels.dropFirst()).allSatisfy({ $0.points > $1.points }) else {
            throw file.mistake(at: "levels", "the best level stands first, and each has fewer points than the one before")
        }
        return Rubric.Criterion(
            name: try file.required("name", ProgramReader.slug), title: try ProgramReader.text("title", file), levels: levels)
    }
}
