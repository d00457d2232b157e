import ProvostCore

/// Where one member of an archive goes: components without `.`, `..` or emptiness, below the folder that is filled.
struct MemberPath: Hashable {
    /// Empty for the folder itself (`./`).
    let components: [String]
    let text: String

    var parent: MemberPath { MemberPath(components: Array(components.dropLast())) }
    var last: String { components.last ?? "" }

    init(components: [String]) {
        self.components = components
        text = components.joined(separator: "/")
    }

    /// Refuses what points outside: absolute paths, drive letters and `..`, wherever it would lead.
    init(checking name: String) throws(UnpackStop) {
        var components: [String] = []
        guard !name.hasPrefix("/") else { throw Self.unsafe(name, "an absolute path") }
        for part in name.split(separator: "/", omittingEmptySubsequences: true) where part != "." {
            guard part != ".." else { throw Self.unsafe(name, "a path with “..”") }
            components.append(String(part))
        }
        if let first = components.first?.utf8, first.count == 2, first.last == UInt8(ascii: ":"),
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first.first! | 0x20)
        {
            throw Self.unsafe(name, "a path with a drive letter")
        }
        self.init(components: components)
    }

    /// Refuses what is deeper or longer than allowed, or has a component that no file system takes (over 255 bytes).
    func check(_ limits: UnpackLimits, isFolder: Bool) throws(UnpackStop) {
        let depth = components.count - (isFolder ? 0 : 1)
        if depth > limits.depth {
            throw .refuse(
                .tooDeep, "\(shown(text)) lies \(depth) folders deep; at most \(limits.depth) are allowed. Use fewer folders.")
        }
        // Linux takes no path of 4096 bytes or more, whatever the limit says.
        let longest = min(limits.pathLength, 4000)
        if text.utf8.count > longest {
            throw .refuse(
                .pathTooLong,
                "The path \(shown(text)) has \(text.utf8.count) bytes; at most \(longest) are allowed. Use shorter names.")
        }
        if let long = components.first(where: { $0.utf8.count > 255 }) {
            throw .refuse(
                .pathTooLong, "The name \(shown(long)) has \(long.utf8.count) bytes; a name can have 255. Use a shorter name.")
        }
    }

    /// The part of the path, from the top, that an operating system left behind and nobody meant to hand in; nil if there is none.
    var junk: String? {
        for (index, component) in components.enumerated() where Self.isJunk(component) {
            return components[...index].joined(separator: "/")
        }
        return nil
    }

    static func isJunk(_ name: String) -> Bool {
        if name == "__MACOSX" || name == ".DS_Store" || name.hasPrefix("._") { return true }
        return ["thumbs.db", "desktop.ini"].contains(name.lowercased())
    }

    private static func unsafe(_ name: String, _ what: String) -> UnpackStop {
        .refuse(.unsafePath, "\(shown(name)) is \(what). Pack the folder itself, with paths that start inside it.")
    }
}

/// Follows symbolic links that exist only on paper, to know before any is made whether one of them leaves the folder.
struct LinkResolver {
    /// What each link says, by its path.
    var targets: [String: String] = [:]

    /// False if following the link at `path` would leave the folder at any step, is absolute, or never ends.
    func staysInside(_ path: MemberPath) -> Bool {
        var place: [String] = path.parent.components
        var waiting: [Substring] = []
        var followed = 0
        var next = targets[path.text]
        while true {
            if let target = next {
                followed += 1
                guard followed <= 40, !target.isEmpty, !target.hasPrefix("/") else { return false }
                waiting = target.split(separator: "/") + waiting
                next = nil
            }
            guard !waiting.isEmpty else { return true }
            let part = waiting.removeFirst()
            if part == "." { continue }
            if part == ".." {
                guard place.popLast() != nil else { return false }
                continue
            }
            place.append(String(part))
            if let target = targets[place.joined(separator: "/")] {
                next = target
                place.removeLast()
            }
        }
    }
}
