-- Years of trips, where reading all of them for the few of one bike shows.
INSERT INTO stations (id, name, docks) VALUES (1, 'North', 50), (2, 'South', 50);
INSERT INTO bikes (id, model, station_id)
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 1500) SELECT i, 'city', 1 FROM n;
INSERT INTO trips (id, bike_id, start_station, end_station, started_at, ended_at, price)
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30000)
SELECT i, 1 + (i * 7919) % 1500, 1, 2, strftime('%Y-%m-%d %H:%M', '2024-01-01', '+' || (i * 30) || ' minutes'),
    strftime('%Y-%m-%d %H:%M', '2024-01-01', '+' || (i * 30 + 20) || ' minutes'), 1000 FROM n;
