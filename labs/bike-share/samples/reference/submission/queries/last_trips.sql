SELECT id, started_at FROM trips WHERE bike_id = 1200 ORDER BY started_at DESC LIMIT 5;
