extension StrictJSON {
    /// One value of a document.
    package struct Value: Sendable {
        let document: StrictJSON
        let index: Int

        private var node: Node { document.nodes[index] }

        package var isNull: Bool { node.kind == .null }

        /// “a number”, “an object”, for sentences.
        package var kindName: String {
            switch node.kind {
            case .null: "null"
            case .yes, .no: "true or false"
            case .number: "a number"
            case .plain, .escaped: "a string"
            case .array: "an array"
            case .object: "an object"
            }
        }

        /// The value as it is written; for a string without the quotation marks, escapes undone.
        package var text: String {
            switch node.kind {
            case .plain: String(decoding: document.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
            case .escaped: String(decoding: StrictJSON.decoded(node, of: document.bytes), as: UTF8.self)
            default: String(decoding: document.bytes[Int(node.start)..<Int(node.end)], as: UTF8.self)
            }
        }

        /// A mistake about this value: line, column and path, and the sentence.
        package func mistake(_ sentence: String) -> FormatMistake {
            let offset = node.kind == .plain || node.kind == .escaped ? Int(node.start) - 1 : Int(node.start)
            let path = path
            return FormatMistake(
                sentence,
                at: Place.of(offset, in: document.bytes) + (path.isEmpty ? "" : ", \(Excerpt.beginning(of: path, atMost: 120))"))
        }

        private func wrong(_ wanted: String) -> FormatMistake { mistake("It must be \(wanted), not \(kindName).") }

        package func string() throws(FormatMistake) -> String {
            guard node.kind == .plain || node.kind == .escaped else { throw wrong("a string") }
            return text
        }

        package func bool() throws(FormatMistake) -> Bool {
            switch node.kind {
            case .yes: return true
            case .no: return false
            default: throw wrong("true or false")
            }
        }

        package var isNumber: Bool { node.kind == .number }
        package var isString: Bool { node.kind == .plain || node.kind == .escaped }

        /// A number that is 0 or more and at most one billion.
        package func amount() throws(FormatMistake) -> Amount {
            guard node.kind == .number else { throw wrong("a number") }
            do throws(Amount.Refusal) {
                return try Amount(parsing: document.bytes[Int(node.start)..<Int(node.end)])
            } catch {
                throw mistake("“\(Excerpt.beginning(of: text, atMost: 40))” \(error.sentence).")
            }
        }

        /// A whole number from 0 to one billion.
        package func whole() throws(FormatMistake) -> Int {
            let amount = try amount()
            guard amount.billionths % 1_000_000_000 == 0 else { throw mistake("“\(text)” must be a whole number.") }
            return Int(amount.billionths / 1_000_000_000)
        }

        /// The values of an array.
        package func elements() throws(FormatMistake) -> Elements {
            guard node.kind == .array else { throw wrong("an array") }
            return Elements(document: document, index: index + 1, end: Int(node.next))
        }

        /// The members of an object, in their order.
        package func members() throws(FormatMistake) -> Members {
            guard node.kind == .object else { throw wrong("an object") }
            return Members(document: document, index: index + 1, end: Int(node.next))
        }

        /// The member of that name; nil when there is none, when it is null, and when this is no object.
        package func member(_ name: String) -> Value? {
            guard node.kind == .object else { return nil }
            for member in Members(document: document, index: index + 1, end: Int(node.next)) where member.name == name {
                return member.value.isNull ? nil : member.value
            }
            return nil
        }

        /// `tests[2].score`; empty for the whole document.
        private var path: String {
            var path = ""
            var current = 0
            while current != index {
                let container = document.nodes[current]
                var child = current + 1
                var position = 0
                descend: while child < Int(container.next) {
                    var name: Int?
                    if container.kind == .object {
                        name = child
                        child += 1
                    }
                    if index < Int(document.nodes[child].next) || name == index {
                        if let name {
                            path += path.isEmpty ? "" : "."
                            path += Value(document: document, index: name).text
                            if name == index { return path }
                        } else {
                            path += "[\(position)]"
                        }
                        break descend
                    }
                    child = Int(document.nodes[child].next)
                    position += 1
                }
                guard child < Int(container.next) else { return path }
                current = child
            }
            return path
        }
    }

    /// The values of an array.
    package struct Elements: Sequence, IteratorProtocol {
        fileprivate let document: StrictJSON
        fileprivate var index: Int
        fileprivate let end: Int

        package mutating func next() -> Value? {
            guard index < end else { return nil }
            defer { index = Int(document.nodes[index].next) }
            return Value(document: document, index: index)
        }
    }

    /// The members of an object.
    package struct Members: Sequence, IteratorProtocol {
        fileprivate let document: StrictJSON
        fileprivate var index: Int
        fileprivate let end: Int

        package mutating func next() -> (name: String, value: Value)? {
            guard index < end else { return nil }
            let name = Value(document: document, index: index).text
            let value = Value(document: document, index: index + 1)
            index = Int(document.nodes[index + 1].next)
            return (name, value)
        }
    }
}
