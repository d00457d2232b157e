/// A QR code (ISO/IEC 18004) of bytes, at error correction level M: what is scratched or printed badly by 15 % is still read.
package struct QRCode: Sendable {
    /// Modules along each side, 21 to 57.
    package let size: Int
    private var dark: [Bool]
    /// What belongs to patterns and not to data.
    private var fixed: [Bool]

    /// Of versions 1 to 10: how many code words there are, those of error correction in each block, and blocks.
    private static let versions: [(total: Int, correction: Int, blocks: Int)] = [
        (26, 10, 1), (44, 16, 1), (70, 26, 1), (100, 18, 2), (134, 24, 2), (172, 16, 4), (196, 18, 4), (242, 22, 4), (292, 22, 5),
        (346, 26, 5),
    ]
    private static let alignments: [[Int]] = [
        [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50],
    ]

    /// nil for more than 213 bytes.
    package init?(_ bytes: [UInt8]) {
        var chosen: Int?
        for version in 1...10 {
            let row = Self.versions[version - 1]
            let capacity = row.total - row.correction * row.blocks
            if bytes.count + (version < 10 ? 2 : 3) <= capacity {
                chosen = version
                break
            }
        }
        guard let version = chosen else { return nil }
        size = version * 4 + 17
        dark = [Bool](repeating: false, count: size * size)
        fixed = dark
        drawPatterns(version)
        draw(Self.words(bytes, version))
        chooseMask()
    }

    package subscript(column: Int, row: Int) -> Bool { dark[row * size + column] }

    /// A path of squares of one unit each, for the `d` of an SVG path.
    package var path: String {
        var path = ""
        for row in 0..<size {
            var column = 0
            while column < size {
                let length = (column..<size).prefix { self[$0, row] }.count
                if length > 0 { path += "M\(column) \(row)h\(length)v1h-\(length)z" }
                column += max(1, length)
            }
        }
        return path
    }

    // MARK: Words

    private static func words(_ bytes: [UInt8], _ version: Int) -> [UInt8] {
        let row = versions[version - 1]
        let capacity = row.total - row.correction * row.blocks
        var bits: [Bool] = []
        func append(_ value: Int, _ count: Int) {
            for bit in stride(from: count - 1, through: 0, by: -1) { bits.append(value >> bit & 1 == 1) }
        }
        append(4, 4)
        append(bytes.count, version < 10 ? 8 : 16)
        for byte in bytes { append(Int(byte), 8) }
        append(0, min(4, capacity * 8 - bits.count))
        append(0, (8 - bits.count % 8) % 8)
        var data = stride(from: 0, to: bits.count, by: 8).map { start in
            bits[start..<start + 8].reduce(UInt8(0)) { $0 << 1 | ($1 ? 1 : 0) }
        }
        var padding: UInt8 = 0xec
        while data.count < capacity {
            data.append(padding)
            padding ^= 0xec ^ 0x11
        }
        // Blocks are of equal length but for the last ones, which have a word more.
        let short = capacity / row.blocks
        let long = capacity % row.blocks
        let divisor = divisor(row.correction)
        var blocks: [[UInt8]] = []
        var rest = data[...]
        for index in 0..<row.blocks {
            let block = Array(rest.prefix(short + (index >= row.blocks - long ? 1 : 0)))
            rest = rest.dropFirst(block.count)
            blocks.append(block)
        }
        let corrections = blocks.map { remainder($0, divisor) }
        var words: [UInt8] = []
        for index in 0...short { words += blocks.compactMap { index < $0.count ? $0[index] : nil } }
        for index in 0..<row.correction { words += corrections.map { $0[index] } }
        return words
    }

    /// In the field of 256 with the polynomial 0x11d.
    private static func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var result = 0
        for bit in stride(from: 7, through: 0, by: -1) {
            result = result << 1 ^ (result >> 7) * 0x11d
            if right >> UInt8(bit) & 1 == 1 { result ^= Int(left) }
        }
        return UInt8(truncatingIfNeeded: result)
    }

    private static func divisor(_ degree: Int) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: degree - 1) + [1]
        var root: UInt8 = 1
        for _ in 0..<degree {
            for index in 0..<degree {
                result[index] = product(result[index], root)
                if index + 1 < degree { result[index] ^= result[index + 1] }
            }
            root = product(root, 2)
        }
        return result
    }

    private static func remainder(_ data: [UInt8], _ divisor: [UInt8]) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: divisor.count)
        for byte in data {
            let factor = byte ^ result.removeFirst()
            result.append(0)
            for index in result.indices { result[index] ^= product(divisor[index], factor) }
        }
        return result
    }

    // MARK: Drawing

    private mutating func set(_ column: Int, _ row: Int, _ value: Bool) {
        guard (0..<size).contains(column), (0..<size).contains(row) else { return }
        dark[row * size + column] = value
        fixed[row * size + column] = true
    }

    private mutating func drawPatterns(_ version: Int) {
        for index in 0..<size {
            set(6, index, index % 2 == 0)
            set(index, 6, index % 2 == 0)
        }
        for (column, row) in [(3, 3), (size - 4, 3), (3, size - 4)] {
            for y in -4...4 {
                for x in -4...4 {
                    let distance = max(abs(x), abs(y))
                    set(column + x, row + y, distance != 2 && distance != 4)
                }
            }
        }
        let places = Self.alignments[version - 1]
        for column in places {
            for row in places {
                let corner = (column == 6 && (row == 6 || row == size - 7)) || (row == 6 && column == size - 7)
                guard !corner else { continue }
                for y in -2...2 { for x in -2...2 { set(column + x, row + y, max(abs(x), abs(y)) != 1) } }
            }
        }
        drawFormat(0)
        guard version >= 7 else { return }
        var check = version
        for _ in 0..<12 { check = check << 1 ^ (check >> 11) * 0x1f25 }
        let bits = version << 12 | check
        for index in 0..<18 {
            let bit = bits >> index & 1 == 1
            set(size - 11 + index % 3, index / 3, bit)
            set(index / 3, size - 11 + index % 3, bit)
        }
    }

    private mutating func drawFormat(_ mask: Int) {
        // Level M is 00.
        var check = mask
        for _ in 0..<10 { check = check << 1 ^ (check >> 9) * 0x537 }
        let bits = (mask << 10 | check) ^ 0x5412
        let bit = { (index: Int) in bits >> index & 1 == 1 }
        for index in 0...5 { set(8, index, bit(index)) }
        set(8, 7, bit(6))
        set(8, 8, bit(7))
        set(7, 8, bit(8))
        for index in 9..<15 { set(14 - index, 8, bit(index)) }
        for index in 0..<8 { set(size - 1 - index, 8, bit(index)) }
        for index in 8..<15 { set(8, size - 15 + index, bit(index)) }
        set(8, size - 8, true)
    }

    private mutating func draw(_ words: [UInt8]) {
        var index = 0
        var right = size - 1
        while right >= 1 {
            if right == 6 { right = 5 }
            for vertical in 0..<size {
                for column in [right, right - 1] {
                    let upward = (right + 1) & 2 == 0
                    let row = upward ? size - 1 - vertical : vertical
                    guard !fixed[row * size + column], index < words.count * 8 else { continue }
                    dark[row * size + column] = words[index / 8] >> UInt8(7 - index % 8) & 1 == 1
                    index += 1
                }
            }
            right -= 2
        }
    }

    private mutating func apply(mask: Int) {
        for y in 0..<size {
            for x in 0..<size where !fixed[y * size + x] {
                let turns =
                    switch mask {
                    case 0: (x + y) % 2 == 0
                    case 1: y % 2 == 0
                    case 2: x % 3 == 0
                    case 3: (x + y) % 3 == 0
                    case 4: (x / 3 + y / 2) % 2 == 0
                    case 5: x * y % 2 + x * y % 3 == 0
                    case 6: (x * y % 2 + x * y % 3) % 2 == 0
                    default: ((x + y) % 2 + x * y % 3) % 2 == 0
                    }
                if turns { dark[y * size + x].toggle() }
            }
        }
    }

    private mutating func chooseMask() {
        var best = (mask: 0, penalty: Int.max)
        for mask in 0..<8 {
            apply(mask: mask)
            drawFormat(mask)
            let penalty = penalty
            if penalty < best.penalty { best = (mask, penalty) }
            apply(mask: mask)
        }
        apply(mask: best.mask)
        drawFormat(best.mask)
    }

    /// The standard's four features that make a code hard to read.
    private var penalty: Int {
        var penalty = 0
        let finder = [true, false, true, true, true, false, true]
        for line in 0..<size {
            for across in [true, false] {
                let modules = (0..<size).map { across ? self[$0, line] : self[line, $0] }
                var run = 1
                for index in 1...size {
                    if index < size, modules[index] == modules[index - 1] {
                        run += 1
                    } else {
                        if run >= 5 { penalty += run - 2 }
                        run = 1
                    }
                }
                for start in 0...size - 7 where Array(modules[start..<start + 7]) == finder {
                    let before = (start - 4..<start).allSatisfy { $0 < 0 || !modules[$0] }
                    let after = (start + 7..<start + 11).allSatisfy { $0 >= size || !modules[$0] }
                    penalty += (before ? 40 : 0) + (after ? 40 : 0)
                }
            }
        }
        for y in 0..<size - 1 {
            for x in 0..<size - 1 {
                let color = self[x, y]
                if self[x + 1, y] == color, self[x, y + 1] == color, self[x + 1, y + 1] == color { penalty += 3 }
            }
        }
        let share = dark.count(where: \.self) * 20
        let all = size * size
        penalty += max(0, (abs(share - all * 10) + all - 1) / all - 1) * 10
        return penalty
    }
}
