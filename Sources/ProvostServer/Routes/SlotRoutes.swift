import Hummingbird
import ProvostAPI
import ProvostCore
import ProvostService

/// The timetables of cohorts.
struct SlotRoutes {
    let slots: SlotService

    func add(to router: RouterGroup<ProvostRequestContext>) {
        let router = router.group("cohorts/{cohort}/slots")
        router.get { _, context in
            try await json(slots.list(context.known(), cohort: context.slug("cohort")).map { SlotInfo($0) })
        }
        router.post { request, context in
            let principal = try context.known()
            let cohort = try context.slug("cohort")
            let body = try await decoded(request, as: NewSlot.self)
            return try await json(
                SlotInfo(
                    slots.create(
                        principal, cohort: cohort, assignment: body.assignment, begins: body.begins, time: body.time,
                        warm: body.warm)), status: .created)
        }
        router.delete("{slot}") { _, context in
            try await json(
                slots.remove(context.known(), cohort: context.slug("cohort"), context.id("slot", of: Slot.self)))
        }
    }
}

extension SlotInfo {
    init(_ view: SlotView) {
        self.init(
            slot: view.slot, begins: view.window.begins, ends: view.window.ends, learners: view.learners, warmed: view.warmed,
            obstacles: view.obstacles.map { SlotObstacle(reason: $0.reason, learners: $0.learners) })
    }
}
