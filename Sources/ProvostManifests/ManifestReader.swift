package import ProvostCore

/// Reads `lab.yaml` and `grader.yaml`. Their references are `docs/lab.md` and `docs/grader.md`.
package enum ManifestReader {
    /// Throws `invalid` with `lab.yaml:LINE:COLUMN: …`.
    ///
    /// - Parameter grader: whose rules the parameters must keep and whose defaults are filled in; without one they come as they stand there.
    package static func lab(_ text: [UInt8], grader: GraderManifest? = nil) throws(ProvostError) -> LabManifest {
        let file = try YAMLMapping(file: "lab.yaml", text: text)
        try file.allow([
            "name", "title", "grader", "points", "network", "archive-limit", "unpack", "limits", "parameters", "gate", "image",
            "workspace",
        ])
        var lab = LabManifest(
            name: try file.required("name", slug), title: try title(file), grader: try file.required("grader", slug),
            points: try file.required("points", Points.init(parsing:)))
        guard lab.points > .zero else { throw ProvostError(.invalid, "lab.yaml: points must be above 0.") }
        lab.network = try file.choice("network", LabManifest.Network.self) ?? lab.network
        lab.archiveLimit = try file.value("archive-limit", bytes(in: ByteCount(1)...ByteCount.gibibytes(64))) ?? lab.archiveLimit
        if let unpack = try file.mapping("unpack") { lab.unpack = try self.unpack(unpack, defaults: lab.unpack) }
        if let limits = try file.mapping("limits") {
            try limits.allow(["learner", "grader"])
            if let learner = try limits.mapping("learner") {
                lab.learnerLimits = try self.limits(learner, defaults: lab.learnerLimits)
            }
            if let grader = try limits.mapping("grader") {
                lab.graderLimits = try self.limits(grader, defaults: lab.graderLimits)
            }
        }
        lab.image = try ImageReader.image(file)
        lab.workspace = try WorkspaceReader.workspace(file)
        lab.parameters = try ParameterReader.values(file, rules: grader?.parameters)
        if let gate = try file.mapping("gate") { lab.gate = try self.gate(gate, points: lab.points) }
        return lab
    }

    /// Throws `invalid` with `grader.yaml:LINE:COLUMN: …`.
    package static func grader(_ text: [UInt8]) throws(ProvostError) -> GraderManifest {
        let file = try YAMLMapping(file: "grader.yaml", text: text)
        try file.allow([
            "name", "title", "format", "isolation", "on-timeout", "run", "result", "bonus", "problems", "handin", "parameters",
            "image",
        ])
        let format = try file.choice("format", GraderManifest.Format.self) ?? .provost
        guard let run = try file.texts("run") ?? format.usualCommand, !run.isEmpty else { throw file.missing("run") }
        var grader = GraderManifest(
            name: try file.required("name", slug), title: try title(file), format: format,
            isolation: format.isSharedByNature ? .shared : .twoRoom, run: run)
        if let isolation = try file.choice("isolation", GraderManifest.Isolation.self) {
            if isolation == .twoRoom, format.isSharedByNature {
                throw file.mistake(
                    at: "isolation",
                    "a \(format.rawValue) grader starts learner code in its own room, so it is “shared”; leave the key out")
            }
            grader.isolation = isolation
        }
        grader.onTimeout = try file.choice("on-timeout", GraderManifest.OnTimeout.self) ?? grader.onTimeout
        if grader.onTimeout == .countReported, format != .provost {
            throw file.mistake(at: "on-timeout", "count-reported needs “format: provost”, the only one that reports as it goes")
        }
        grader.result = try file.value("result", relativePath)
        grader.bonus = try file.truth("bonus") ?? false
        grader.handin = try file.value("handin", fileName)
        if let problems = try file.mapping("problems") {
            for name in problems.keys {
                grader.problems.append(
                    .init(name: name, max: try problems.required(name, Points.init(parsing:))))
            }
        }
        if format == .autolab {
            if grader.problems.isEmpty { throw file.missing("problems") }
            if grader.handin == nil { throw file.missing("handin") }
        } else if let key = ["problems", "handin"].first(where: file.keys.contains) {
            throw file.mistake(at: key, "“\(key)” is for “format: autolab” only")
        }
        grader.parameters = try ParameterReader.rules(file)
        grader.image = try ImageReader.image(file)
        return grader
    }

    /// A sample's `expected.yaml`. Throws `invalid` with `FILE:LINE:COLUMN: …`.
    package static func expectation(_ text: [UInt8], file name: String, points: Points) throws(ProvostError) -> SampleExpectation
    {
        let file = try YAMLMapping(file: name, text: text)
        try file.allow(["outcome", "score"])
        let outcome = try file.required("outcome") { text throws(ProvostError) in
            guard ["graded", "not-graded", "refused"].contains(text) else {
                throw ProvostError(.invalid, "“\(text)” is not one of graded, not-graded, refused")
            }
            return text
        }
        guard outcome == "graded" else {
            if file.keys.contains("score") { throw file.mistake(at: "score", "only a graded sample has a score") }
            return outcome == "refused" ? .refused : .notGraded
        }
        guard file.keys.contains("score") else { throw file.missing("score") }
        if case .map? = try file.any("score"), let range = try file.mapping("score") {
            try range.allow(["min", "max"])
            let low = try range.value("min", Points.init(parsing:)) ?? .zero
            let high = try range.value("max", Points.init(parsing:)) ?? points
            guard low <= high else { throw file.mistake(at: "score", "min is above max") }
            return .graded(low...high)
        }
        let score = try file.required("score", Points.init(parsing:))
        return .graded(score...score)
    }

    private static func gate(_ file: YAMLMapping, points: Points) throws(ProvostError) -> GateSettings {
        try file.allow(["floor", "repeats", "mutants", "headroom"])
        let defaults = GateSettings()
        let settings = GateSettings(
            floor: try file.value("floor", Points.init(parsing:)) ?? defaults.floor,
            repeats: try file.whole("repeats", in: 1...1000) ?? defaults.repeats,
            mutants: try file.whole("mutants", in: 0...1000) ?? defaults.mutants,
            headroom: try file.value("headroom") { text throws(ProvostError) in
                guard let number = Double(text), number >= 1, number <= 100 else {
                    throw ProvostError(.invalid, "“\(text)” is not a number from 1 to 100")
                }
                return number
            } ?? defaults.headroom)
        guard settings.floor < points else { throw file.mistake(at: "floor", "the floor must be below the lab's points") }
        return settings
    }

    /// Below a folder, and nowhere else.
    private static func relativePath(_ text: String) throws(ProvostError) -> String {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard !text.isEmpty, !parts.contains(""), !parts.contains("."), !parts.contains(".."), !text.utf8.contains(0) else {
            throw ProvostError(.invalid, "“\(text)” must be a path like results/report.xml, without “..”")
        }
        return text
    }

    private static func fileName(_ text: String) throws(ProvostError) -> String {
        guard !text.isEmpty, text != ".", text != "..", !text.utf8.contains(UInt8(ascii: "/")), !text.utf8.contains(0),
            !text.hasPrefix("-")
        else { throw ProvostError(.invalid, "“\(text)” must be a plain file name like hello.c") }
        return text
    }

    // The bounds keep sums and products of limits far from overflow, which would end the daemon.

    static func bytes(in range: ClosedRange<ByteCount>) -> (String) throws(ProvostError) -> ByteCount {
        { text throws(ProvostError) in
            let bytes = try ByteCount(parsing: text)
            guard range.contains(bytes) else {
                throw ProvostError(.invalid, "“\(text)” is not between \(range.lowerBound) and \(range.upperBound)")
            }
            return bytes
        }
    }

    /// Processors at a time, in thousandths.
    static func cpus(_ text: String) throws(ProvostError) -> Int {
        let cpus = try Points(parsing: text).thousandths
        guard (10...1_000_000).contains(cpus) else { throw ProvostError(.invalid, "cpus is a number from 0.01 to 1000") }
        return Int(cpus)
    }

    private static func time(_ text: String) throws(ProvostError) -> TimeSpan {
        let time = try TimeSpan(parsing: text)
        let range = TimeSpan(milliseconds: 1)...TimeSpan(milliseconds: 7 * 86_400_000)
        guard range.contains(time) else {
            throw ProvostError(.invalid, "“\(text)” is not between \(range.lowerBound) and \(range.upperBound)")
        }
        return time
    }

    private static func slug(_ text: String) throws(ProvostError) -> Slug { try Slug(text) }

    private static func title(_ file: YAMLMapping) throws(ProvostError) -> LocalizedText {
        guard let title = try file.mapping("title") else { throw file.missing("title") }
        try title.allow(["en", "ko"])
        return LocalizedText(
            english: try title.required("en") { text throws(ProvostError) in text }, korean: try title.text("ko"))
    }

    private static func unpack(_ file: YAMLMapping, defaults: UnpackLimits) throws(ProvostError) -> UnpackLimits {
        try file.allow(["bytes", "entries", "depth", "path-length", "ratio"])
        return UnpackLimits(
            bytes: try file.value("bytes", bytes(in: ByteCount(1)...ByteCount.gibibytes(1024))) ?? defaults.bytes,
            entries: try file.whole("entries", in: 1...1_000_000) ?? defaults.entries,
            depth: try file.whole("depth", in: 1...256) ?? defaults.depth,
            pathLength: try file.whole("path-length", in: 1...4096) ?? defaults.pathLength,
            ratio: try file.whole("ratio", in: 1...100_000) ?? defaults.ratio)
    }

    private static func limits(_ file: YAMLMapping, defaults: RoomLimits) throws(ProvostError) -> RoomLimits {
        try file.allow(["wall-time", "cpu-time", "cpus", "memory", "processes", "disk", "inodes", "output", "open-files"])
        return RoomLimits(
            wallTime: try file.value("wall-time", time) ?? defaults.wallTime,
            cpuTime: try file.value("cpu-time", time) ?? defaults.cpuTime,
            cpuMillis: try file.value("cpus", cpus) ?? defaults.cpuMillis,
            memory: try file.value("memory", bytes(in: ByteCount.mebibytes(1)...ByteCount.gibibytes(4096))) ?? defaults.memory,
            processes: try file.whole("processes", in: 1...100_000) ?? defaults.processes,
            disk: try file.value("disk", bytes(in: ByteCount.kibibytes(4)...ByteCount.gibibytes(1024))) ?? defaults.disk,
            inodes: try file.whole("inodes", in: 1...10_000_000) ?? defaults.inodes,
            output: try file.value("output", bytes(in: ByteCount(0)...ByteCount.mebibytes(8))) ?? defaults.output,
            openFiles: try file.whole("open-files", in: 16...1_000_000) ?? defaults.openFiles)
    }
}
