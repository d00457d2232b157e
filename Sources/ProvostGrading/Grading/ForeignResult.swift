import ProvostCore
import ProvostSandbox

/// Takes the result of a grader that speaks another system's format, once its room is gone.
///
/// By then every process of the room has ended, so nothing writes any more. A file is opened below its folder, through no link, must be a regular file, and is
/// read once. The grader's exit status decides nothing: many of these end with a status of their own when a test failed.
struct ForeignResult {
    let task: GradingTask
    let layout: GraderLayout
    let room: RoomResult

    /// More than this of one result file is not read.
    private static let largest = 1 << 20

    /// Throws where and why it cannot be believed.
    func record() throws(FormatMistake) -> GradingRecord {
        try report().record(points: task.lab.points, isolation: task.grader.isolation, bonus: task.grader.bonus)
    }

    private func report() throws(FormatMistake) -> ForeignReport {
        switch task.grader.format {
        case .gradescope: try GradescopeResults.read(try document(), standardOutput: room.output)
        case .autolab:
            try AutolabResults.read(try document(), problems: task.grader.problems.map { ($0.name, $0.max) })
        case .prairielearn: try PrairieLearnResults.read(try document())
        case .check50: try Check50Results.read(try document())
        case .junit: try JUnitReport.read(try documents())
        case .tap: try TAPStream.read(try document())
        case .exercism: try ExercismResults.read(try document())
        case .ctrf: try CTRFReport.read(try document())
        case .provost, .exitCode, .inginious: throw FormatMistake("“\(task.grader.format.rawValue)” leaves no result file.")
        }
    }

    private var name: String? { task.grader.result ?? task.grader.format.usualResult }

    private func document() throws(FormatMistake) -> [UInt8] {
        guard let name, let folder = layout.results else {
            guard room.report.droppedOutput == 0 else {
                throw FormatMistake(
                    "The grader printed more than it may, so its result is cut; raise limits.grader.output in lab.yaml, or print less."
                )
            }
            return room.output
        }
        return try file(name, in: folder)
    }

    /// For JUnit: one file, or every `.xml` of a folder.
    private func documents() throws(FormatMistake) -> [JUnitReport.File] {
        guard let name, let folder = layout.results else { throw FormatMistake("grader.yaml names no result.") }
        guard !name.hasSuffix(".xml") else { return [JUnitReport.File(name: name, bytes: try file(name, in: folder))] }
        let names: [String]
        do throws(ProvostError) {
            names = try TreeFiles.list(beneath: folder, under: name, atMost: JUnitReport.mostFiles).map(\.name)
        } catch { throw FormatMistake(error.message, at: name) }
        var files: [JUnitReport.File] = []
        for path in names.filter({ $0.hasSuffix(".xml") }).sorted() {
            files.append(JUnitReport.File(name: path, bytes: try file(path, in: folder)))
        }
        guard !files.isEmpty else { throw FormatMistake("There is no .xml file in it.", at: name) }
        return files
    }

    private func file(_ name: String, in folder: String) throws(FormatMistake) -> [UInt8] {
        do throws(ProvostError) {
            guard let bytes = try TreeFiles.read(name, beneath: folder, limit: Self.largest) else {
                throw ProvostError(.notFound, "The grader left no result there.")
            }
            return bytes
        } catch { throw FormatMistake(error.message, at: name) }
    }
}
