/* The same rules in another manner: strict tables, triggers, names in capitals, and what scripts begin with out of habit. */
PRAGMA journal_mode = WAL;
PRAGMA foreign_keys = OFF;
DROP TABLE IF EXISTS TRIPS;
BEGIN TRANSACTION;

CREATE TABLE IF NOT EXISTS "Stations" (
    "ID" INTEGER PRIMARY KEY AUTOINCREMENT,
    "Name" TEXT NOT NULL,
    "Docks" INTEGER NOT NULL,
    "메모" TEXT,
    "Is_Large" INTEGER GENERATED ALWAYS AS ("Docks" > 20) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX station_names ON Stations (Name);

CREATE TABLE models (model TEXT PRIMARY KEY) WITHOUT ROWID;
INSERT INTO models VALUES ('city'), ('cargo'), ('electric');

CREATE TABLE bikes (
    id INTEGER NOT NULL,
    model TEXT NOT NULL REFERENCES models (model),
    station_id INTEGER,
    PRIMARY KEY (id),
    FOREIGN KEY (station_id) REFERENCES stations (id) ON DELETE SET NULL ON UPDATE CASCADE
) STRICT;

CREATE TABLE trips (
    id INTEGER PRIMARY KEY,
    bike_id INTEGER NOT NULL REFERENCES bikes (id) ON DELETE RESTRICT,
    start_station INTEGER NOT NULL REFERENCES stations (id) ON DELETE RESTRICT,
    end_station INTEGER REFERENCES stations (id) ON DELETE RESTRICT,
    started_at TEXT NOT NULL,
    ended_at TEXT,
    price INTEGER NOT NULL DEFAULT 0
);

COMMIT;

CREATE TRIGGER station_docks BEFORE INSERT ON stations WHEN new.docks < 1
BEGIN
    SELECT RAISE(ABORT, 'a station has at least one dock');
END;

CREATE TRIGGER trip_made BEFORE INSERT ON trips
BEGIN
    SELECT RAISE(ABORT, 'a price is never below 0') WHERE new.price < 0;
    SELECT RAISE(ABORT, 'a trip ends after it started') WHERE new.ended_at <= new.started_at;
    SELECT RAISE(ABORT, 'a trip that ended did so somewhere') WHERE (new.ended_at IS NULL) <> (new.end_station IS NULL);
    SELECT RAISE(FAIL, 'a bike is on one trip at a time')
    WHERE new.ended_at IS NULL AND EXISTS (SELECT 1 FROM trips WHERE bike_id = new.bike_id AND ended_at IS NULL);
END;

CREATE TRIGGER trip_changed BEFORE UPDATE ON trips
BEGIN
    SELECT RAISE(ABORT, 'a price is never below 0') WHERE new.price < 0;
    SELECT RAISE(ABORT, 'a trip ends after it started') WHERE new.ended_at <= new.started_at;
    SELECT RAISE(ABORT, 'a trip that ended did so somewhere') WHERE (new.ended_at IS NULL) <> (new.end_station IS NULL);
END;
