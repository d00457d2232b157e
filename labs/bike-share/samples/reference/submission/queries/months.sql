SELECT substr(ended_at, 1, 7) AS month, sum(price) AS income, avg((julianday(ended_at) - julianday(started_at)) * 1440) AS minutes
FROM trips
WHERE ended_at IS NOT NULL
GROUP BY month;
