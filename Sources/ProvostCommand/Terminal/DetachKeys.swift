/// Finds Ctrl-\ Ctrl-d among what is typed. Ctrl-\ twice is one Ctrl-\ for the program.
package struct DetachKeys: Sendable {
    /// What becomes of some typed bytes.
    package struct Typed: Equatable, Sendable {
        /// For the program.
        package var bytes: [UInt8]
        /// Both keys were pressed; what came after them is dropped.
        package var detaches: Bool
        package init(bytes: [UInt8], detaches: Bool) {
            self.bytes = bytes
            self.detaches = detaches
        }
    }
    private static let first: UInt8 = 0x1C
    private static let second: UInt8 = 0x04
    /// Ctrl-\ was pressed, and what follows it is not known yet.
    private var isHeld = false

    package init() {}

    /// Any number of bytes, however they are cut.
    package mutating func take(_ typed: [UInt8]) -> Typed {
        if !isHeld, !typed.contains(Self.first) { return Typed(bytes: typed, detaches: false) }
        var bytes: [UInt8] = []
        for byte in typed {
            if isHeld {
                isHeld = false
                if byte == Self.second { return Typed(bytes: bytes, detaches: true) }
                bytes.append(Self.first)
                if byte != Self.first { bytes.append(byte) }
            } else if byte == Self.first {
                isHeld = true
            } else {
                bytes.append(byte)
            }
        }
        return Typed(bytes: bytes, detaches: false)
    }
}
