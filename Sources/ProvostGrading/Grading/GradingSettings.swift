import Foundation
import ProvostCore
import ProvostSandbox

/// The files that tell a grader what it grades, in `/grade/settings` of its room; `docs/grader.md` is their reference.
enum GradingSettings {
    /// Writes them into a folder of ours that nobody else can write to.
    static func write(_ task: GradingTask, into folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        func write(_ name: String, _ value: some Encodable) throws {
            try TreeFiles.write(name, in: folder, Array(encoder.encode(value)) + [0x0A])
        }
        try write("parameters.json", task.lab.parameters)
        try write("grading.json", General(task))
        switch task.grader.format {
        case .gradescope: try write("submission_metadata.json", SubmissionMetadata(task))
        case .prairielearn: try write("data.json", QuestionData(task))
        default: break
        }
    }

    private struct General: Encodable {
        let lab: Slug
        let labVersion: ContentDigest
        let points: Points
        let person: Slug?
        let submission: String?
        let attempt: Int
        let receivedAt: Timestamp
        let seed: String
        let part: GradingTask.Part
        let network: LabManifest.Network

        init(_ task: GradingTask) {
            lab = task.lab.name
            labVersion = task.labVersion
            points = task.lab.points
            person = task.person
            submission = task.submission
            attempt = task.attempt
            receivedAt = task.receivedAt
            seed = "\(task.seed)"
            part = task.part
            network = task.lab.network
        }

        enum CodingKeys: CodingKey {
            case lab, labVersion, points, person, submission, attempt, receivedAt, seed, part, network
        }
        /// By hand, because every key is always there: nobody's submission has person null.
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(lab, forKey: .lab)
            try container.encode(labVersion, forKey: .labVersion)
            try container.encode(points, forKey: .points)
            try container.encode(person, forKey: .person)
            try container.encode(submission, forKey: .submission)
            try container.encode(attempt, forKey: .attempt)
            try container.encode(receivedAt, forKey: .receivedAt)
            try container.encode(seed, forKey: .seed)
            try container.encode(part, forKey: .part)
            try container.encode(network, forKey: .network)
        }
    }

    /// Gradescope's `submission_metadata.json` (gradescope/autograder_samples, docs/submission_metadata.md), as far as we know what it asks for: identifiers
    /// are numbers there, so ours are folded into one.
    private struct SubmissionMetadata: Encodable {
        struct Assignment: Encodable {
            let id: Int64
            let title: String
            let totalPoints: String
            let isGroup = false
            enum CodingKeys: String, CodingKey {
                case id, title
                case totalPoints = "total_points"
                case isGroup = "group_submission"
            }
        }
        struct User: Encodable {
            let id: Int64
            let name: String
        }
        struct Previous: Encodable {}
        let id: Int64
        let createdAt: Timestamp
        let assignment: Assignment
        let method = "upload"
        let users: [User]
        let previous: [Previous] = []
        enum CodingKeys: String, CodingKey {
            case id, assignment, users
            case createdAt = "created_at"
            case method = "submission_method"
            case previous = "previous_submissions"
        }

        init(_ task: GradingTask) {
            id = Int64(task.seed >> 12)
            createdAt = task.receivedAt
            assignment = Assignment(
                id: 1, title: task.lab.title.english, totalPoints: "\(task.lab.points)")
            users = task.person.map { [User(id: 1, name: $0.text)] } ?? []
        }
    }

    /// PrairieLearn's `data.json`: the data object of a question; the submitted files lie in `/grade/student`, so none are in it.
    private struct QuestionData: Encodable {
        let params: [String: ParameterValue]
        let correctAnswers: [String: String] = [:]
        let submittedAnswers: [String: String] = [:]
        let seed: String
        let options: [String: String] = [:]
        enum CodingKeys: String, CodingKey {
            case params, options
            case correctAnswers = "correct_answers"
            case submittedAnswers = "submitted_answers"
            case seed = "variant_seed"
        }

        init(_ task: GradingTask) {
            params = task.lab.parameters
            seed = "\(task.seed)"
        }
    }
}
