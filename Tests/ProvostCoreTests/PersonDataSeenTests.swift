import ProvostCore
import Testing

/// What of a person's rows they may see; the roads that lead to such rows are tested with a real store.
@Suite struct PersonDataSeenTests {
    private static func data(_ tables: [String: [[String: String?]]]) -> PersonData {
        PersonData(
            person: Person(id: ID(trusted: "per_1"), slug: Slug(trusted: "minji"), name: "Minji", email: nil),
            at: Timestamp(milliseconds: 0), tables: tables)
    }

    private static func rows(totalHidden: String, visibility: String) -> [String: [[String: String?]]] {
        [
            "grading": [["id": "grd_1", "regradeSet": nil]],
            "score": [
                [
                    "grading": "grd_1", "assignment": "asg_1", "points": "5000", "totalHidden": totalHidden, "evidence": "E",
                    "log": "L",
                ]
            ],
            "test": [
                ["grading": "grd_1", "name": "open", "visibility": "visible"],
                ["grading": "grd_1", "name": "other", "visibility": visibility],
            ],
        ]
    }

    @Test func aTotalGoesWithTheTestThatItWouldBetray() {
        for (hidden, visibility, over, points, tests) in [
            ("1", "visible", false, "5000", 2), ("1", "hidden", true, nil, 1), ("0", "hidden", true, "5000", 1),
            ("1", "after-due", false, nil, 1), ("1", "after-due", true, "5000", 2), ("1", "after-published", true, nil, 1),
            // Of a visibility that this version does not know nothing is shown.
            ("1", "of-tomorrow", true, nil, 1),
        ] as [(String, String, Bool, String?, Int)] {
            let seen = Self.data(Self.rows(totalHidden: hidden, visibility: visibility)).asSeen(
                over: over ? ["asg_1"] : ["asg_2"])
            #expect(seen.tables["score"]?[0]["points"] ?? nil == points, "\(hidden) \(visibility)")
            #expect(seen.tables["test"]?.count == tests, "\(hidden) \(visibility)")
            #expect(seen.tables["score"]?[0]["evidence"] == nil && seen.tables["score"]?[0]["log"] == nil)
        }
    }

    @Test func whatWasProposedAndNotTakenIsNotTheirs() {
        for (decisions, count) in [
            ([], 1), ([["regradeSet": "rgs_1", "submission": "sub_1", "taken": "0", "after": "grd_1", "before": "grd_1"]], 1),
            ([["regradeSet": "rgs_1", "submission": "sub_1", "taken": "1", "after": "grd_2", "before": "grd_1"]], 2),
        ] as [([[String: String?]], Int)] {
            let seen = Self.data([
                "grading": [["id": "grd_1", "regradeSet": nil], ["id": "grd_2", "regradeSet": "rgs_1"]],
                "score": [["grading": "grd_1"], ["grading": "grd_2"]],
                "test": ["grd_1", "grd_2"].map { ["grading": $0, "visibility": "visible"] },
                "regradeItem": [["regradeSet": "rgs_1", "submission": "sub_1", "proposed": "grd_2"]],
                "regradeDecision": decisions,
            ]).asSeen(over: [])
            for table in ["grading", "score", "test"] { #expect(seen.tables[table]?.count == count, "\(table)") }
            #expect((seen.tables["regradeItem"] ?? []).count == (decisions.isEmpty ? 0 : 1))
        }
    }
}
