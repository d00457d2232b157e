/// A number of points as another system writes it, to the billionth, so that a third of a point survives the scaling to a lab's points.
/// Never negative, never above one billion.
package struct Amount: Hashable, Sendable, Comparable, CustomStringConvertible {
    package let billionths: Int64
    package static let zero = Amount(billionths: 0)
    static let most: Int64 = 1_000_000_000_000_000_000

    init(billionths: Int64) { self.billionths = billionths }
    package init(whole: Int64) { billionths = whole * 1_000_000_000 }
    package init(_ points: Points) { billionths = points.thousandths * 1_000_000 }

    package static func < (left: Self, right: Self) -> Bool { left.billionths < right.billionths }

    /// `12`, `12.5`, `0.333333333`.
    package var description: String {
        let fraction = billionths % 1_000_000_000
        guard fraction != 0 else { return "\(billionths / 1_000_000_000)" }
        var digits = String(1_000_000_000 + fraction).dropFirst()
        while digits.last == "0" { digits = digits.dropLast() }
        return "\(billionths / 1_000_000_000).\(digits)"
    }
}

extension Amount {
    /// Why a number is no amount.
    package enum Refusal: Error, Hashable {
        case notANumber, negative, aboveOneBillion, notFinite
        /// What is wrong with it, as the end of a sentence that begins with the number.
        package var sentence: String {
            switch self {
            case .notANumber: "is not a number; write a decimal like 12.5"
            case .negative: "is negative; a score is 0 or more"
            case .aboveOneBillion: "is above one billion"
            case .notFinite: "is not a finite number"
            }
        }
    }

    /// Reads a JSON number (RFC 8259 §6): a sign, digits, a fraction, an exponent. More than nine decimals are rounded to the nearest billionth, which
    /// also takes away what binary floating point added (`0.30000000000000004`). `NaN` and `Infinity` are no numbers.
    package init(parsing text: ArraySlice<UInt8>) throws(Refusal) {
        guard let number = DecimalText(text) else { throw .notANumber }
        if number.isZero {
            billionths = 0
            return
        }
        guard number.isFinite else { throw .notFinite }
        guard !number.isNegative else { throw .negative }
        // Ten digits before the point are one billion exactly, or too much.
        guard number.magnitude < 10 || (number.magnitude == 10 && number.isPowerOfTen) else { throw .aboveOneBillion }
        // The first `magnitude` digits stand before the point: these are the digits up to the tenth decimal, for rounding.
        let tenths = number.magnitude == 10 ? UInt64(Self.most) * 10 : number.digits(number.magnitude + 10)
        billionths = Int64((tenths + 5) / 10)
    }
}

/// The parts of a JSON number, without its value.
struct DecimalText {

    private(set) var isNegative = false
    private(set) var isZero = true
    /// How many digits stand before the point, of the digits from the first that is not 0; not above 0 for numbers below 0.1.
    private(set) var magnitude = 0
    /// The first nineteen digits from the first that is not 0, as one number: enough to round a billionth, whatever follows.
    private var mantissa: UInt64 = 0
    private var held = 0

    /// A 1, and nothing but 0 after it, as far as it matters.
    var isPowerOfTen: Bool {
        var power: UInt64 = 1
        for _ in 1..<max(held, 1) { power *= 10 }
        return mantissa == power
    }

    /// The first `count` digits as one number; `count` is at most nineteen.
    func digits(_ count: Int) -> UInt64 {
        guard count > 0 else { return 0 }
        var value = mantissa
        for _ in 0..<max(0, held - count) { value /= 10 }
        for _ in 0..<max(0, count - held) { value *= 10 }
        return value
    }

    /// nil when it is not a number of JSON.
    init?(_ text: ArraySlice<UInt8>) {
        var index = text.startIndex
        let end = text.endIndex
        func isDigit(at index: Int) -> Bool { index < end && text[index] >= 0x30 && text[index] <= 0x39 }
        if index < end, text[index] == 0x2d {
            isNegative = true
            index += 1
        }
        guard isDigit(at: index) else { return nil }
        if text[index] == 0x30, isDigit(at: index + 1) { return nil }
        while isDigit(at: index) {
            take(text[index] - 0x30)
            if !isZero { magnitude += 1 }
            index += 1
        }
        if index < end, text[index] == 0x2e {
            index += 1
            guard isDigit(at: index) else { return nil }
            while isDigit(at: index) {
                take(text[index] - 0x30)
                if isZero { magnitude -= 1 }
                index += 1
            }
        }
        if index < end, text[index] | 0x20 == 0x65 {
            index += 1
            let isSmaller = index < end && text[index] == 0x2d
            if index < end, text[index] == 0x2d || text[index] == 0x2b { index += 1 }
            guard isDigit(at: index) else { return nil }
            var exponent = 0
            while isDigit(at: index) {
                // Bounded: what is beyond is far outside every range.
                exponent = min(exponent * 10 + Int(text[index] - 0x30), 1_000_000_000)
                index += 1
            }
            magnitude += isSmaller ? -exponent : exponent
        }
        guard index == end else { return nil }
    }

    private mutating func take(_ digit: UInt8) {
        if digit != 0 { isZero = false }
        guard !isZero, held < 19 else { return }
        mantissa = mantissa * 10 + UInt64(digit)
        held += 1
    }
}

extension DecimalText {
    /// False when a double would be infinite: above 1.7976931348623157e308.
    var isFinite: Bool { isZero || magnitude < 309 || (magnitude == 309 && digits(17) <= 17_976_931_348_623_157) }
}
