-- A bike that starts somewhere else than where its trip before ended was moved by the crew.
WITH ordered AS (
    SELECT id, bike_id, start_station, lag(end_station) OVER (PARTITION BY bike_id ORDER BY started_at, id) AS before
    FROM trips
)
SELECT id AS trip, bike_id AS bike, before AS moved_from, start_station AS moved_to
FROM ordered
WHERE before <> start_station;
