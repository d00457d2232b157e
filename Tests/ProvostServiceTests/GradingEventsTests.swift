import ProvostCore
import ProvostService
import Testing

@Suite struct GradingEventsTests {
    private static let submission = ID<Submission>(trusted: "sub_1")
    private static func text(_ event: GradingEvent?) -> String {
        switch event {
        case .message(let text)?: text
        case let event?: "\(event)"
        case nil: "end"
        }
    }

    @Test func aLateWatcherSeesTheRunFromItsBeginning() async {
        let events = GradingEvents()
        for event in [GradingEvent.unpacking, .grading, .message("1")] { events.publish(event, for: Self.submission) }
        var watcher = events.watch(Self.submission).makeAsyncIterator()
        events.publish(.message("2"), for: Self.submission)
        var seen: [String] = []
        for _ in 0..<4 { seen.append(Self.text(await watcher.next())) }
        #expect(seen == ["unpacking", "grading", "1", "2"])
    }

    @Test func aRestartVoidsWhatWasBefore() async {
        let events = GradingEvents()
        for event in [GradingEvent.message("void"), .restarted, .message("1")] { events.publish(event, for: Self.submission) }
        var watcher = events.watch(Self.submission).makeAsyncIterator()
        #expect(Self.text(await watcher.next()) == "1")
    }

    @Test func submissionsAreKeptApart() async {
        let events = GradingEvents()
        var watcher = events.watch(ID(trusted: "sub_2")).makeAsyncIterator()
        events.publish(.message("another's"), for: Self.submission)
        events.publish(.message("own"), for: ID(trusted: "sub_2"))
        #expect(Self.text(await watcher.next()) == "own")
    }

    @Test func nothingIsKeptOfWhatIsOver() async {
        let events = GradingEvents()
        for end in [GradingEvent.finished, .restarted] {
            events.publish(.grading, for: Self.submission)
            #expect(events.kept.histories == 1)
            events.publish(end, for: Self.submission)
            #expect(events.kept.histories == 0)
        }
        do {
            let unread = events.watch(Self.submission)
            #expect(events.kept.watchers == 1)
            withExtendedLifetime(unread) {}
        }
        #expect(events.kept.watchers == 0, "a stream that nobody read")
        let reading = Task { for await _ in events.watch(Self.submission) {} }
        while events.kept.watchers == 0, !Task.isCancelled { await Task.yield() }
        reading.cancel()
        await reading.value
        #expect(events.kept.watchers == 0, "a reader that was cancelled")
    }

    /// A watcher who comes in the middle of a thousand events sees every one, once, in order.
    @Test func nobodyOvertakesTheHistory() async {
        for _ in 0..<20 {
            let events = GradingEvents()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { for number in 0..<1000 { events.publish(.message("\(number)"), for: Self.submission) } }
                for _ in 0..<4 {
                    group.addTask {
                        var next = 0
                        for await event in events.watch(Self.submission) {
                            guard Self.text(event) == "\(next)" else {
                                Issue.record("\(event) where \(next) belongs")
                                return
                            }
                            next += 1
                            if next == 1000 { return }
                        }
                    }
                }
            }
        }
    }
}
