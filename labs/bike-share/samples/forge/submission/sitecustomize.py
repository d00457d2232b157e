# Found first by a careless `import sqlite3`.
raise SystemExit(0)
