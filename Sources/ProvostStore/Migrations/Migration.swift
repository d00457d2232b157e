/// One step of the schema. A step that has shipped is never edited; a change is a new step with the next number.
struct Migration: Sendable {
    /// Four digits and a word; it is what an opened file remembers.
    let name: String
    let sql: String

    /// In order; the schema version is how many there are.
    static let all: [Migration] = [
        .first, .records, .regradeSets, .workspaces, .closings, .slots, .programs, .marks, .certificates, .rosters,
        .erasures, .cohortBudgets,
    ]
}
