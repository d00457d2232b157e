package import ProvostCore
import ProvostStore

/// Doubts about the honesty of work, opened and decided by instructors.
package struct IntegrityService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    package func open(
        _ principal: Principal, cohort: Slug, person: Slug, assignment: Slug?, reason: String
    ) async throws(ProvostError) -> IntegrityCase {
        try principal.require(.instruct(cohort: cohort))
        let new = IntegrityCase(
            id: context.identifiers.next("int"), cohort: cohort, person: person, assignment: assignment,
            reason: try Words.checked(reason, "A case needs a reason"), by: principal.name, at: context.now())
        try await context.store.openIntegrityCase(new)
        return new
    }

    package func close(
        _ principal: Principal, cohort: Slug, _ id: ID<IntegrityCase>, verdict: IntegrityCase.Verdict, reason: String
    ) async throws(ProvostError) -> IntegrityCase {
        try principal.require(.instruct(cohort: cohort))
        let decision = IntegrityCase.Decision(
            verdict: verdict, reason: try Words.checked(reason, "A decision needs a reason"), by: principal.name,
            at: context.now())
        return try await context.store.closeIntegrityCase(id, cohort: cohort, decision)
    }

    /// Oldest first, for instructors.
    package func list(_ principal: Principal, cohort: Slug, person: Slug?) async throws(ProvostError) -> [IntegrityCase] {
        try principal.require(.instruct(cohort: cohort))
        return try await context.store.integrityCases(cohort: cohort, person: person)
    }
}

/// Learners' objections to their results, and the replies of instructors.
package struct AppealService: Sendable {
    private let context: ServiceContext
    package init(_ context: ServiceContext) { self.context = context }

    /// Throws `denied` for anybody but a learner of the cohort, `conflict` while an earlier one has no reply.
    package func make(
        _ principal: Principal, cohort: Slug, assignment: Slug, text: String
    ) async throws(ProvostError) -> Appeal {
        guard let person = principal.person, principal.role(in: cohort) == .learner else {
            throw ProvostError(.denied, "Only a learner of the cohort \(cohort) can appeal, about their own results.")
        }
        let appeal = Appeal(
            id: context.identifiers.next("apl"), cohort: cohort, person: person.slug, assignment: assignment,
            text: try Words.checked(text, "An appeal needs a reason"), at: context.now())
        try await context.store.addAppeal(appeal)
        return appeal
    }

    package func reply(
        _ principal: Principal, cohort: Slug, _ id: ID<Appeal>, verdict: Appeal.Verdict, text: String
    ) async throws(ProvostError) -> Appeal {
        try principal.require(.instruct(cohort: cohort))
        let reply = Appeal.Reply(
            verdict: verdict, text: try Words.checked(text, "A reply needs a text"), by: principal.name, at: context.now())
        return try await context.store.replyToAppeal(id, cohort: cohort, reply)
    }

    /// Oldest first: for instructors everybody's, for learners their own.
    package func list(_ principal: Principal, cohort: Slug, person: Slug?) async throws(ProvostError) -> [Appeal] {
        let subject = try principal.subject(person, in: cohort)
        return try await context.store.appeals(cohort: cohort, person: subject)
    }
}

/// What people write into a record that stays.
enum Words {
    static func checked(_ text: String, _ need: String) throws(ProvostError) -> String {
        guard text.utf8.count <= 8000, text.contains(where: { !$0.isWhitespace }) else {
            throw ProvostError(.invalid, "\(need) of at most 8000 bytes; it stays on record.")
        }
        return text
    }
}
