import Crypto
package import ProvostCore
import ProvostManifests
import ProvostStore

/// Programs as files: published, shown, compared, and what a cohort gets of them.
package struct ProgramService: Sendable {
    let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    // MARK: Programs

    /// A publication with what differs from the version before.
    package struct Publication: Sendable {
        package let version: ProgramVersion
        package let isNew: Bool
        package let since: Int?
        package let changes: [ProgramChange]
    }

    /// Keeps a program's file as its newest version. Throws `invalid` with a line for each mistake of the file.
    package func publish(_ principal: Principal, file: String, text: String) async throws(ProvostError) -> Publication {
        try principal.require(.administer)
        let description = try read(file: file, text: text)
        let before = try await newestIfAny(description.name)
        let digest = ContentDigest(bytes: SHA256.hash(data: Array(text.utf8)))
        let (version, isNew) = try await context.store.publishProgram(
            description, digest: digest, source: text, program: context.identifiers.next("prg"), by: principal.name,
            at: context.now())
        let since = isNew ? before : nil
        return Publication(
            version: version, isNew: isNew, since: since?.number,
            changes: since.map { ProgramChange.between($0.description.facts, description.facts) } ?? [])
    }

    /// All versions, newest first. Throws `notFound` for a program that is not there or of which no file was published.
    package func versions(_ principal: Principal, program: Slug) async throws(ProvostError) -> [ProgramVersion] {
        try principal.require(.author)
        let versions = try await context.store.programVersions(program)
        guard !versions.isEmpty else {
            throw ProvostError(
                .notFound, "No file of the program “\(program)” is published; publish one with: provost program publish FILE")
        }
        return versions
    }

    /// What differs between a version (nil: the newest) and another one, or a file.
    /// - Returns: the numbers of what was compared, nil for a file.
    package func difference(
        _ principal: Principal, program: Slug, from: Int?, to: Int?, file: (name: String, text: String)?
    ) async throws(ProvostError) -> (from: Int, to: Int?, changes: [ProgramChange]) {
        let versions = try await versions(principal, program: program)
        func find(_ number: Int) throws(ProvostError) -> ProgramVersion {
            guard let version = versions.first(where: { $0.number == number }) else {
                throw ProvostError(.notFound, "The program “\(program)” has versions 1 to \(versions.count), and no \(number).")
            }
            return version
        }
        let old = try from.map(find) ?? versions[0]
        let new: ProgramDescription
        if let to {
            new = try find(to).description
        } else if let file {
            new = try read(file: file.name, text: file.text)
            guard new.name == program else {
                throw ProvostError(.invalid, "\(file.name) is the program “\(new.name)”, not “\(program)”.")
            }
        } else {
            throw ProvostError(.invalid, "Say with what to compare: another version's number, or a file.")
        }
        return (old.number, to, ProgramChange.between(old.description.facts, new.facts))
    }

    private func read(file: String, text: String) throws(ProvostError) -> ProgramDescription {
        var surroundings = ProgramReader.Surroundings()
        let zones = context.zones
        surroundings.hasTimezone = { (try? zones.zone($0)) != nil }
        return try ProgramReader.read(file: file, text: Array(text.utf8), surroundings: surroundings)
    }

    /// nil for a program that is not there as well.
    func newestIfAny(_ program: Slug) async throws(ProvostError) -> ProgramVersion? {
        do throws(ProvostError) { return try await context.store.newestProgramVersion(program) } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
