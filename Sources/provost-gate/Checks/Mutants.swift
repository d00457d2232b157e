import ProvostCore

/// Small changes to a program, one at a time, that good tests should notice.
///
/// Operators are textual and few, after the classic set (relational, arithmetic, logical, constant): no parser, so some mutants mean the same as the original.
/// That is why a survivor is listed for the author to look at and does not fail the check.
enum Mutants {
    struct Mutant: Sendable {
        let path: String
        let line: Int
        /// “`<` → `<=`”.
        let change: String
        let content: [UInt8]
    }

    /// Languages by file name ending, with the sign that begins a comment.
    private static let comments: [String: String] = [
        "c": "//", "h": "//", "cc": "//", "cpp": "//", "java": "//", "js": "//", "ts": "//", "go": "//", "rs": "//",
        "swift": "//",
        "kt": "//", "py": "#", "sh": "#", "bash": "#", "rb": "#", "pl": "#", "sql": "--",
    ]
    private static let swaps: [(from: String, to: String)] = [
        ("<=", "<"), (">=", ">"), ("==", "!="), ("!=", "=="), (" < ", " <= "), (" > ", " >= "), (" + ", " - "), (" - ", " + "),
        (" * ", " + "), (" / ", " * "), (" % ", " + "), ("&&", "||"), ("||", "&&"), (" and ", " or "), (" or ", " and "),
        ("True", "False"), ("False", "True"), ("true", "false"), ("false", "true"), ("++", "--"), (" -lt ", " -le "),
        (" -gt ", " -ge "), (" -eq ", " -ne "), (" ASC", " DESC"), (" DESC", " ASC"), (" 0", " 1"), (" 1", " 2"), ("[0]", "[1]"),
    ]

    /// At most `count` mutants, spread evenly over all that could be made, the same ones every time.
    static func of(_ files: [(path: String, text: String)], count: Int) -> [Mutant] {
        let all = files.flatMap(every)
        guard all.count > count, count > 0 else { return count > 0 ? all : [] }
        return (0..<count).map { all[$0 * all.count / count] }
    }

    private static func every(_ file: (path: String, text: String)) -> [Mutant] {
        let ending = file.path.split(separator: ".").last.map(String.init) ?? ""
        let isScript = !file.path.contains(".") && file.text.hasPrefix("#!")
        guard let comment = isScript ? "#" : comments[ending] else { return [] }
        let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var mutants: [Mutant] = []
        for (index, line) in lines.enumerated() {
            let code = line.drop { $0 == " " || $0 == "\t" }
            guard !code.isEmpty, !code.hasPrefix(comment), !code.hasPrefix("*"), !code.hasPrefix("/*"), !code.hasPrefix("#"),
                !code.hasPrefix("import "), !code.hasPrefix("from "), !code.hasPrefix("\"\"\"")
            else { continue }
            for swap in swaps {
                guard let range = line.firstRange(of: swap.from) else { continue }
                // `<=` is not `<`, and `0` in `01` or `0.5` is another number.
                if swap.from.last?.isNumber == true, let next = line[range.upperBound...].first, next.isNumber || next == "." {
                    continue
                }
                var changed = lines
                changed[index].replaceSubrange(range, with: swap.to)
                mutants.append(
                    Mutant(
                        path: file.path, line: index + 1, change: "“\(swap.from)” → “\(swap.to)”",
                        content: Array(changed.joined(separator: "\n").utf8)))
            }
        }
        return mutants
    }
}
