SELECT t.id AS trip, t.bike_id AS bike, p.end_station AS moved_from, t.start_station AS moved_to
FROM trips AS t JOIN trips AS p ON p.id = (
    SELECT x.id FROM trips AS x WHERE x.bike_id = t.bike_id AND (x.started_at, x.id) < (t.started_at, t.id)
    ORDER BY x.started_at DESC, x.id DESC LIMIT 1
)
WHERE p.end_station <> t.start_station;
