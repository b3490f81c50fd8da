"""The files made of a migrated database: `sql/schema.sql` and `docs/data-model.md`.

Belongs here: `python -m outreach_pipeline.database.schema_files` (`make schema`), which migrates an empty embedded
database and writes both files anew, or prints the first with `--print`. Does not belong here: reading the catalogue
(`catalogue`), the page (`data_model`). Tests compare both with a migrated database, on PostgreSQL 15 and 18 alike.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from outreach_pipeline.database.catalogue import Catalogue, read_catalogue, render
from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.data_model import render_data_model
from outreach_pipeline.database.embedded import EmbeddedServer
from outreach_pipeline.database.migrate import migrate
from outreach_pipeline.database.queries import sql_root


def _migrated_catalogue() -> Catalogue:
    with tempfile.TemporaryDirectory(prefix="outreach-") as folder:
        server = EmbeddedServer(Path(folder) / "postgres", durable=False)
        try:
            server.start()
            server.ensure_database()
            migrate(server.admin_url())
            with Database(server.admin_url()).autocommit() as connection:
                return read_catalogue(connection)
        finally:
            server.stop()


def main(arguments: list[str] | None = None) -> int:
    """Command line: write the files made of a freshly migrated database, or print its schema."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--print", action="store_true", help="print the schema, write nothing")
    options = parser.parse_args(arguments)
    catalogue = _migrated_catalogue()
    if options.print:
        sys.stdout.write(render(catalogue))
        return 0
    schema = sql_root() / "schema.sql"
    schema.write_text(render(catalogue), encoding="utf-8")
    page = schema.parents[1] / "docs" / "data-model.md"
    page.write_text(render_data_model(catalogue), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
