"""Runs one job of SQL in a fresh SQLite database in memory and says what came of it, as JSON.

The same text runs in both rooms: in the grader's on the reference, in the learner's on what was handed in (`python3 -I -S -c`,
with the job on standard input). It decides nothing: results travel to the grader as data and are compared there.
"""

import json
import os
import sqlite3
import sys

# What honest scripts begin with; it has no effect here, because the engine has set what it needs.
IGNORED_PRAGMAS = {
    "foreign_keys", "journal_mode", "synchronous", "encoding", "recursive_triggers", "cache_size", "temp_store", "user_version",
    "application_id", "optimize", "auto_vacuum", "page_size", "busy_timeout", "locking_mode", "defer_foreign_keys",
}  # fmt: skip
READING_PRAGMAS = {
    "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list",
    "foreign_key_check", "integrity_check", "quick_check", "database_list", "compile_options",
}  # fmt: skip
READING = {
    sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE, sqlite3.SQLITE_TRANSACTION,
    sqlite3.SQLITE_SAVEPOINT,
}  # fmt: skip
FORBIDDEN = {
    sqlite3.SQLITE_ATTACH: "ATTACH and VACUUM INTO",
    sqlite3.SQLITE_DETACH: "DETACH",
    sqlite3.SQLITE_CREATE_VTABLE: "virtual tables",
    sqlite3.SQLITE_DROP_VTABLE: "virtual tables",
}
LONGEST_VALUE = 1_000_000
LONGEST_FILE = 256 * 1024
MOST_BYTES = 600_000
STEP = 1000


class Stop(Exception):
    """The job ends here: `stage` says where, `message` may be shown only for stages before hidden data was there."""

    def __init__(self, stage, message):
        super().__init__(message)
        self.stage = stage
        self.message = message


