/// The results of a whole cohort as a table: a line for each learner, a column for each assignment.
package struct Gradebook: Codable, Sendable, Hashable {
    package struct Item: Codable, Sendable, Hashable {
        package let id: String
        package let slug: Slug
        package let title: LocalizedText
        package let points: Points
        package let opens: CivilTime
        package let due: CivilTime
        package let weight: Int
        package init(
            id: String, slug: Slug, title: LocalizedText, points: Points, opens: CivilTime, due: CivilTime, weight: Int
        ) {
            self.id = id
            self.slug = slug
            self.title = title
            self.points = points
            self.opens = opens
            self.due = due
            self.weight = weight
        }
    }

    package struct Cell: Codable, Sendable, Hashable {
        /// nil: nothing counts yet.
        package let score: Points?
        package let excused: Bool
        package let late: Bool
        /// When what counts was received.
        package let receivedAt: Timestamp?
        /// Something was handed in, graded or not.
        package let handedIn: Bool
        /// Nothing was handed in, and nothing can be any more. Never of what people mark.
        package let missing: Bool
        package init(
            score: Points?, excused: Bool = false, late: Bool = false, receivedAt: Timestamp? = nil, handedIn: Bool = false,
            missing: Bool = false
        ) {
            self.score = score
            self.excused = excused
            self.late = late
            self.receivedAt = receivedAt
            self.handedIn = handedIn
            self.missing = missing
        }
    }

    package struct Learner: Codable, Sendable, Hashable {
        package let enrollment: ID<Enrollment>
        package let person: Person
        /// Of the cohort's organization.
        package let number: String?
        package let section: String?
        package let suspended: Bool
        /// In the order of the items.
        package let cells: [Cell]
        package init(
            enrollment: ID<Enrollment>, person: Person, number: String?, section: String?, suspended: Bool, cells: [Cell]
        ) {
            self.enrollment = enrollment
            self.person = person
            self.number = number
            self.section = section
            self.suspended = suspended
            self.cells = cells
        }
    }

    package let cohort: Cohort
    package let organization: Organization
    package let program: Program
    package let items: [Item]
    package let learners: [Learner]
    package init(cohort: Cohort, organization: Organization, program: Program, items: [Item], learners: [Learner]) {
        self.cohort = cohort
        self.organization = organization
        self.program = program
        self.items = items
        self.learners = learners
    }

    /// Without those who are suspended: another system would not know them, or would take them in again.
    var active: [Learner] { learners.filter { !$0.suspended } }
}

extension Gradebook {
    /// For Canvas' gradebook import.
    ///
    /// The first row needs `Student` and `ID`, the last column about the student `Section`; each further column is an assignment, found by
    /// its title or made; the second row begins with four spaces and `Points Possible`. `ID` is Canvas' own number and stays empty, so that
    /// learners are found by `SIS User ID` or `SIS Login ID`. `EX` is excused, an empty cell changes nothing.
    /// Source: canvas-lms, lib/gradebook_importer.rb.
    package func canvas() -> String {
        var csv = CSVWriter(guarding: .none)
        csv.add(["Student", "ID", "SIS User ID", "SIS Login ID", "Section"] + titles().map(Self.canvasTitle))
        csv.add(["    Points Possible", "", "", "", ""] + items.map { "\($0.points)" })
        for learner in active {
            let person = learner.person
            csv.add(
                [person.name, "", learner.number ?? "", person.email ?? person.slug.text, learner.section ?? cohort.slug.text]
                    + learner.cells.map { $0.excused ? "EX" : $0.score.map { "\($0)" } ?? "" })
        }
        return csv.text
    }

    /// For Moodle's grade import, where a teacher maps the columns: `idnumber`, `username` or `email` to who it is. An empty cell is no grade.
    /// Suspended learners are left out, because one unknown user ends the whole import.
    /// Source: moodle, grade/import/csv/classes/load_data.php.
    package func moodle() -> String {
        var csv = CSVWriter(guarding: .none)
        csv.add(["username", "idnumber", "email", "fullname"] + titles())
        for learner in active {
            let person = learner.person
            csv.add(
                [person.slug.text, learner.number ?? "", person.email ?? "", person.name]
                    + learner.cells.map { $0.excused ? "" : $0.score.map { "\($0)" } ?? "" })
        }
        return csv.text
    }

    /// For people and spreadsheets: formulas are guarded.
    package func table() -> String {
        var csv = CSVWriter(guarding: .apostrophe)
        csv.add(["person", "number", "name", "email", "section", "suspended"] + items.map(\.slug.text))
        csv.add(["", "", "points", "", "", ""] + items.map { "\($0.points)" })
        for learner in learners {
            let person = learner.person
            csv.add(
                [
                    person.slug.text, learner.number ?? "", person.name, person.email ?? "", learner.section ?? "",
                    learner.suspended ? "yes" : "",
                ] + learner.cells.map { $0.excused ? "EX" : $0.score.map { "\($0)" } ?? "" })
        }
        return csv.text
    }

    /// The assignments' titles, each once: another system finds them by it.
    private func titles() -> [String] {
        var seen: [String: Int] = [:]
        for item in items { seen[item.title.english, default: 0] += 1 }
        return items.map { seen[$0.title.english] == 1 ? $0.title.english : "\($0.title.english) [\($0.slug)]" }
    }

    /// A number in parentheses at the end is read as the assignment's identifier, and “(read only)” passes a column over.
    private static func canvasTitle(_ title: String) -> String {
        title.hasSuffix(")") ? title.replacing("(", with: "[").replacing(")", with: "]") : title
    }
}
