SELECT substr(started_at, 1, 7) AS month, sum(price) AS income, avg((julianday(ended_at) - julianday(started_at)) * 1440) AS minutes FROM trips GROUP BY 1;
