import ArgumentParser
import Glibc
import ProvostAPI
import ProvostCore

struct WorkspaceDiff: AsyncParsableCommand {
    static let configuration = Help.command(
        "diff", "Compare your files with the lab's starter files: new, changed and removed.",
        note: """
            Only files of the starter are looked at. One that your home does not have was
            removed by you, or is new in the lab. New material is under /lab and never
            overwrites your files.
            """,
        examples: "provost workspace diff", "provost workspace diff web-service | less")

    @OptionGroup var workspace: WorkspaceArgument
    @OptionGroup var connection: ConnectionOptions

    /// Ends with 3 when there is no starter. `starter.tar`-like tools are not needed: find, cmp and diff are in every image.
    private static let script = """
        cd /lab/starter 2>/dev/null || exit 3
        count=$(find . -type f | wc -l)
        find . -type f | LC_ALL=C sort | while IFS= read -r file; do
            file=${file#./}
            own=/home/learner/$file
            if [ ! -e "$own" ]; then printf 'only in the lab (removed by you, or new there): %s\\n' "$file"
            elif [ ! -f "$own" ]; then printf 'changed (no longer a file): %s\\n' "$file"
            elif ! cmp -s "$file" "$own"; then
                printf 'changed: %s\\n' "$file"
                diff -u --label "/lab/starter/$file" --label "$file" "$file" "$own"
            fi
        done
        echo "$count" >&2
        """

    func run() async throws {
        let session = try connection.session()
        let name = try await WorkspaceChoice.find(workspace.name, session)
        let answer = try await RoomProgram(session: session, workspace: name).collect(Self.script)
        if answer.status == 3 { return session.say(.workspace(.noStarter)) }
        guard answer.status == 0 else {
            throw session.surroundings.error(.unavailable, .workspace(.notCopied(reason: answer.errors)))
        }
        if answer.output.isEmpty {
            let last = answer.errors.split(whereSeparator: \.isWhitespace).last
            return session.say(.workspace(.sameAsStarter(files: last.flatMap { Int($0) } ?? 0)))
        }
        guard isatty(STDOUT_FILENO) == 1 else {
            _ = OutputWriter.write(answer.output, to: STDOUT_FILENO)
            return
        }
        Console.out(Console.sanitized(String(decoding: answer.output, as: UTF8.self)))
    }
}
