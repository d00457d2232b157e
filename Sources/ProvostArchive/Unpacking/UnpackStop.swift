import ProvostCore

/// Why unpacking ends before the end of the archive: the archive's fault or ours.
enum UnpackStop: Error {
    case refused(UnpackReport.Refusal)
    case failed(ProvostError)

    static func refuse(_ reason: UnpackReport.RefusalReason, _ message: String) -> UnpackStop {
        .refused(UnpackReport.Refusal(reason: reason, message: message))
    }

    /// For anything that contradicts the format, where the learner can only pack again.
    static func damaged(_ what: String) -> UnpackStop {
        .refuse(.damaged, "The archive is damaged: \(what). Pack the files again and send the new archive.")
    }
}

/// A path as it may stand in a message or a note: quoted, at most 120 characters, control characters as %XX.
func shown(_ path: String) -> String {
    var text = ""
    for scalar in path.unicodeScalars.prefix(120) {
        if scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value) {
            text += percentEscape(UInt8(scalar.value))
        } else {
            text.unicodeScalars.append(scalar)
        }
    }
    return path.unicodeScalars.count > 120 ? "“\(text)…”" : "“\(text)”"
}

/// `%0A` for 10: how bytes that are no text are written in names.
func percentEscape(_ byte: UInt8) -> String {
    let digits = Array("0123456789ABCDEF")
    return "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
}
