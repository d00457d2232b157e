/// How a text that a grader gave is meant to be shown. Whoever shows it makes it harmless first; a terminal may show all of them as text.
package enum OutputFormat: String, Hashable, Sendable, Codable, CaseIterable {
    /// As it is, in a fixed-width font.
    case text
    case markdown
    /// To be sanitised: graders quote learners.
    case html
    /// Text with terminal colours.
    case ansi
    /// Gradescope's `simple_format`: paragraphs and line breaks as in the text, nothing else.
    case simple
}

/// One named outcome inside a grading.
package struct TestRecord: Hashable, Sendable {
    package enum Status: String, Hashable, Sendable, Codable, CaseIterable { case pass, fail, skip, error }
    package enum Visibility: String, Hashable, Sendable, Codable, CaseIterable {
        case visible
        /// Instructors only; the learner sees the totals, not the test.
        case hidden
        /// Learners see it once the assignment is due, late hand-ins included.
        case afterDue = "after-due"
        /// Learners see it once results are published.
        case afterPublished = "after-published"
    }
    /// Most of one test's output that is kept, head and tail, in bytes of UTF-8.
    package static let longestOutput = 64 * 1024

    /// From 1, in the order of reporting.
    package var number: Int
    /// The number under which the grader itself knows it, like `1.1`; shown instead of `number`.
    package var label: String?
    package var name: String
    package var status: Status
    package var score: Points
    package var max: Points
    package var visibility: Visibility
    /// Why it ended so, in a sentence or two.
    package var message: String?
    /// What the test printed, at most `longestOutput`.
    package var output: String?
    /// How `output` is to be shown.
    package var format: OutputFormat

    package init(
        number: Int, label: String? = nil, name: String, status: Status, score: Points, max: Points,
        visibility: Visibility = .visible, message: String? = nil, output: String? = nil, format: OutputFormat = .text
    ) {
        self.number = number
        self.label = label
        self.name = name
        self.status = status
        self.score = score
        self.max = max
        self.visibility = visibility
        self.message = message
        self.output = output
        self.format = format
    }
}

extension TestRecord: Codable {
    private enum CodingKeys: String, CodingKey {
        case number, label, name, status, score, max, visibility, message, output, format
    }

    /// Records written before labels and outputs existed are read as having none.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            number: try container.decode(Int.self, forKey: .number),
            label: try container.decodeIfPresent(String.self, forKey: .label),
            name: try container.decode(String.self, forKey: .name),
            status: try container.decode(Status.self, forKey: .status),
            score: try container.decode(Points.self, forKey: .score),
            max: try container.decode(Points.self, forKey: .max),
            visibility: try container.decode(Visibility.self, forKey: .visibility),
            message: try container.decodeIfPresent(String.self, forKey: .message),
            output: try container.decodeIfPresent(String.self, forKey: .output),
            format: try container.decodeIfPresent(OutputFormat.self, forKey: .format) ?? .text)
    }

    /// What is at its default is left out, so that a record of ten thousand tests stays small.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(number, forKey: .number)
        try container.encodeIfPresent(label, forKey: .label)
        try container.encode(name, forKey: .name)
        try container.encode(status, forKey: .status)
        try container.encode(score, forKey: .score)
        try container.encode(max, forKey: .max)
        try container.encode(visibility, forKey: .visibility)
        try container.encodeIfPresent(message, forKey: .message)
        try container.encodeIfPresent(output, forKey: .output)
        if format != .text { try container.encode(format, forKey: .format) }
    }
}
