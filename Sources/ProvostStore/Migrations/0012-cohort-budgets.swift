extension Migration {
    /// What a cohort's learners may use together.
    ///
    /// `charged` is the sum of all charges of the cohort in the budget's unit: a start would have to add up a whole cohort's ledger without it.
    static let cohortBudgets = Migration(
        name: "0012-cohort-budgets",
        sql: """
            -- NULL: no more than what each may use.
            ALTER TABLE budget ADD COLUMN total INTEGER CHECK (total >= 0);
            ALTER TABLE budget ADD COLUMN charged INTEGER NOT NULL DEFAULT 0 CHECK (charged >= 0);
            UPDATE budget SET charged = (
              SELECT coalesce(sum(l.amount), 0) FROM enrollment e JOIN ledger l ON l.enrollment = e.id
              WHERE e.cohort = budget.cohort AND l.unit = budget.unit AND l.kind = 'charge');
            CREATE TRIGGER budgetIsCharged AFTER INSERT ON ledger WHEN NEW.kind = 'charge'
              BEGIN
                UPDATE budget SET charged = charged + NEW.amount
                WHERE unit = NEW.unit AND cohort = (SELECT cohort FROM enrollment WHERE id = NEW.enrollment);
              END;
            """)
}
