SELECT s.name, s.docks, count(*) AS bikes FROM stations s JOIN bikes b ON b.station_id = s.id GROUP BY s.id ORDER BY s.name;
