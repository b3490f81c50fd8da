"""The only room that imports psycopg: connections, migrations, named queries, the catalogue.

Belongs here: how to reach PostgreSQL and how its errors read. Does not belong here: what the pipeline does
with the rows (`stages`), and SQL texts (`sql/`). Import the modules themselves; nothing is wired at import.
"""
