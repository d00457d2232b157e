/// How a grader's own process ended in a room that learner code shared, as `shared-run` tells it: three words, `ended`,
/// `exited:N` or `signaled:N`, and the number of processes that outlived it (they are gone when this is said).
package struct SharedEnding: Hashable, Sendable {
    /// `exited` or `signaled`.
    package let ending: RoomReport.Ending
    /// Processes of the room, besides the grader's own, that were still there when it ended.
    package let survivors: Int

    package init(ending: RoomReport.Ending, survivors: Int) {
        self.ending = ending
        self.survivors = survivors
    }

    /// Reads the message, each word ended by NUL; nil when it is anything else.
    package init?(message: [UInt8]) {
        guard message.last == 0, message.count <= 64 else { return nil }
        let words = message.dropLast().split(separator: 0, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        guard words.count == 3, words[0] == "ended", let survivors = Self.number(words[2]) else { return nil }
        let parts = words[1].split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let number = Self.number(parts[1]), number <= 255 else { return nil }
        switch parts[0] {
        case "exited": ending = .exited(Int32(number))
        case "signaled" where number > 0: ending = .signaled(Int32(number))
        default: return nil
        }
        self.survivors = survivors
    }

    private static func number(_ text: String) -> Int? {
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text)
    }
}
