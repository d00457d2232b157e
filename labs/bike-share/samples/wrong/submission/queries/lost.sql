SELECT id, model FROM bikes WHERE station_id IS NULL;
