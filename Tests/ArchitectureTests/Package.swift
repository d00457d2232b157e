import Foundation

/// Package.swift and the sources, read as text: `swift package` would wait for the very build that runs the tests.
struct Package {
    struct Target {
        let name: String
        let isTest: Bool
        let folder: String
        /// Our own targets that it declares.
        let targets: Set<String>
        /// Third-party products that it declares.
        let products: Set<String>
    }
    struct Source {
        /// Relative to the package.
        let path: String
        let lines: [Substring]
        let imports: [String]
    }
    struct Unreadable: Error { let what: String }

    /// What the toolchain brings.
    static let system: Set<String> = [
        "Dispatch", "Foundation", "FoundationEssentials", "Glibc", "Swift", "Synchronization", "Testing",
    ]

    let root: String
    let targets: [Target]

    static func read() throws -> Package {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        let text = try String(contentsOf: root.appendingPathComponent("Package.swift"), encoding: .utf8)
        guard let begin = text.range(of: "\n    targets: ["),
            let end = text.range(of: "\n    ],", range: begin.upperBound..<text.endIndex)
        else {
            throw Unreadable(what: "Package.swift has no list of targets")
        }
        let lines = text[begin.upperBound..<end.lowerBound].split(separator: "\n").filter {
            !$0.drop { $0 == " " }.hasPrefix("//")
        }
        let list = lines.joined(separator: "\n")
        // An entry begins where a line does, at its own indentation.
        let entries = list.split(separator: /(?:^|\n) {8}(?=\.[a-zA-Z]+\()/)
        let targets = try entries.map { try target(String($0)) }
        return Package(root: root.path, targets: targets)
    }

    private static func target(_ entry: String) throws -> Target {
        guard let kind = entry.firstMatch(of: /^\.([a-zA-Z]+)\(/)?.1, let name = entry.firstMatch(of: /name: "([^"]+)"/)?.1 else {
            throw Unreadable(what: "Package.swift: \(entry.prefix(80))")
        }
        let isTest = kind == "testTarget"
        var targets: Set<String> = []
        var products: Set<String> = []
        if let start = entry.range(of: "dependencies: [") {
            var list = ""
            var depth = 1
            for character in entry[start.upperBound...] {
                if character == "[" { depth += 1 }
                if character == "]" { depth -= 1 }
                if depth == 0 { break }
                list.append(character)
            }
            for product in list.matches(of: /\.product\(name: "([^"]+)"[^)]*\)/) { products.insert(String(product.1)) }
            for own in list.replacing(/\.product\([^)]*\)/, with: "").matches(of: /"([^"]+)"/) { targets.insert(String(own.1)) }
        }
        let path = entry.firstMatch(of: /path: "([^"]+)"/).map { String($0.1) }
        return Target(
            name: String(name), isTest: isTest, folder: path ?? "\(isTest ? "Tests" : "Sources")/\(name)", targets: targets,
            products: products)
    }

    func sources(of name: String) throws -> [Source] {
        guard let target = targets.first(where: { $0.name == name }) else { throw Unreadable(what: "no target \(name)") }
        return try sources(of: target)
    }

    func sources(of target: Target) throws -> [Source] {
        let folder = "\(root)/\(target.folder)"
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
            let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            return Source(path: "\(target.folder)/\(name)", lines: lines, imports: lines.compactMap(Self.module))
        }
    }

    /// The module that a line imports, if it does.
    private static func module(_ line: Substring) -> String? {
        // Not what is indented: another language's lines in a text of ours.
        guard line.first != " " else { return nil }
        let words = line.split(separator: " ")
        guard let position = words.firstIndex(of: "import"), position + 1 < words.count else { return nil }
        let modifiers: Set<Substring> = ["package", "public", "internal", "private", "fileprivate"]
        guard words[..<position].allSatisfy({ modifiers.contains($0) || $0.hasPrefix("@") }) else { return nil }
        let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
        let name = kinds.contains(words[position + 1]) ? words.dropFirst(position + 2).first : words[position + 1]
        return name.flatMap { $0.split(separator: ".").first.map(String.init) }
    }

    /// Every target and product that is reached from a target.
    func closure(of name: String) -> Set<String> {
        var reached: Set<String> = []
        var open = [name]
        while let next = open.popLast() {
            guard let target = targets.first(where: { $0.name == next }) else { continue }
            reached.formUnion(target.products)
            open += target.targets.subtracting(reached)
            reached.formUnion(target.targets)
        }
        return reached
    }
}
