import ProvostCore

/// Values of rosters for the wire.
enum RosterSamples {
    private static func slug(_ text: String) -> Slug { Slug(trusted: text) }
    private static let day = CivilDate(daysSince1970: 20_778)

    static let report: RosterReport = {
        var report = RosterReport(cohort: slug("spring"), dryRun: true)
        report.add(RosterChange(kind: .changed, line: 2, person: slug("minji"), name: "김민지", details: ["section: A → B"]))
        report.add(RosterChange(kind: .suspended, line: nil, person: slug("jun"), name: "Jun"))
        report.rows = 1
        report.ignoredColumns = ["비고"]
        return report
    }()

    static let gradebook = Gradebook(
        cohort: Samples.cohort, organization: Organization(id: ID(trusted: "org_1"), slug: slug("acme"), title: "Acme"),
        program: Program(id: ID(trusted: "prg_1"), organization: slug("acme"), slug: slug("backend"), title: "Backend"),
        items: [
            Gradebook.Item(
                id: "asg_1", slug: slug("web"), title: LocalizedText(english: "Web", korean: "웹"), points: Points(whole: 20),
                opens: CivilTime(date: day), due: CivilTime(date: day.adding(days: 7)), weight: 2)
        ],
        learners: [
            Gradebook.Learner(
                enrollment: ID(trusted: "enr_1"), person: Samples.person, number: "0042", section: "A", suspended: false,
                cells: [
                    Gradebook.Cell(
                        score: Points(thousandths: 12_500), late: true, receivedAt: Timestamp(milliseconds: 1_795_222_923_456))
                ]),
            Gradebook.Learner(
                enrollment: ID(trusted: "enr_2"), person: Samples.nobody, number: nil, section: nil, suspended: true,
                cells: [Gradebook.Cell(score: nil, excused: true)]),
        ])
}
