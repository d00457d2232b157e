SELECT id, model FROM bikes WHERE 0;
