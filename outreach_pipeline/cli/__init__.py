"""The command line: Typer commands over the stages, what they print, and the exit codes that scripts rely on.

Belongs here: options, tables, progress bars, sentences. Does not belong here: SQL, drivers, decisions of the
pipeline. Importing a module of this package must stay cheap: pandas, dagster and alembic are imported inside
the commands that need them (`outreach --help` answers in a quarter of a second; dagster alone costs 0.9 s).
"""
