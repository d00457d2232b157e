import Foundation
import ProvostTestSupport
import Testing

/// A certificate's road: earned by work that was graded in a room, issued, checked by nothing but what its issuer publishes, traced, revoked.
@Suite(.rooms) struct CertificateTests {
    private static let address = "http://127.0.0.1:8099"

    /// What anybody gets who asks without a login.
    private func fetch(_ daemon: Daemon, _ path: String, _ more: [String] = []) async throws -> (
        status: String, body: String, head: String
    ) {
        let name = "\(daemon.folder)/fetched-\(UInt64.random(in: 0 ... .max))"
        let program = try RunningProgram(
            "/usr/bin/curl",
            ["-sS", "--unix-socket", daemon.socket, "-D", name + ".head", "-o", name, "-w", "%{http_code}"] + more + [
                "http://localhost" + path
            ],
            environment: ["PATH": "/usr/bin:/bin"], folder: daemon.folder, outputs: name + ".out")
        guard await program.ended(within: .seconds(30)) == 0 else { throw DaemonFailure(description: program.errors) }
        return (
            program.output, try String(contentsOfFile: name, encoding: .utf8),
            try String(contentsOfFile: name + ".head", encoding: .utf8)
        )
    }

    /// The cohort's plan, as a program with a certificate makes it.
    private func plan(_ room: Classroom) async throws {
        let database = Database(daemon: room.daemon)
        let digest = String(repeating: "c", count: 64)
        let plan = """
            {"program":"\(digest)","calendar":{"firstDay":"2026-01-01","workdays":["monday"],"holidays":[]},"phases":[],"attendance":[],\
            "dropped":{},"slipDays":0,"certificate":{"title":{"en":"Web basics","ko":"웹 기초 과정"},"summary":{"en":"A course of the web.",\
            "ko":"웹의 기초를 배우는 과정입니다."},"requirements":{"assignment":{"_0":"work","_1":60}},"validMonths":24}}
            """
        try await database.run(
            "INSERT INTO programVersion (digest, program, number, description, source, publishedAt) SELECT '\(digest)', id, 1, '{}', '', 1 FROM program WHERE slug = '\(room.cohort)'"
        )
        try await database.run(
            "INSERT INTO cohortPlan (cohort, programVersion, plan, at) SELECT id, '\(digest)', '\(plan)', 1 FROM cohort WHERE slug = '\(room.cohort)'"
        )
    }

