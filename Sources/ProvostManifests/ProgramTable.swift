package import ProvostCore

/// The page that shows which program uses which lab, and what grades it: `docs/programs.md`, made from the files.
package enum ProgramTable {
    /// A page of Markdown, the same for the same files: the programs in the order given, their assignments in the files' order.
    /// - Parameter graders: the grader of each lab; a lab that is missing there gets a dash.
    package static func markdown(_ programs: [ProgramDescription], graders: [Slug: Slug]) -> String {
        var text = """
            # Programs

            Made from `deploy/programs/*.yaml` and the labs' manifests by `provost program table deploy/programs/*.yaml > docs/programs.md`;
            a test holds it current. What the files mean: [program.md](program.md).

            | program | run by | length | assignments | certificate |
            |---|---|---|---|---|

            """
        for program in programs {
            let labs = program.assignments.count { if case .lab = $0.work { true } else { false } }
            let others = program.assignments.count - labs
            text += row([
                "[\(program.name)](#\(program.name))", "\(program.organization)", length(program),
                "\(labs) labs" + (others > 0 ? ", \(others) marked" : ""),
                program.certificate.map { $0.requirements.text } ?? "none",
            ])
        }
        for program in programs {
            text += "\n## \(program.name)\n\n\(program.title.english)"
            if let korean = program.title.korean { text += " · \(korean)" }
            text += "\n\n| assignment | phase | work | grader | attempts | weight |\n|---|---|---|---|---|---|\n"
            for assignment in program.assignments {
                let (work, grader): (String, String) =
                    switch assignment.work {
                    case .lab(let lab): ("lab `\(lab)`", graders[lab].map { "`\($0)`" } ?? "–")
                    case .rubric(let rubric, let isTeam):
                        ("rubric `\(rubric)`\(isTeam ? ", one mark for the team" : "")", markers(rubric, program))
                    case .attendance: ("attendance", "people")
                    }
                text += row([
                    "\(assignment.title.english)", assignment.terms.phase.map { "\($0)" } ?? "–", work, grader,
                    assignment.attempts.map { "\($0)" } ?? "–",
                    assignment.terms.isBonus ? "\(assignment.weight), bonus" : "\(assignment.weight)",
                ])
            }
        }
        return text
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |\n"
    }

    private static func markers(_ rubric: Slug, _ program: ProgramDescription) -> String {
        let markers = program.rubrics.first { $0.name == rubric }?.markers ?? 1
        return markers == 1 ? "a person" : "\(markers) people"
    }

    /// From the first day to the end of the last phase, in a cohort that begins on a Monday.
    private static func length(_ program: ProgramDescription) -> String {
        let monday = CivilDate(daysSince1970: 19_723)
        let calendar = CohortCalendar(firstDay: monday, workdays: program.workdays, holidays: [])
        let last = program.phases.map { calendar.date(of: $0.ends) }.max() ?? monday
        let days = last.daysSince1970 - monday.daysSince1970 + 1
        return "\((days + 6) / 7) weeks"
    }
}
