import ArgumentParser
import FoundationEssentials
import Glibc
import ProvostAPI
import ProvostArchive
package import ProvostCore

struct PersonExport: AsyncParsableCommand {
    static let configuration = Help.command(
        "export", "Put everything on record about a person into a folder or a ZIP: a page to read, JSON, and files.",
        note: """
            One's own data without a reason; administrators say why they take somebody else's,
            which stays on record. Homes of workspaces are taken out by “provost export”.
            """,
        examples: "provost person export minji --to minji-data", "provost person export minji --to minji.zip --reason \"asked\"")

    @Argument(help: "The person.", transform: reading { try Slug($0) })
    var person: Slug
    @Option(help: ArgumentHelp("A new folder, or a new file that ends with .zip.", valueName: "path"), completion: .file())
    var to: String
    @Option(help: ArgumentHelp("Why; it stays on record.", valueName: "text"))
    var reason: String?
    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        let session = try connection.session()
        let isZip = to.lowercased().hasSuffix(".zip")
        let folder = isZip ? "\(to).\(getpid())-\(UInt32.random(in: 0 ... .max)).parts" : to
        guard unsafe mkdir(folder, 0o700) == 0 else { throw notWritten(folder, session) }
        defer { if isZip { FolderRemoval.remove(folder) } }
        let files: [String]
        do { files = try await PersonFolder(session: session, person: person.text, folder: folder).fill(reason: reason) } catch {
            // Half of somebody's data is no export; the folder is ours, made just now.
            if !isZip { FolderRemoval.remove(folder) }
            throw error
        }
        if isZip { try ZipFile.write(files, from: folder, to: to, session.surroundings) }
        session.say(.roster(.personExported(path: to, files: files.count)))
    }

    private func notWritten(_ path: String, _ session: Session) -> ProvostError {
        session.surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
    }
}

/// What an export of a person holds.
private struct PersonFolder {
    let session: Session
    let person: String
    let folder: String

    /// Writes everything and answers with the files' names.
    func fill(reason: String?) async throws -> [String] {
        let data: PersonData = try await session.client.get(
            Route.path("persons", person, "data", query: [("reason", reason)]), idle: .seconds(300))
        try write("data.json", [UInt8](try WireCoding.encoder(pretty: true).encode(data)))
        var files = ["data.json"]
        var missing: [String] = []
        for row in data.tables["submission"] ?? [] {
            guard let id = row["id"] ?? nil else { continue }
            if files.count == 1 { try make("submissions") }
            let sink = ArchiveSink(to: nil, stem: "\(folder)/submissions/\(id)", surroundings: session.surroundings)
            do {
                try await session.client.download(Route.path("submissions", id, "archive")) { try sink.take($0) }
                let digest = try sink.finish()
                guard digest.hex == row["digest"] ?? nil else {
                    throw session.surroundings.error(.unavailable, .damagedDownload)
                }
                files.append("submissions/\(sink.path?.split(separator: "/").last.map(String.init) ?? id)")
            } catch let refusal as ServerRefusal {
                // One that was erased, or that the caller may no longer read: the rest is worth having.
                sink.discard()
                missing.append(session.text(.roster(.archiveMissing(submission: id, reason: refusal.error.message))))
            }
        }
        for note in missing { Console.say(note) }
        try write("index.html", Array(PersonPage.html(data, files: files, missing: missing).utf8))
        return ["index.html"] + files
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        do { try PrivateFile.write(bytes, to: "\(folder)/\(name)") } catch {
            throw session.surroundings.error(.invalid, .fileNotWritten(path: "\(folder)/\(name)", reason: error.description))
        }
    }

    private func make(_ name: String) throws {
        guard unsafe mkdir("\(folder)/\(name)", 0o700) == 0 || errno == EEXIST else {
            throw session.surroundings.error(
                .invalid, .fileNotWritten(path: "\(folder)/\(name)", reason: PrivateFile.Failure().description))
        }
    }
}

