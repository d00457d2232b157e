CREATE INDEX IF NOT EXISTS newest ON trips (bike_id, started_at DESC, id);
CREATE INDEX by_start ON trips (start_station);
