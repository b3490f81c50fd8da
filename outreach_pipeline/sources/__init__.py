"""Where items come from: files, Apify actors, Apollo searches.

Belongs here: everything that pulls raw items and gives them out in pages (`pages`), keeps them safe for
`jsonb` (`items`), and the configuration that names the sources (`registry`, `sources.toml`). Does not belong
here: what an item means (records), where it is stored (database), when it is pulled (orchestration). Import
the modules, not names from this package: it re-exports nothing.
"""