/// The page of an export: every table, without a script.
package enum PersonPage {
    package static func html(_ data: PersonData, files: [String], missing: [String]) -> String {
        var html = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <title>\(escaped(data.person.name))</title>
            <style>body{font:15px/1.5 sans-serif;margin:2em}table{border-collapse:collapse;margin:0 0 2em}\
            th,td{border:1px solid #ccc;padding:.2em .5em;text-align:left;vertical-align:top;white-space:pre-wrap}</style></head><body>
            <h1>\(escaped(data.person.name))</h1>
            <p>Everything on record about \(escaped(data.person.slug.text)) at \(data.at), but hidden tests, marks that are not released yet
            and reasons of doubts that are still open. The same is in data.json for programs.<br>
            \(escaped(data.person.slug.text))님에 대해 기록된 모든 것입니다. 숨긴 테스트, 아직 공개되지 않은 평가, 진행 중인 조사의 이유는 빠져 있습니다.
            프로그램용 자료는 data.json에 있습니다.</p>

            """
        if files.count > 1 {
            let list = files.filter { $0 != "data.json" }.map { "<li><a href=\"\(escaped($0))\">\(escaped($0))</a></li>" }
            html += "<h2>Files / 파일</h2><ul>\(list.joined())</ul>\n"
        }
        if !missing.isEmpty { html += "<h2>Missing / 없는 것</h2><ul>\(missing.map { "<li>\(escaped($0))</li>" }.joined())</ul>\n" }
        for (name, rows) in data.tables.sorted(by: { $0.key < $1.key }) where !rows.isEmpty {
            let columns = Set(rows.flatMap(\.keys)).sorted()
            let head = columns.map { "<th>\(escaped($0))</th>" }.joined()
            html += "<h2>\(escaped(name)) (\(rows.count))</h2><table><tr>\(head)</tr>\n"
            for row in rows {
                html += "<tr>" + columns.map { "<td>\(escaped((row[$0] ?? nil) ?? ""))</td>" }.joined() + "</tr>\n"
            }
            html += "</table>\n"
        }
        return html + "</body></html>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// A ZIP made from files on the disk, piece by piece.
private enum ZipFile {
    /// A file of that name appears only when all of it is written. Throws `invalid`, `limitReached` beyond 4 GiB.
    static func write(_ names: [String], from folder: String, to path: String, _ surroundings: Surroundings) throws {
        let fresh = folder + ".zip"
        let target = unsafe open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw failure(fresh, surroundings) }
        defer {
            close(target)
            unsafe unlink(fresh)
        }
        var zip = StoredZip()
        do {
            for name in names {
                let source = unsafe open("\(folder)/\(name)", O_RDONLY | O_CLOEXEC)
                guard source >= 0 else { throw failure(name, surroundings) }
                defer { close(source) }
                // Once for the checksum, which stands before the bytes, and once for the bytes.
                var checksum = CRC32()
                var length: Int64 = 0
                try each(of: source) {
                    checksum.update($0)
                    length += Int64($0.count)
                }
                guard zip.offset + length < StoredZip.largest - 16 << 20, names.count < 65_000 else {
                    throw surroundings.error(.limitReached, .roster(.zipTooLarge(path: path)))
                }
                try PrivateFile.writeAll(zip.header(name, bytes: length, checksum: checksum.value), to: target)
                try each(of: source) { try PrivateFile.writeAll($0, to: target) }
            }
            try PrivateFile.writeAll(zip.ending(), to: target)
        } catch let error as PrivateFile.Failure {
            throw surroundings.error(.invalid, .fileNotWritten(path: path, reason: error.description))
        }
        guard fsync(target) == 0, unsafe link(fresh, path) == 0 else { throw failure(path, surroundings) }
    }

    private static func each(of descriptor: Int32, _ body: ([UInt8]) throws -> Void) throws {
        lseek(descriptor, 0, SEEK_SET)
        while true {
            let piece = try PrivateFile.readAll(descriptor, limit: 64 << 10)
            if piece.isEmpty { return }
            try body(piece)
        }
    }

    private static func failure(_ path: String, _ surroundings: Surroundings) -> ProvostError {
        surroundings.error(.invalid, .fileNotWritten(path: path, reason: PrivateFile.Failure().description))
    }
}
