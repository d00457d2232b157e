-- A season: 40 stations, 200 bikes, 1,500 trips, from a linear congruence, so that every machine has the same.
INSERT INTO stations (id, name, docks)
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40)
SELECT i, 'Station ' || char(65 + (i * 7) % 26) || i, 3 + (i * 37) % 11 FROM n;
INSERT INTO bikes (id, model, station_id)
WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 200)
SELECT i, CASE i % 5 WHEN 0 THEN 'cargo' WHEN 1 THEN 'electric' ELSE 'city' END, CASE WHEN i % 9 = 0 THEN NULL ELSE 1 + (i * 17) % 37 END FROM n;
INSERT INTO trips (id, bike_id, start_station, end_station, started_at, ended_at, price)
WITH RECURSIVE n (i, x) AS (VALUES (1, 20260305) UNION ALL SELECT i + 1, (x * 1103515245 + 12345) % 2147483648 FROM n WHERE i < 1500)
SELECT
    i, 1 + (x >> 8) % 180, 1 + (x >> 12) % 38, CASE WHEN i > 1490 THEN NULL ELSE 1 + (x >> 16) % 38 END,
    strftime('%Y-%m-%d %H:%M', '2026-03-01 06:00', '+' || (i * 144) || ' minutes'),
    CASE WHEN i > 1490 THEN NULL
         ELSE strftime('%Y-%m-%d %H:%M', '2026-03-01 06:00', '+' || (i * 144 + 3 + (x >> 20) % 90) || ' minutes') END,
    CASE WHEN i > 1490 THEN 0 ELSE 500 + 40 * ((x >> 20) % 90) END
FROM n;
