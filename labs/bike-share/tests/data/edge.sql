-- Ties, stations without trips, bikes that never moved, names with signs, a trip over midnight and one over the end of a month.
INSERT INTO stations (id, name, docks) VALUES
    (10, 'Zoo', 5), (11, 'Abbey', 5), (12, 'O''Hara "Gate"', 12), (13, '무등산', 3), (14, 'Never Used', 2), (15, 'Full', 1);
INSERT INTO bikes (id, model, station_id) VALUES
    (1, 'city', 10), (2, 'city', 11), (3, 'cargo', 12), (4, 'electric', NULL), (5, 'electric', 15), (6, 'city', 15), (7, 'tandem', 13), (8, 'cargo', NULL);
INSERT INTO trips (id, bike_id, start_station, end_station, started_at, ended_at, price) VALUES
    (1, 1, 10, 11, '2026-01-31 23:50', '2026-02-01 00:20', 1000),
    (2, 2, 11, 10, '2026-01-31 10:00', '2026-01-31 10:15', 700),
    (3, 1, 11, 12, '2026-02-03 10:00', '2026-02-03 10:45', 2000),
    (4, 3, 12, 12, '2026-02-03 11:00', '2026-02-03 11:01', 0),
    (5, 3, 12, 10, '2026-02-28 23:00', '2026-03-01 01:00', 5000),
    (6, 4, 13, NULL, '2026-03-02 08:00', NULL, 0),
    (7, 5, 12, 13, '2026-03-02 08:00', '2026-03-02 08:30', 1500),
    (8, 5, 13, 12, '2026-03-02 09:00', '2026-03-02 09:30', 1500),
    (9, 2, 10, NULL, '2026-03-03 07:00', NULL, 0),
    (10, 1, 12, 11, '2026-03-04 09:00', '2026-03-04 09:31', 1600);
