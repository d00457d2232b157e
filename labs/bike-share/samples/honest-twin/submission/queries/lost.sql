SELECT id, model FROM bikes WHERE station_id IS NULL EXCEPT SELECT b.id, b.model FROM bikes b JOIN trips t ON t.bike_id = b.id AND t.ended_at IS NULL
