SELECT id AS trip FROM trips WHERE;