    @Test func oneIsEarnedIssuedCheckedTracedAndRevoked() async throws {
        try await Daemon.with(options: ["--public-url", Self.address]) { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work")
            try await plan(room)
            let mina = try await room.member("mina")
            let kim = try await room.member("kim")
            let head = try await room.member("head", role: "admin")
            _ = try await room.submit("work", room.work(mina, ["score": "8 2\n"]), as: mina)
            _ = try await room.submit("work", room.work(kim, ["score": "2 1\n"]), as: kim)

            let cohort = ["--cohort", room.cohort]
            let eligible = try await daemon.must(["certificate", "eligible", "-o", "json"] + cohort, as: head).json
            #expect(eligible.items.map { $0["verdict"].text } == ["open", "met"], "\(eligible)")
            #expect(try await daemon.cli(["certificate", "issue", kim.name] + cohort, as: head).status == 7)
            #expect(try await daemon.cli(["certificate", "issue"] + cohort, as: mina).status == 4)
            let made = try await daemon.must(["certificate", "issue", "-o", "json"] + cohort, as: head).json
            #expect(made["issued"].number == 1 && made["certificates"].items.count == 1)
            let id = try #require(made["certificates"][0]["id"].text)
            let again = try await daemon.must(["certificate", "issue", "-o", "json"] + cohort, as: head).json
            #expect(again["issued"].number == 0 && again["certificates"][0]["id"].text == id)
            // Whose it is not learns nothing of it.
            #expect(try await daemon.cli(["certificate", "show", id], as: kim).status == 3)
            #expect(try await daemon.must(["certificate", "list", "-o", "json"], as: mina).json.items.count == 1)

            // Offline, with what is published.
            let did = try await fetch(daemon, "/issuers/\(room.cohort)/did.json")
            let list = try await fetch(daemon, "/issuers/\(room.cohort)/status/1")
            #expect(did.status == "200" && list.status == "200" && did.head.lowercased().contains("cache-control: public"))
            #expect(try await fetch(daemon, "/.well-known/did.json").status == "404")
            let home = mina.home
            try Data(did.body.utf8).write(to: URL(fileURLWithPath: home + "/did.json"))
            try Data(list.body.utf8).write(to: URL(fileURLWithPath: home + "/status.jwt"))
            let shown = ["--did", home + "/did.json", "--status", home + "/status.jwt"]
            for form in ["jwt", "svg"] {
                try await daemon.must(["certificate", "show", id, "--to", "\(home)/c.\(form)"], as: mina)
                let good = try await daemon.cli(["certificate", "verify", "\(home)/c.\(form)"] + shown)
                #expect(good.status == 0, "\(good.text)")
            }
            #expect(try await daemon.cli(["certificate", "verify", home + "/c.jwt", "--did", home + "/did.json"]).status == 8)
            let later = try await daemon.cli(["certificate", "verify", home + "/c.jwt", "--at", "2036-01-01T00:00:00Z"] + shown)
            #expect(later.status == 1 && later.text.contains("dates"))
            var changed = Array(try Data(contentsOf: URL(fileURLWithPath: home + "/c.jwt")))
            changed[changed.count / 2] ^= 1
            try Data(changed).write(to: URL(fileURLWithPath: home + "/x.jwt"))
            #expect(try await daemon.cli(["certificate", "verify", home + "/x.jwt"] + shown).status == 1)

            // The page.
            let page = try await fetch(daemon, "/verify/\(id)", ["-H", "Accept-Language: ko-KR,ko;q=0.9,en;q=0.5"])
            #expect(page.status == "200" && page.body.contains("유효한 수료증입니다") && page.body.contains("웹 기초 과정"))
            #expect(!page.body.contains("<script") && page.head.contains("default-src 'none'"))
            #expect(try await fetch(daemon, "/verify/\(id)?lang=en").body.contains("This certificate is valid."))
            #expect(try await fetch(daemon, "/verify/crt_none").status == "404")
            #expect(try await fetch(daemon, "/achievements/\(room.cohort)").body.contains("work with at least 60%"))
            let uploaded = try await fetch(daemon, "/verify", ["-F", "file=@\(home)/c.svg", "-F", "text="])
            #expect(uploaded.status == "200" && uploaded.body.contains("This certificate is valid."), "\(uploaded.body)")
            let bad = try await fetch(daemon, "/verify", ["-F", "file=@\(home)/x.jwt"])
            #expect(!bad.body.contains("This certificate is valid."))

            // Back to the archive that earned it.
            let links = try await daemon.must(["certificate", "evidence", id, "-o", "json"], as: head).json.items
            #expect(links.count >= 7 && links.allSatisfy { $0["holds"].number == 1 }, "\(links)")
            let regraded = try await daemon.cli(["certificate", "evidence", id, "--regrade"], as: head)
            #expect(regraded.status == 0 && regraded.text.contains("10/10 before, 10/10 now"), "\(regraded.text)")

            // A new key leaves it valid.
            try await daemon.must(["certificate", "key", "rotate", room.cohort])
            try Data(try await fetch(daemon, "/issuers/\(room.cohort)/did.json").body.utf8).write(
                to: URL(fileURLWithPath: home + "/did.json"))
            try Data(try await fetch(daemon, "/issuers/\(room.cohort)/status/1").body.utf8).write(
                to: URL(fileURLWithPath: home + "/status.jwt"))
            #expect(try await daemon.cli(["certificate", "verify", home + "/c.jwt"] + shown).status == 0)
            let renewed = try await daemon.must(["certificate", "renew", id, "-o", "json"], as: head).json
            #expect(renewed["renews"].text == id)
            #expect(try await daemon.cli(["certificate", "renew", id], as: head).status == 7)

            // Revoked, for whoever looks.
            try await daemon.must(["certificate", "revoke", id, "--reason", "a test of it"], as: head)
            #expect(try await daemon.cli(["certificate", "revoke", id, "--reason", "again"], as: head).status == 7)
            try Data(try await fetch(daemon, "/issuers/\(room.cohort)/status/1").body.utf8).write(
                to: URL(fileURLWithPath: home + "/status.jwt"))
            let revoked = try await daemon.cli(["certificate", "verify", home + "/c.jwt"] + shown)
            #expect(revoked.status == 1 && revoked.text.contains("status"), "\(revoked.text)")
            let gone = try await fetch(daemon, "/verify/\(id)")
            #expect(gone.body.contains("This certificate is not valid.") && !gone.body.contains("a test of it"))
            #expect(try await daemon.cli(["audit", "verify"]).status == 0)
        }
    }

    /// The printed form, read back by programs that are not ours.
    @Test(
        .enabled(
            if: ["rsvg-convert", "zbarimg", "pdftotext", "pdftoppm"].allSatisfy {
                FileManager.default.isExecutableFile(atPath: "/usr/bin/" + $0)
            }, "needs Debian's librsvg2-bin, zbar-tools and poppler-utils"))
    func thePaperCanBeRead() async throws {
        try await Daemon.with(options: ["--public-url", Self.address]) { daemon in
            let room = try await Classroom(daemon)
            try await room.assignment("work")
            try await plan(room)
            let code = try #require(
                try await daemon.must(["enroll", "\(room.cohort)-hong", "--cohort", room.cohort, "--name", "홍길동", "-o", "json"])
                    .json["code"].text)
            let hong = Member(name: "\(room.cohort)-hong", home: "\(daemon.folder)/\(room.cohort)-hong")
            try await daemon.must(["login", code, "--server", "unix:" + daemon.socket], as: hong)
            _ = try await room.submit("work", room.work(hong, ["score": "8 2\n"]), as: hong)
            let made = try await daemon.must(["certificate", "issue", "--cohort", room.cohort, "-o", "json"]).json
            let id = try #require(made["certificates"][0]["id"].text)
            let pdf = hong.home + "/c.pdf"
            try await daemon.must(["certificate", "show", id, "--to", pdf], as: hong)
            try await daemon.must(["certificate", "show", id, "--to", hong.home + "/c.png"], as: hong)
            let script =
                "pdftotext \(pdf) - && pdftoppm -r 150 -png \(pdf) \(hong.home)/page && zbarimg -q --raw \(hong.home)/page*.png && zbarimg -q --raw \(hong.home)/c.png"
            let program = try RunningProgram(
                "/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"], folder: hong.home,
                outputs: hong.home + "/read")
            #expect(await program.ended(within: .seconds(60)) == 0, "\(program.errors)")
            #expect(program.output.contains("홍길동") && program.output.contains("웹 기초 과정"), "\(program.output)")
            #expect(program.output.components(separatedBy: "\(Self.address)/verify/\(id)\n").count >= 3, "\(program.output)")
        }
    }
}