class Engine:
    def __init__(self, job):
        self.job = job
        self.mode = "trusted"
        self.forbidden = None
        self.steps = 0
        self.open()

    def open(self):
        """A fresh database, with nothing in it but what the engine sets."""
        self.database = sqlite3.connect(":memory:", isolation_level=None)
        self.database.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        self.database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
        self.database.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self.database.executescript("PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = ON;")
        self.database.set_authorizer(self.authorize)

    def authorize(self, action, first, second, _database, trigger):
        if self.mode == "trusted" and trigger is None:
            return sqlite3.SQLITE_OK
        allowed = self.decide(action, (first or "").lower(), second)
        if allowed == sqlite3.SQLITE_DENY and self.forbidden is None:
            self.forbidden = FORBIDDEN.get(action) or (
                f"PRAGMA {first}" if action == sqlite3.SQLITE_PRAGMA else "anything but reading" if self.mode == "query"
                else "anything but CREATE INDEX"
            )  # fmt: skip
        return allowed

    def decide(self, action, first, second):
        if action == sqlite3.SQLITE_PRAGMA:
            if first in READING_PRAGMAS:
                return sqlite3.SQLITE_OK
            return sqlite3.SQLITE_IGNORE if first in IGNORED_PRAGMAS else sqlite3.SQLITE_DENY
        if action == sqlite3.SQLITE_FUNCTION and (second or "").lower() in ("load_extension", "fts3_tokenizer"):
            return sqlite3.SQLITE_DENY
        if self.mode == "query":
            return sqlite3.SQLITE_OK if action in READING else sqlite3.SQLITE_DENY
        if self.mode == "indexes":
            catalog = first in ("sqlite_master", "sqlite_schema", "sqlite_stat1", "sqlite_stat4")
            writes = action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE) and catalog
            makes = action in (sqlite3.SQLITE_CREATE_INDEX, sqlite3.SQLITE_REINDEX, sqlite3.SQLITE_ANALYZE)
            return sqlite3.SQLITE_OK if action in READING or writes or makes else sqlite3.SQLITE_DENY
        return sqlite3.SQLITE_DENY if action in FORBIDDEN else sqlite3.SQLITE_OK

    def read(self, name):
        """A file that was handed in. A link leads nowhere that matters: this room holds nothing but the submission."""
        try:
            with open(os.path.join(self.job["root"], name), "rb") as file:
                data = file.read(LONGEST_FILE + 1)
        except OSError:
            raise Stop("file", f"There is no file {name}.") from None
        if len(data) > LONGEST_FILE:
            raise Stop("file", f"{name} is larger than {LONGEST_FILE // 1024} KiB.")
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Stop("file", f"{name} is not UTF-8.") from None
        if "\0" in text:
            raise Stop("file", f"{name} holds a NUL character.")
        return text

    def guarded(self, mode, stage, action, *, shown):
        """Runs `action` on behalf of the learner; what SQLite says about it is passed on only if `shown`."""
        self.mode, self.forbidden = mode, None
        try:
            return action()
        except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError, MemoryError) as error:
            if self.forbidden:
                raise Stop(stage, f"not allowed here: {self.forbidden}") from None
            if shown:
                raise Stop(stage, str(error) or type(error).__name__) from None
            raise Stop(stage, getattr(error, "sqlite_errorname", None) or type(error).__name__) from None
        finally:
            self.mode = "trusted"
            if self.database.in_transaction:
                self.database.rollback() if mode == "query" else self.database.commit()

    def run(self):
        self.prepare()
        answer = {"stage": "done", "tables": self.tables()} if self.job.get("schema") else {"stage": "done"}
        query = self.read(self.job["query"]) if self.job.get("query") else None
        if self.job.get("indexes"):
            indexes = self.read(self.job["indexes"])
            self.guarded("indexes", "index-file", lambda: self.database.executescript(indexes), shown=True)
        if query is not None:
            self.guarded("query", "compile", lambda: self.compile(query), shown=True)
        self.load()
        if query is not None:
            answer.update(self.guarded("query", "run", lambda: self.answer(query), shown=False))
        if "tries" in self.job:
            answer["tries"] = [self.attempt(statements) for statements in self.job["tries"]]
        return answer

    def prepare(self):
        for script in self.job.get("setup", []):
            self.database.executescript(script)
        if self.job.get("schema"):
            script = self.read(self.job["schema"])
            self.guarded("schema", "schema", lambda: self.database.executescript(script), shown=True)

    def load(self):
        """Hidden data comes last: nothing that SQLite says from here on is passed on."""
        try:
            for script in self.job.get("data", []):
                self.database.executescript(script)
        except sqlite3.Error as error:
            if not self.job.get("indexes"):
                raise
            raise Stop("indexes", getattr(error, "sqlite_errorname", None) or "Error") from None

    def compile(self, query):
        """Asks SQLite to understand the query while there is no data that a message could carry out."""
        cursor = self.database.execute("EXPLAIN " + query)
        if cursor.description is None:
            raise sqlite3.Warning("the file holds no query")
        cursor.close()

    def answer(self, query):
        plan = [row[3] for row in self.database.execute("EXPLAIN QUERY PLAN " + query)]
        self.database.set_progress_handler(self.count, STEP)
        try:
            cursor = self.database.execute(query)
            columns = [column[0] for column in cursor.description or []]
            rows, size = [], 0
            for row in cursor:
                rows.append([pack(value) for value in row])
                size += sum(len(value) if isinstance(value, (str, bytes)) else 8 for value in row)
                if len(rows) > self.job["rows"] or size > MOST_BYTES:
                    raise Stop("large", f"more than {self.job['rows']} rows or {MOST_BYTES} bytes")
        finally:
            self.database.set_progress_handler(None, 0)
        return {"columns": columns, "rows": rows, "plan": plan[:200], "steps": self.steps}

    def count(self):
        self.steps += STEP
        return 0

    def attempt(self, statements):
        """One hidden try in a database of its own: all statements but the last have to work; the answer is what became of the last."""
        self.database.close()
        self.open()
        self.prepare()
        for number, statement in enumerate(statements, 1):
            last = number == len(statements)
            try:
                cursor = self.database.execute(statement)
                rows = [[pack(value) for value in row] for row in cursor.fetchmany(self.job["rows"])]
            except sqlite3.IntegrityError:
                return "refused" if last else "refused before"
            except (sqlite3.Error, sqlite3.Warning, OverflowError, MemoryError) as error:
                return "failed: " + (getattr(error, "sqlite_errorname", None) or type(error).__name__)
        return rows if cursor.description else "accepted"

    def tables(self):
        """The tables that the schema made: columns with type, NOT NULL and place in the key; no views."""
        names = [
            row[0]
            for row in self.database.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ]
        return {
            name: [[column[1], column[2], bool(column[3]), column[5]] for column in self.database.execute(
                "SELECT * FROM pragma_table_xinfo(?)", (name,))]
            for name in names[:200]
        }  # fmt: skip


def pack(value):
    """JSON has one kind of number; SQLite has two, and bytes."""
    if isinstance(value, float):
        return {"real": repr(value)}
    if isinstance(value, bytes):
        return {"blob": value.hex()}
    return value


def perform(job):
    try:
        return Engine(job).run()
    except Stop as stop:
        return {"stage": stop.stage, "message": stop.message[:1000]}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(perform(json.load(sys.stdin))))
