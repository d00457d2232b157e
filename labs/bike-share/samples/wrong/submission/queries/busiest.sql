SELECT s.name, count(*) AS trips FROM trips t JOIN stations s ON s.id = t.start_station GROUP BY s.id ORDER BY trips DESC, s.name LIMIT 3
