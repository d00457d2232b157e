package import FoundationEssentials

/// The one pair of coders for everything on the wire and for `-o json`: keys sorted, slashes as they are.
package enum WireCoding {
    package static func encoder(pretty: Bool = false) -> JSONEncoder {
        let encoder = JSONEncoder()
        encoder.outputFormatting =
            pretty ? [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted] : [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
    package static func decoder() -> JSONDecoder { JSONDecoder() }
}
