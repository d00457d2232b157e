import FoundationEssentials
import NIOCore
import NIOHTTP1
package import ProvostAPI
package import ProvostCore

/// An answer that says no: the server's error and the number that leads to its log.
package struct ServerRefusal: Error {
    package let error: ProvostError
    /// nil when the answer carried none.
    package let requestId: String?
}

/// How often and when a request is sent again after the link dropped.
package struct RetryPolicy: Sendable {
    /// One wait before each repetition.
    package let delays: [TimeSpan]
    package init(delays: [TimeSpan]) { self.delays = delays }
    /// Five repetitions within about sixteen seconds.
    package static let usual = Self(delays: [500, 1000, 2000, 4000, 8000].map(TimeSpan.init(milliseconds:)))
}

/// Typed requests to one daemon. Every call throws `ServerRefusal` for an answer that says no and `ProvostError` (`unavailable`)
/// when there is no answer; no call waits on a silent link longer than its idle time.
package struct Client: Sendable {
    /// The methods of the interface.
    package enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What a stream of session frames is called in an `Upgrade` header.
    static let sessionProtocol = "provost-session"

    package let address: ServerAddress
    let token: String?
    let surroundings: Surroundings
    /// For ordinary requests.
    let idle: TimeSpan

    /// The usual silence that is borne with is 30 seconds.
    package init(address: ServerAddress, token: String?, surroundings: Surroundings, idle: TimeSpan = .seconds(30)) {
        self.address = address
        self.token = token
        self.surroundings = surroundings
        self.idle = idle
    }

    // MARK: JSON

    /// GET, decoded.
    package func get<Answer: Decodable & Sendable>(
        _ path: String, as type: Answer.Type = Answer.self, idle: TimeSpan? = nil
    ) async throws -> Answer {
        try await decoded(request(.get, path), idle: idle)
    }

    /// Any method with an encoded body.
    package func send<Answer: Decodable & Sendable>(
        _ method: Method, _ path: String, body: some Encodable, as type: Answer.Type = Answer.self, idle: TimeSpan? = nil
    ) async throws -> Answer {
        var request = request(method, path)
        request.headers.add(name: "Content-Type", value: "application/json")
        request.body = .bytes([UInt8](try WireCoding.encoder().encode(body)))
        return try await decoded(request, idle: idle)
    }

    /// Any method without a body.
    package func send<Answer: Decodable & Sendable>(
        _ method: Method, _ path: String, as type: Answer.Type = Answer.self, idle: TimeSpan? = nil
    ) async throws -> Answer {
        try await decoded(request(method, path), idle: idle)
    }

    // MARK: Other content

    /// GET of a text; at most 64 MiB.
    package func text(_ path: String) async throws -> String {
        let bytes = try await explained {
            try await exchange(request(.get, path)) { _, body in try await body.collect(limit: 64 << 20) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// GET of any content, handed on piece by piece, in order.
    package func download(_ path: String, to sink: @Sendable ([UInt8]) throws -> Void) async throws {
        try await explained {
            try await exchange(request(.get, path)) { _, body in
                while let buffer = try await body.next() { try sink(Array(buffer.readableBytesView)) }
            }
        }
    }

    // MARK: Uploads

    /// POST of a file. After a dropped link it is sent again with the same headers, as the policy says; `onRetry` hears the number of
    /// the repetition and the wait before it; `idle` is the silence that is borne with. When nobody listens at the first try, or the last
    /// repetition fails: `unavailable`.
    package func upload<Answer: Decodable & Sendable>(
        _ path: String, headers: [(String, String)], descriptor: Int32, length: Int64, retry: RetryPolicy = .usual,
        idle: TimeSpan = .seconds(120), progress: @escaping @Sendable (Int64) -> Void,
        onRetry: (_ number: Int, _ delay: TimeSpan) -> Void
    ) async throws -> Answer {
        var request = request(.post, path)
        request.headers.add(name: "Content-Type", value: "application/octet-stream")
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        request.body = .file(descriptor: descriptor, length: length, progress: progress)
        var number = 0
        while true {
            do {
                let bytes = try await exchange(request, idle: idle) { _, body in try await body.collect(limit: 16 << 20)
                }
                return try decode(bytes)
            } catch let failure as LinkFailure {
                if number == 0, case .unreachable = failure { throw explanation(of: failure) }
                guard number < retry.delays.count else { throw surroundings.error(.unavailable, .gaveUpSending, cause: failure) }
                let delay = retry.delays[number]
                number += 1
                onRetry(number, delay)
                try await Task.sleep(for: delay.duration)
            }
        }
    }

    // MARK: Events

    /// What a watcher hears: the server's events, and what becomes of the link.
    package enum Heard: Sendable {
        case event(SubmissionEvent)
        case linkLost
        case linkBack
    }

    /// Follows a submission to its end and answers with what `finished` carried. A lost link or a restarted daemon is waited out, for ever: give
    /// the task a deadline. A repeated event is handed on as often as it is sent.
    package func follow(
        _ submission: ID<Submission>, retry: RetryPolicy = .usual, silence: TimeSpan = .seconds(90),
        heard: @escaping @Sendable (Heard) -> Void
    ) async throws -> SubmissionInfo {
        var request = request(.get, Route.path("submissions", submission.text, "events"))
        request.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        var lost = false
        var failures = 0
        while true {
            do {
                if let info = try await events(request, silence: silence, wasLost: lost, heard: heard) { return info }
                failures = 0
            } catch let refusal as ServerRefusal {
                guard refusal.error.code == .unavailable else { throw refusal }
            } catch LinkFailure.silent {
                // A quiet stream may be an honest one: ask again without alarm.
                continue
            } catch is LinkFailure {}
            if !lost { heard(.linkLost) }
            lost = true
            let delay = retry.delays[min(failures, retry.delays.count - 1)]
            failures += 1
            try await Task.sleep(for: delay.duration)
        }
    }

    /// One stream; nil when it ended too early.
    private func events(
        _ request: HTTPRequest, silence: TimeSpan, wasLost: Bool, heard: @escaping @Sendable (Heard) -> Void
    ) async throws -> SubmissionInfo? {
        try await exchange(request, idle: silence) { _, body in
            if wasLost { heard(.linkBack) }
            var parser = EventStreamParser()
            while let buffer = try await body.next() {
                for data in parser.feed(buffer.readableBytesView) {
                    let event: SubmissionEvent = try decode(data)
                    heard(.event(event))
                    if event.kind == .finished, let info = event.info { return info }
                }
            }
            return nil
        }
    }

    // MARK: Parts

    func request(_ method: Method, _ path: String) -> HTTPRequest {
        var headers = HTTPHeaders([("User-Agent", "provost/\(Version.text)"), ("Accept", "application/json, */*;q=0.5")])
        headers.add(name: "Accept-Language", value: surroundings.language.rawValue)
        if let token { headers.add(name: "Authorization", value: "Bearer \(token)") }
        return HTTPRequest(method: HTTPMethod(rawValue: method.rawValue), path: path, headers: headers, body: .none)
    }

    private func exchange<Result: Sendable>(
        _ request: HTTPRequest, idle: TimeSpan? = nil,
        consume: @Sendable (HTTPResponseHead, inout ResponseBody) async throws -> Result
    ) async throws -> Result {
        try await HTTPExchange.perform(request, to: address, idle: .milliseconds((idle ?? self.idle).milliseconds)) {
            head, body in
            guard (200..<300).contains(head.status.code) else { throw try await refusal(head, &body) }
            return try await consume(head, &body)
        }
    }

    private func decoded<Answer: Decodable & Sendable>(_ request: HTTPRequest, idle: TimeSpan?) async throws -> Answer {
        try decode(
            await explained { try await exchange(request, idle: idle) { _, body in try await body.collect(limit: 64 << 20) } })
    }

    private func decode<Answer: Decodable>(_ bytes: [UInt8]) throws -> Answer {
        do { return try WireCoding.decoder().decode(Answer.self, from: Data(bytes)) } catch {
            throw surroundings.error(.internalError, .answerNotUnderstood, cause: error)
        }
    }

    private func refusal(_ head: HTTPResponseHead, _ body: inout ResponseBody) async throws -> ServerRefusal {
        let bytes = (try? await body.collect(limit: 1 << 20)) ?? []
        return refusal(status: Int(head.status.code), requestId: head.headers.first(name: Route.requestIdHeader), bytes)
    }

    /// From an answer that says no.
    func refusal(status: Int, requestId: String?, _ body: [UInt8]) -> ServerRefusal {
        guard let content = try? WireCoding.decoder().decode(ErrorBody.self, from: Data(body)).error else {
            let code: ErrorCode = status >= 500 ? .unavailable : .invalid
            return ServerRefusal(
                error: surroundings.error(code, .answerWithoutExplanation(status: status)), requestId: requestId)
        }
        return ServerRefusal(error: ProvostError(content.code, content.message), requestId: content.requestId)
    }

    func explained<Result>(_ body: () async throws -> Result) async throws -> Result {
        do { return try await body() } catch let failure as LinkFailure { throw explanation(of: failure) }
    }

    func explanation(of failure: LinkFailure) -> ProvostError {
        switch failure {
        case .unreachable(let cause): surroundings.error(.unavailable, .noDaemon(address: "\(address)"), cause: cause)
        case .dropped(let cause): surroundings.error(.unavailable, .linkDropped(address: "\(address)"), cause: cause)
        case .silent(let seconds):
            surroundings.error(.unavailable, .slowServer(address: "\(address)", seconds: seconds), cause: failure)
        }
    }
}
