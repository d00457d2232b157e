/// What stays out of an archive, folder by folder on the way down.
package struct IgnoreRules {
    /// Which rules count.
    package enum Source: Sendable {
        /// What a learner hands in: `.gitignore` and `.provostignore` of the folder and of those inside count, the latter first.
        case submission
        /// Labs and graders: everything, but for `.git` and what operating systems leave behind.
        case everything
    }

    private struct List {
        let file: String
        /// The folder that the list lies in, with a slash at the end; empty for the top.
        let base: [UInt8]
        let patterns: [IgnorePattern]
    }

    /// In the order of their weight.
    static let fileNames = [".provostignore", ".gitignore"]

    private let source: Source
    /// By file name, the deepest last.
    private var lists: [String: [List]] = [:]

    /// Without any ignore file yet; the walk adds them as it meets them.
    package init(_ source: Source) { self.source = source }

    /// The ignore files that count.
    var wanted: [String] {
        if case .submission = source { Self.fileNames } else { [] }
    }

    /// Takes in one ignore file's content; `base` is the folder it lies in, relative to the top and ending in a slash, or empty.
    mutating func add(_ content: [UInt8], file: String, base: [UInt8]) {
        // A byte order mark is not part of the first pattern.
        let text = content.starts(with: [0xEF, 0xBB, 0xBF]) ? content.dropFirst(3) : content[...]
        let patterns = text.split(separator: UInt8(ascii: "\n")).compactMap { IgnorePattern(line: $0) }
        if patterns.isEmpty { return }
        lists[file, default: []].append(List(file: file, base: base, patterns: patterns))
    }

    /// The rules of the folder above, when the walk leaves `base`.
    mutating func drop(base: [UInt8]) {
        for file in Self.fileNames where lists[file]?.last?.base == base && !base.isEmpty { lists[file]?.removeLast() }
    }

    /// The rule that leaves `path` out (`.gitignore: *.o`, `src/.gitignore: build/`), or nil if it is taken in.
    /// The caller asks for each folder first and does not go into one that is left out.
    func rule(against path: [UInt8], isFolder: Bool) -> String? {
        let name = path.lastIndex(of: UInt8(ascii: "/")).map { path[($0 + 1)...] } ?? path[...]
        if name.elementsEqual(".git".utf8) { return "git's own data" }
        if MemberPath.isJunk(String(decoding: name, as: UTF8.self)) { return "left behind by an operating system" }
        guard case .submission = source else { return nil }
        for file in Self.fileNames {
            for list in (lists[file] ?? []).reversed() {
                let relative = path[list.base.count...]
                for pattern in list.patterns.reversed() where pattern.matches(relative, isFolder: isFolder) {
                    return pattern.isNegated ? nil : "\(String(decoding: list.base, as: UTF8.self))\(list.file): \(pattern.line)"
                }
            }
        }
        return nil
    }
}
