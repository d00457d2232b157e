SELECT s.name, s.docks, count(b.id) AS bikes
FROM stations AS s LEFT JOIN bikes AS b ON b.station_id = s.id
GROUP BY s.id
ORDER BY s.name;
