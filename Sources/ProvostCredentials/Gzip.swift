/// gzip (RFC 1952). Written uncompressed, in stored blocks, so that nothing has to be linked; read in full.
enum Gzip {
    static func stored(_ bytes: [UInt8]) -> [UInt8] {
        var packed: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
        var rest = bytes[...]
        repeat {
            let piece = rest.prefix(0xffff)
            rest = rest.dropFirst(piece.count)
            let length = UInt16(piece.count)
            packed.append(rest.isEmpty ? 1 : 0)
            for value in [length, ~length] { packed += [UInt8(truncatingIfNeeded: value), UInt8(value >> 8)] }
            packed += piece
        } while !rest.isEmpty
        for value in [CRC32.of(bytes), UInt32(truncatingIfNeeded: bytes.count)] {
            packed += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        return packed
    }

    /// nil when it is damaged or holds more than `most` bytes.
    static func unpacked(_ packed: [UInt8], most: Int) -> [UInt8]? {
        guard packed.count >= 18, packed[0] == 0x1f, packed[1] == 0x8b, packed[2] == 8, packed[3] & 0xe0 == 0 else { return nil }
        var start = 10
        let flags = packed[3]
        if flags & 4 != 0 {
            guard packed.count > start + 2 else { return nil }
            start += 2 + Int(packed[start]) + Int(packed[start + 1]) << 8
        }
        for flag in [8, 16] as [UInt8] where flags & flag != 0 {
            guard start < packed.count, let end = packed[start...].firstIndex(of: 0) else { return nil }
            start = end + 1
        }
        if flags & 2 != 0 { start += 2 }
        guard start < packed.count - 8 else { return nil }
        var inflater = Inflater(Array(packed[start..<packed.count - 8]), most: most)
        guard inflater.run() else { return nil }
        let tail = packed.suffix(8).map(UInt32.init)
        let number = { (offset: Int) in (0..<4).reduce(UInt32(0)) { $0 | tail[offset + $1] << UInt32(8 * $1) } }
        guard number(0) == CRC32.of(inflater.output), number(4) == UInt32(truncatingIfNeeded: inflater.output.count) else {
            return nil
        }
        return inflater.output
    }
}

/// The check sum of gzip and PNG (ISO 3309).
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xedb8_8320 ^ value >> 1 : value >> 1 }
    }

    static func of(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~UInt32(0)) { table[Int(($0 ^ UInt32($1)) & 255)] ^ $0 >> 8 }
    }
}

/// DEFLATE (RFC 1951), of bounded output: a list of a stranger's may be packed by any program.
private struct Inflater {
    private let input: [UInt8]
    private let most: Int
    private var position = 0
    private var held: UInt32 = 0
    private var count = 0
    private(set) var output: [UInt8] = []

    init(_ input: [UInt8], most: Int) {
        self.input = input
        self.most = most
    }

    /// How many codes there are of each length, and the symbols in the order of their codes.
    private struct Codes {
        var counts = [Int](repeating: 0, count: 16)
        var symbols: [Int] = []
        /// nil for lengths that are no prefix code (more codes than there is room for).
        init?(_ lengths: [Int]) {
            for length in lengths { counts[length] += 1 }
            counts[0] = 0
            var left = 1
            for length in 1..<16 {
                left = left << 1 - counts[length]
                if left < 0 { return nil }
            }
            for length in 1..<16 { symbols += lengths.indices.filter { lengths[$0] == length } }
        }
    }

    /// nil at the end of the input.
    private mutating func bits(_ need: Int) -> Int? {
        while count < need {
            guard position < input.count else { return nil }
            held |= UInt32(input[position]) << UInt32(count)
            position += 1
            count += 8
        }
        let value = held & ((1 << UInt32(need)) - 1)
        held >>= UInt32(need)
        count -= need
        return Int(value)
    }

    private mutating func symbol(_ codes: Codes) -> Int? {
        var (code, first, index) = (0, 0, 0)
        for length in 1..<16 {
            guard let bit = bits(1) else { return nil }
            code |= bit
            let count = codes.counts[length]
            if code - first < count { return codes.symbols[index + code - first] }
            index += count
            first = (first + count) << 1
            code <<= 1
        }
        return nil
    }

    mutating func run() -> Bool {
        while true {
            guard let last = bits(1), let kind = bits(2) else { return false }
            let fine =
                switch kind {
                case 0: stored()
                case 1: fixed()
                case 2: dynamic()
                default: false
                }
            guard fine else { return false }
            if last == 1 { return position == input.count }
        }
    }

    private mutating func stored() -> Bool {
        (held, count) = (0, 0)
        guard position + 4 <= input.count else { return false }
        let length = Int(input[position]) | Int(input[position + 1]) << 8
        let check = Int(input[position + 2]) | Int(input[position + 3]) << 8
        position += 4
        guard length == ~check & 0xffff, position + length <= input.count, output.count + length <= most else { return false }
        output += input[position..<position + length]
        position += length
        return true
    }

    private mutating func fixed() -> Bool {
        let lengths = (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }
        guard let literals = Codes(lengths), let distances = Codes([Int](repeating: 5, count: 30)) else { return false }
        return block(literals, distances)
    }

    private mutating func dynamic() -> Bool {
        guard let literalCount = bits(5), let distanceCount = bits(5), let lengthCount = bits(4) else { return false }
        let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
        var lengths = [Int](repeating: 0, count: 19)
        for index in 0..<lengthCount + 4 {
            guard let length = bits(3) else { return false }
            lengths[order[index]] = length
        }
        guard let codes = Codes(lengths) else { return false }
        let all = literalCount + 257 + distanceCount + 1
        var read: [Int] = []
        while read.count < all {
            guard let symbol = symbol(codes) else { return false }
            switch symbol {
            case 0..<16: read.append(symbol)
            case 16:
                guard let before = read.last, let more = bits(2) else { return false }
                read += [Int](repeating: before, count: more + 3)
            default:
                guard let more = bits(symbol == 17 ? 3 : 7) else { return false }
                read += [Int](repeating: 0, count: more + (symbol == 17 ? 3 : 11))
            }
        }
        guard read.count == all, literalCount < 30, let literals = Codes(Array(read.prefix(literalCount + 257))),
            let distances = Codes(Array(read.suffix(distanceCount + 1)))
        else { return false }
        return block(literals, distances)
    }

    private static let lengthBase = [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
    ]
    private static let distanceBase = [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193,
        12289, 16385, 24577,
    ]

    private mutating func block(_ literals: Codes, _ distances: Codes) -> Bool {
        while true {
            guard let symbol = symbol(literals) else { return false }
            if symbol == 256 { return true }
            if symbol < 256 {
                guard output.count < most else { return false }
                output.append(UInt8(symbol))
                continue
            }
            let index = symbol - 257
            guard index < Self.lengthBase.count else { return false }
            let lengthBits = index < 8 || index == 28 ? 0 : index / 4 - 1
            guard let more = bits(lengthBits), let far = self.symbol(distances), far < Self.distanceBase.count,
                let further = bits(far < 4 ? 0 : far / 2 - 1)
            else { return false }
            let length = Self.lengthBase[index] + more
            let distance = Self.distanceBase[far] + further
            guard distance <= output.count, output.count + length <= most else { return false }
            for _ in 0..<length { output.append(output[output.count - distance]) }
        }
    }
}
