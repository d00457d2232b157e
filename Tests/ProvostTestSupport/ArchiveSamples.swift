import Glibc

/// A zip as Korean Windows makes it: names in CP949, no flag, made by FAT. Traps if a name is not in CP949.
package func cp949Zip(files: [(name: String, content: [UInt8])]) -> [UInt8] {
    RawZip(files.map { file in RawZip.Entry(cp949(file.name), file.content).with { $0.madeBy = 0 } }).bytes
}

/// An ordinary zip: UTF-8 names with the flag, made by Unix, nothing compressed.
package func plainZip(files: [(name: String, content: [UInt8])]) -> [UInt8] {
    RawZip(files.map { file in RawZip.Entry(Array(file.name.utf8), file.content).with { $0.flags = 0x800 } }).bytes
}

/// A zip with one file that says it is encrypted.
package func encryptedZip() -> [UInt8] {
    RawZip([RawZip.Entry(Array("secret.txt".utf8), [UInt8](repeating: 0xA5, count: 40)).with { $0.flags = 1 }]).bytes
}

/// The first two thirds of a tar.gz.
package func truncatedTarGz() -> [UInt8] {
    let whole = gzip(RawTar([RawTar.Entry("main.py", String(repeating: "print('hello')\n", count: 400))]).bytes)
    return Array(whole.prefix(whole.count * 2 / 3))
}

/// A zip whose one file claims `claiming` bytes, and really inflates to about that many zeros (or to `reallyHolding`).
package func bombZip(claiming: Int64, reallyHolding: Int64? = nil) -> [UInt8] {
    RawZip([
        RawZip.Entry(Array("zeros.bin".utf8), deflatedZeros(reallyHolding ?? claiming)).with {
            $0.method = 8
            $0.size = claiming
            $0.checksum = 0
        }
    ]).bytes
}

/// A tar with a file that wants to lie beside the folder it is unpacked in.
package func escapingTar() -> [UInt8] {
    RawTar([RawTar.Entry("main.py", "print(1)\n"), RawTar.Entry("../escaped.txt", "outside\n")]).bytes
}

/// A zip of nothing.
package func emptyZip() -> [UInt8] { RawZip([]).bytes }

/// `text` in CP949. Traps if it has no such form: only for names written in tests.
package func cp949(_ text: String) -> [UInt8] {
    let converter = unsafe iconv_open("CP949", "UTF-8")
    defer { unsafe iconv_close(converter) }
    var input = text.utf8.map { CChar(bitPattern: $0) }
    var output = [CChar](repeating: 0, count: input.count * 2 + 8)
    let room = output.count
    let written = unsafe input.withUnsafeMutableBufferPointer { source in
        unsafe output.withUnsafeMutableBufferPointer { target in
            var next = source.baseAddress
            var left = source.count
            var place = target.baseAddress
            var free = room
            precondition(unsafe iconv(converter, &next, &left, &place, &free) == 0, "not in CP949: \(text)")
            return room - free
        }
    }
    return output[..<written].map { UInt8(bitPattern: $0) }
}
