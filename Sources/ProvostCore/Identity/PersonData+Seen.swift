extension PersonData {
    /// What the person may see of it, by the rules of `provost submission show`, `mark list` and `regrade`: their data and not the lab's secrets.
    ///
    /// Left out are tests that are hidden or wait for their time, a total that such a test keeps back, the grader's evidence and log,
    /// gradings of a set that was not applied to their submission, marks that are not released, and the reason and opener of a doubt that
    /// is still open, also where the audit repeats them.
    ///
    /// `over`: assignments of which nothing is taken from the person any more, so that tests for after the due date are shown.
    package func asSeen(over: Set<String>) -> PersonData {
        var tables = tables
        let decided = Set((tables["regradeDecision"] ?? []).filter { $0.cell("taken") == "1" }.compactMap { $0.cell("after") })
        let secret = Set(
            (tables["grading"] ?? []).filter { row in
                row.cell("regradeSet") != nil && !(row.cell("id").map(decided.contains) ?? false)
            }.compactMap { $0.cell("id") })
        let isSecret = { (row: [String: String?], column: String) in row.cell(column).map(secret.contains) ?? false }
        let assignments = Dictionary(
            (tables["score"] ?? []).map { ($0.cell("grading") ?? "", $0.cell("assignment") ?? "") }
        ) { first, _ in first }
        let isSeen = { (test: [String: String?]) in
            switch test.cell("visibility").flatMap(TestRecord.Visibility.init(rawValue:)) {
            case .visible: true
            case .afterDue: over.contains(assignments[test.cell("grading") ?? ""] ?? "")
            // Results are not published as a whole yet, so what waits for that waits.
            case .afterPublished, .hidden, nil: false
            }
        }
        let keepingBack = Set((tables["test"] ?? []).filter { !isSeen($0) }.compactMap { $0.cell("grading") })

        tables["grading"]?.removeAll { isSecret($0, "id") }
        tables["score"]?.removeAll { isSecret($0, "grading") }
        tables["test"]?.removeAll { isSecret($0, "grading") || !isSeen($0) }
        tables["score"] = tables["score"]?.map { row in
            var row = row
            for column in ["evidence", "log"] { row.removeValue(forKey: column) }
            if row.cell("totalHidden") == "1", keepingBack.contains(row.cell("grading") ?? "") {
                row.removeValue(forKey: "points")
            }
            return row
        }
        let pairs = Set((tables["regradeDecision"] ?? []).map { [$0.cell("regradeSet"), $0.cell("submission")] })
        tables["regradeItem"]?.removeAll { !pairs.contains([$0.cell("regradeSet"), $0.cell("submission")]) }
        tables["regradeDecision"] = tables["regradeDecision"]?.map { row in
            var row = row
            row.removeValue(forKey: "newestScore")
            return row
        }
        tables["mark"]?.removeAll { $0.cell("released") != "1" }

        let closed = Set((tables["integrityDecision"] ?? []).compactMap { $0.cell("integrityCase") })
        tables["integrityCase"] = tables["integrityCase"]?.map { row in
            closed.contains(row.cell("id") ?? "") ? row : row.without("reason", "actor")
        }
        tables["audit"] = tables["audit"]?.map { row in
            guard row.cell("action") == "integrity.open" else { return row }
            let isClosed = closed.contains { row.cell("details")?.contains($0) == true }
            return isClosed ? row : row.without("details", "actor")
        }
        return PersonData(
            person: person, at: at, tables: tables.filter { !$0.value.isEmpty || self.tables[$0.key]?.isEmpty == true })
    }
}

extension [String: String?] {
    fileprivate func cell(_ column: String) -> String? { self[column] ?? nil }
    fileprivate func without(_ columns: String...) -> Self { filter { !columns.contains($0.key) } }
}
