import ArgumentParser
import Foundation
import ProvostArchive
import ProvostCore
import ProvostGrading

/// `provost-gate grade`: one record for each folder.
struct Grade: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Grade folders (or archives) and print the records.",
        discussion:
            "Several submissions are graded one after the other, in the order given. Exit status: that of the last one; 0 all points · 10 fewer · 8 not graded · 1 something else is wrong."
    )

    @Option(help: ArgumentHelp("The lab's folder.", valueName: "dir"))
    var lab: String
    @Option(help: ArgumentHelp("A submission: a folder, or an archive. Can be given several times.", valueName: "path"))
    var submission: [String]
    @Option(help: ArgumentHelp("The folder that holds the graders.", valueName: "dir"))
    var graders: String?
    @Flag(help: "Use the lab's public part, as a learner's trial does.")
    var publicPart = false
    @Flag(help: "Grade although some limit cannot be enforced here.")
    var allowDegraded = false
    @Option(name: [.customShort("o"), .customLong("output")], help: "How the record is written.")
    var output: RecordFormat = .table

    func run() async throws {
        try await GateFailure.reported {
            let rooms = try LocalRooms(allowDegraded: allowDegraded)
            let result: Result<Int32, any Error>
            do { result = .success(try await grade(rooms)) } catch { result = .failure(error) }
            await rooms.close()
            throw ExitCode(try result.get())
        }
    }

    private func grade(_ rooms: LocalRooms) async throws -> Int32 {
        let lab = try LoadedLab(folder: lab, graders: graders, rooms: rooms)
        var status: Int32 = 0
        for one in submission {
            let packed = try rooms.pack(one, ignoring: .submission)
            let result = try await rooms.grade(packed, lab, part: publicPart ? .public : .hidden)
            RecordWriter.write(result, as: output)
            status = result.record.outcome == .notGraded ? 8 : result.record.passed ? 0 : 10
        }
        return status
    }
}
