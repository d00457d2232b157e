SELECT b.id, b.model
FROM bikes AS b
WHERE b.station_id IS NULL
  AND NOT EXISTS (SELECT * FROM trips AS t WHERE t.bike_id = b.id AND t.ended_at IS NULL);
