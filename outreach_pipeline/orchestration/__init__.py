"""The only room that imports dagster: assets, checks, partitions, jobs, schedules, sensors, resources.

Nothing is wired at import: `build.build_defs` makes the definitions from the settings and sources.toml, and
the database is opened by the first step that needs it.
"""
