PRAGMA foreign_keys = ON;

CREATE TABLE stations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    docks INTEGER NOT NULL CHECK (docks > 0)
);

CREATE TABLE bikes (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL CHECK (model IN ('city', 'cargo', 'electric')),
    station_id INTEGER REFERENCES stations (id) ON DELETE SET NULL
);

CREATE TABLE trips (
    id INTEGER PRIMARY KEY,
    bike_id INTEGER NOT NULL REFERENCES bikes (id),
    start_station INTEGER NOT NULL REFERENCES stations (id),
    end_station INTEGER REFERENCES stations (id),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    price INTEGER NOT NULL DEFAULT 0 CHECK (price >= 0),
    CHECK (ended_at > started_at),
    CHECK ((ended_at IS NULL) = (end_station IS NULL))
);

-- A bike can be on one trip at a time.
CREATE UNIQUE INDEX one_open_trip ON trips (bike_id) WHERE ended_at IS NULL;
