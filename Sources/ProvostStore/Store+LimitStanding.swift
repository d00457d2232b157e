import GRDB
package import ProvostCore

extension Store {
    /// Every dimension's chain with what is in use, from one snapshot. `lab` nil: without the wishes of a lab.
    /// Throws `notFound` if the person is not in the cohort.
    package func limitStanding(
        cohort: Slug, person: Slug, lab: (name: Slug, manifest: WorkspaceManifest)? = nil, at instant: Timestamp
    ) async throws(ProvostError) -> LimitStanding {
        let name = lab?.name
        let manifest = lab?.manifest
        return try await read { db in
            let place = try db.place(cohort: cohort, person: person)
            let chain = try db.limitChain(place)
            let rows = try LimitDimension.allCases.map { dimension in
                let explanation = chain.effective(dimension, lab: manifest?.amount(dimension))
                let totals = try chain.totals(dimension).map { node, value in
                    LimitStanding.Total(
                        node: node, value: value, used: try db.use(db.branch(node, of: place), dimension, at: instant))
                }
                let used = try db.ownUse(place, dimension, binding: explanation.binding, at: instant)
                return LimitStanding.Row(explanation: explanation, used: dimension == .sessions ? nil : used, totals: totals)
            }
            return LimitStanding(cohort: cohort, person: person, lab: name, rows: rows)
        }
    }
}
