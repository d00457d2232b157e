-- A little data for the tables of the handout, to try your queries on.
INSERT INTO stations (id, name, docks) VALUES (1, 'City Hall', 10), (2, 'River Park', 4), (3, '광주역', 8), (4, 'Museum', 6);
INSERT INTO bikes (id, model, station_id) VALUES (1, 'city', 1), (2, 'city', 1), (3, 'cargo', 2), (4, 'city', NULL), (5, 'cargo', 3), (6, 'city', NULL);
INSERT INTO trips (id, bike_id, start_station, end_station, started_at, ended_at, price) VALUES
    (1, 1, 1, 2, '2026-03-01 08:00', '2026-03-01 08:20', 1200),
    (2, 1, 2, 1, '2026-03-01 18:00', '2026-03-01 18:30', 1500),
    (3, 2, 1, 3, '2026-03-02 09:00', '2026-03-02 09:40', 1800),
    (4, 3, 2, 2, '2026-03-02 10:00', '2026-03-02 11:00', 2400),
    (5, 2, 3, 1, '2026-04-01 07:00', '2026-04-01 07:10', 900),
    (6, 4, 1, NULL, '2026-04-02 12:00', NULL, 0),
    (7, 3, 3, 1, '2026-04-03 10:00', '2026-04-03 10:30', 1500);
