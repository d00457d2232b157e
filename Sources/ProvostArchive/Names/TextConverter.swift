import CUtf8proc
import Glibc

/// Strict conversion of bytes in one old encoding to text, by the C library's iconv. Belongs to one thread.
@safe final class TextConverter {
    private let handle: iconv_t

    /// nil if the C library does not know an encoding.
    init?(from encoding: String, to target: String = "UTF-8") {
        let handle = unsafe iconv_open(target, encoding)
        // iconv_open's error value is (iconv_t) -1.
        guard let handle = unsafe handle, Int(bitPattern: handle) != -1 else { return nil }
        unsafe self.handle = unsafe handle
    }

    deinit { unsafe iconv_close(handle) }

    /// nil unless every byte has a meaning that a file name can have: no control characters above ASCII, no private use.
    func decode(_ bytes: [UInt8]) -> String? {
        guard let converted = self.bytes(bytes), let text = String(validating: converted, as: UTF8.self) else { return nil }
        let strange = text.unicodeScalars.contains { (0x80..<0xA0).contains($0.value) || (0xE000...0xF8FF).contains($0.value) }
        return strange ? nil : text
    }

    /// nil unless every byte has a meaning in the other encoding.
    func bytes(_ bytes: [UInt8]) -> [UInt8]? {
        unsafe iconv(handle, nil, nil, nil, nil)
        var input = bytes.map { CChar(bitPattern: $0) }
        var output = [CChar](repeating: 0, count: bytes.count * 4 + 16)
        let capacity = output.count
        let written: Int? = unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                var next = source.baseAddress
                var left = source.count
                var place = target.baseAddress
                var room = capacity
                guard unsafe iconv(handle, &next, &left, &place, &room) == 0, left == 0 else { return nil }
                return capacity - room
            }
        }
        guard let written else { return nil }
        return output[..<written].map { UInt8(bitPattern: $0) }
    }
}

/// The text in composed form (NFC), or nil if it cannot be normalised.
func composed(_ text: String) -> String? {
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
    let bytes = Array(text.utf8)
    var result: UnsafeMutablePointer<UInt8>?
    let options = utf8proc_option_t(rawValue: UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue)
    let count = unsafe bytes.withUnsafeBufferPointer { source in
        unsafe utf8proc_map(source.baseAddress, source.count, &result, options)
    }
    defer { unsafe free(result) }
    guard count >= 0, let result = unsafe result else { return nil }
    return unsafe String(decoding: UnsafeBufferPointer(start: result, count: count), as: UTF8.self)
}
