-- Refuses everything: rules that nobody can obey are no rules.
CREATE TABLE stations (id INTEGER PRIMARY KEY CHECK (0), name, docks);
CREATE TABLE bikes (id INTEGER PRIMARY KEY CHECK (0), model, station_id);
CREATE TABLE trips (id INTEGER PRIMARY KEY CHECK (0), bike_id, start_station, end_station, started_at, ended_at, price);
