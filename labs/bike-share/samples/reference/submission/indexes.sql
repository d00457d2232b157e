CREATE INDEX trips_by_bike ON trips (bike_id, started_at);
