WITH RECURSIVE n (i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 4000) SELECT max(length(a)) FROM (SELECT group_concat(i) OVER () || hex(randomblob(400000)) AS a FROM n ORDER BY a);
