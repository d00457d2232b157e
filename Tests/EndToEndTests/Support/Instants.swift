import Glibc

/// Random instants at which a daemon is killed, spread over the time that something takes.
///
/// PROVOST_INSTANTS: how many, 5 by default. PROVOST_SEED: the number that a failed run printed, to have the same ones again.
enum Instants {
    static var count: Int { environment("PROVOST_INSTANTS").flatMap { Int($0) } ?? 5 }

    /// Prints what is needed to have the same again.
    static func within(_ length: Duration, of what: String) -> [Duration] {
        let seed = environment("PROVOST_SEED").flatMap { UInt64($0) } ?? .random(in: 0 ... .max)
        let most = max(1, Int64(length / .milliseconds(1)))
        print("\(count) instants within \(most) ms of a \(what); PROVOST_SEED=\(seed)")
        var random = Seeded(state: seed)
        return (0..<count).map { _ in .milliseconds(Int64.random(in: 0...most, using: &random)) }
    }

    private static func environment(_ name: String) -> String? { unsafe getenv(name).map { unsafe String(cString: $0) } }

    /// SplitMix64.
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9e37_79b9_7f4a_7c15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
            return mixed ^ (mixed >> 31)
        }
    }
}
