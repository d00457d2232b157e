INSERT INTO trips (id, bike_id, start_station, started_at) VALUES (1, 1, 1, '2026'); 
