SELECT column1 AS name, column2 AS docks, column3 AS bikes FROM (VALUES ('City Hall', 10, 2), ('Museum', 6, 0), ('River Park', 4, 1), ('광주역', 8, 1));
