extension Migration {
    /// What an erased person wrote about their results, and what was written to them about their work, may go with them.
    static let erasures = Migration(
        name: "0011-erasures",
        sql: """
            DROP TRIGGER appealKept;
            CREATE TRIGGER appealKept BEFORE UPDATE ON appeal
              WHEN NEW.text <> 'erased' OR NEW.sequence <> OLD.sequence OR NEW.id <> OLD.id OR NEW.enrollment <> OLD.enrollment
                OR NEW.assignment IS NOT OLD.assignment OR NEW.markedAssignment IS NOT OLD.markedAssignment OR NEW.at <> OLD.at
                OR NOT EXISTS (
                  SELECT 1 FROM enrollment e JOIN personErasure x ON x.person = e.person WHERE e.id = OLD.enrollment)
              BEGIN SELECT RAISE(ABORT, 'a row of appeal never changes'); END;

            DROP TRIGGER appealReplyKept;
            CREATE TRIGGER appealReplyKept BEFORE UPDATE ON appealReply
              WHEN NEW.text <> 'erased' OR NEW.appeal <> OLD.appeal OR NEW.verdict <> OLD.verdict OR NEW.actor <> OLD.actor
                OR NEW.at <> OLD.at
                OR NOT EXISTS (
                  SELECT 1 FROM appeal a JOIN enrollment e ON e.id = a.enrollment JOIN personErasure x ON x.person = e.person
                  WHERE a.id = OLD.appeal)
              BEGIN SELECT RAISE(ABORT, 'a row of appealReply never changes'); END;

            DROP TRIGGER markKept;
            CREATE TRIGGER markKept BEFORE UPDATE ON mark
              WHEN NEW.comment IS NOT NULL OR NEW.sequence <> OLD.sequence OR NEW.id <> OLD.id OR NEW.enrollment <> OLD.enrollment
                OR NEW.assignment IS NOT OLD.assignment OR NEW.markedAssignment IS NOT OLD.markedAssignment
                OR NEW.marker <> OLD.marker OR NEW.isModeration <> OLD.isModeration OR NEW.levels <> OLD.levels
                OR NEW.points IS NOT OLD.points OR NEW.max <> OLD.max OR NEW.at <> OLD.at
                OR NOT EXISTS (
                  SELECT 1 FROM enrollment e JOIN personErasure x ON x.person = e.person WHERE e.id = OLD.enrollment)
              BEGIN SELECT RAISE(ABORT, 'a row of mark never changes'); END;
            """)
}
