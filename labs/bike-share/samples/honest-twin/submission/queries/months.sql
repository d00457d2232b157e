SELECT strftime('%Y-%m', ended_at) AS month, total(price) AS income, sum(unixepoch(ended_at) - unixepoch(started_at)) / 60.0 / count(*) AS minutes
FROM trips GROUP BY 1 HAVING ended_at IS NOT NULL ORDER BY 1 DESC;
