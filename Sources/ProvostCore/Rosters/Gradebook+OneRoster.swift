extension Gradebook {
    /// A complete OneRoster 1.2 set (bulk): the files of a ZIP without folders. Headings are fixed and case matters; in a bulk set `status`
    /// and `dateLastModified` stay empty. A name is never split, so the whole of it is the given name.
    /// Source: 1EdTech OneRoster 1.2 CSV binding (1.2.1), the tables of manifest and of each file.
    ///
    /// `day`: of the export, where a date is needed and nothing was handed in.
    package func oneRoster(day: CivilDate, offsetSeconds: Int) -> [(name: String, content: [UInt8])] {
        let session = "session-\(cohort.id)"
        let category = "category-\(cohort.id)"
        let school = organization.id.text
        let begins = cohort.firstDay.description
        let ends = cohort.lastDay.description
        // The last day belongs to the cohort; the end of a session does not belong to it.
        let after = cohort.lastDay.adding(days: 1).description
        let year = String(after.prefix(4))
        var files: [(name: String, content: [UInt8])] = []
        let add = { (name: String, headings: String, rows: [[String]]) in
            var csv = CSVWriter(guarding: .none)
            csv.add(["sourcedId", "status", "dateLastModified"] + headings.split(separator: ",").map(String.init))
            for row in rows { csv.add([row[0], "", ""] + row.dropFirst()) }
            files.append((name + ".csv", Array(csv.text.utf8)))
        }
        add("orgs", "name,type,identifier,parentSourcedId", [[school, organization.title, "school", organization.slug.text, ""]])
        add(
            "academicSessions", "title,type,startDate,endDate,parentSourcedId,schoolYear",
            [[session, cohort.title, "term", begins, after, "", year]])
        add(
            "courses", "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes",
            [[program.id.text, "", program.title, program.slug.text, "", school, "", ""]])
        add(
            "classes",
            "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods",
            [
                [
                    cohort.id.text, cohort.title, "", program.id.text, cohort.slug.text, "scheduled", "", school, session, "", "",
                    "",
                ]
            ])
        add(
            "users",
            """
            enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,\
            userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns
            """,
            learners.map { learner in
                let person = learner.person
                return [
                    person.id.text, learner.suspended ? "false" : "true", person.slug.text, "", person.name, "-", "",
                    learner.number ?? "", person.email ?? "", "", "", "", "", "", learner.number ?? "", "", "", "", school, "",
                ]
            })
        add(
            "roles", "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId",
            learners.map { ["role-\($0.enrollment)", $0.person.id.text, "primary", "student", begins, ends, school, ""] })
        add(
            "enrollments", "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate",
            active.map { [$0.enrollment.text, cohort.id.text, school, $0.person.id.text, "student", "false", begins, ends] })
        add("categories", "title,weight", [[category, "Assignments", "100"]])
        add(
            "lineItems",
            """
            title,description,assignDate,dueDate,classSourcedId,categorySourcedId,academicSessionSourcedId,resultValueMin,\
            resultValueMax,schoolSourcedId
            """,
            items.map { item in
                [
                    item.id, item.title.english, item.slug.text, item.opens.date.description, item.due.date.description,
                    cohort.id.text, category, session, "0", "\(item.points)", school,
                ]
            })
        add(
            "results",
            """
            lineItemSourcedId,studentSourcedId,scoreStatus,score,scoreDate,comment,textScore,classSourcedId,inProgress,incomplete,\
            late,missing
            """,
            active.flatMap { learner in
                zip(items, learner.cells).map { item, cell in
                    let status =
                        cell.excused
                        ? "exempt" : cell.score != nil ? "fully graded" : cell.handedIn ? "submitted" : "not submitted"
                    let date = cell.receivedAt?.civil(offsetSeconds: offsetSeconds).date ?? day
                    return [
                        "result-\(learner.enrollment)-\(item.id)", item.id, learner.person.id.text, status,
                        cell.excused ? "" : cell.score.map { "\($0)" } ?? "", date.description, "", "", cohort.id.text, "false",
                        "false", cell.late ? "true" : "false", cell.missing ? "true" : "false",
                    ]
                }
            })
        return [("manifest.csv", Array(Self.manifest(files.map(\.name)).utf8))] + files
    }

    private static func manifest(_ files: [String]) -> String {
        var csv = CSVWriter(guarding: .none)
        csv.add(["propertyName", "value"])
        csv.add(["manifest.version", "1.0"])
        csv.add(["oneroster.version", "1.2"])
        for name in [
            "academicSessions", "categories", "classes", "classResources", "courses", "courseResources", "demographics",
            "enrollments", "lineItemLearningObjectiveIds", "lineItems", "lineItemScoreScales", "orgs", "resources",
            "resultLearningObjectiveIds", "results", "resultScoreScales", "roles", "scoreScales", "userProfiles",
            "userResources", "users",
        ] { csv.add(["file.\(name)", files.contains(name + ".csv") ? "bulk" : "absent"]) }
        csv.add(["source.systemName", "Provost"])
        csv.add(["source.systemCode", "provost"])
        return csv.text
    }
}
