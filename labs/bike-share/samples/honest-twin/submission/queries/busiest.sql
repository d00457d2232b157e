WITH counted AS (SELECT start_station, count(id) AS trips FROM trips GROUP BY start_station),
ranked AS (
    SELECT name, trips, row_number() OVER (ORDER BY trips DESC, name) AS place
    FROM counted JOIN stations ON stations.id = start_station
)
SELECT name, trips FROM ranked WHERE place <= 3 ORDER BY place; -- the end
