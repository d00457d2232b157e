import ProvostCore

extension UnpackReport {
    /// The report as `JSONDecoder` reads it back into `UnpackReport`, in one line without its end.
    ///
    /// By hand, because Foundation would double the program's size and start-up, and it starts once for each submission.
    var json: String {
        var fields: [String] = []
        if let format { fields.append("\"format\":\(quoted(format))") }
        fields.append("\"files\":\(files),\"folders\":\(folders),\"bytes\":\(bytes.bytes)")
        let notes = notes.map { note in
            let detail = note.detail.map { ",\"detail\":\(quoted($0))" } ?? ""
            return "{\"kind\":\(quoted(note.kind.rawValue)),\"path\":\(quoted(note.path))\(detail)}"
        }
        fields.append("\"notes\":[\(notes.joined(separator: ","))],\"notesDropped\":\(notesDropped)")
        if let refusal {
            fields.append("\"refusal\":{\"reason\":\(quoted(refusal.reason.rawValue)),\"message\":\(quoted(refusal.message))}")
        }
        return "{\(fields.joined(separator: ","))}"
    }
}

private func quoted(_ text: String) -> String {
    let digits = Array("0123456789abcdef")
    var result = "\""
    for scalar in text.unicodeScalars {
        switch scalar {
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        case "\n": result += "\\n"
        case _ where scalar.value < 0x20: result += "\\u00\(digits[Int(scalar.value >> 4)])\(digits[Int(scalar.value & 15)])"
        default: result.unicodeScalars.append(scalar)
        }
    }
    return result + "\""
}
