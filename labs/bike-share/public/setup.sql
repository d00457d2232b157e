CREATE TABLE stations (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    docks INTEGER NOT NULL
);
CREATE TABLE bikes (
    id INTEGER PRIMARY KEY,
    model TEXT NOT NULL,
    station_id INTEGER REFERENCES stations (id)
);
CREATE TABLE trips (
    id INTEGER PRIMARY KEY,
    bike_id INTEGER NOT NULL REFERENCES bikes (id),
    start_station INTEGER NOT NULL REFERENCES stations (id),
    end_station INTEGER REFERENCES stations (id),
    started_at TEXT NOT NULL,
    ended_at TEXT,
    price INTEGER NOT NULL DEFAULT 0
);
