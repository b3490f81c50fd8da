"""A database that has the seed's schema moves in: no row is lost, ids stay, and there is a way back.

Belongs here: the move over thousands of dirty rows, compared row by row. Does not belong here: the command's words
(`test_moving_in.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import seed_world
from seed_world import rows

from outreach_pipeline.database.connect import Database
from outreach_pipeline.settings import SAMPLE_SOURCES, Settings
from outreach_pipeline.stages.adopt import adopt
from outreach_pipeline.stages.workspace import Workspace
from tests.conftest import APP_PASSWORD, Server

COMPANIES = 1_200
VALID = r"^04\.04\.0[125]\.\d{2}\.\d{5}\.\d{3}$"


@pytest.fixture
def old(server: Server) -> Iterator[str]:
    """The URL of a database that somebody else made; the roles of the cluster are there already."""
    name = server.create()
    seed_world.build(server.url(name), COMPANIES)
    yield server.url(name)
    server.drop(name)


def workspace_on(server: Server, url: str, folder: Path) -> Workspace:
    from psycopg.conninfo import conninfo_to_dict

    name = str(conninfo_to_dict(url)["dbname"])
    settings = Settings(
        _env_file=None, sources=SAMPLE_SOURCES, migration_url=url, app_password=APP_PASSWORD,
        database_url=server.url(name, login="outreach_app"), home=folder,
    )  # type: ignore[arg-type]  # fmt: skip
    return Workspace(settings, Database(server.url(name, login="outreach_app")))


def test_every_row_of_thousands_is_there_afterwards(server: Server, old: str, tmp_path: Path) -> None:
    report = adopt(workspace_on(server, old, tmp_path))
    print(report)
    for source, table in (
        ("adopted_companies", "marketing.company_master"), ("adopted_people", "marketing.people_master"),
        ("adopted_slots", "marketing.company_slot"), ("adopted_contacts", "vault.contacts"),
    ):  # fmt: skip
        # Verbatim: the old row is the item, key by key.
        lost = rows(old, f"select to_jsonb(t) from adopted_{table} as t except select raw_data from intake.raw_loads where source = '{source}'")
        assert lost == [], source
    assert rows(old, "select count(*) from intake.raw_loads where source like 'adopted%' and status = 'pending'") == [(0,)]
    assert rows(old, "select count(*) from intake.raw_loads as l where status = 'failed' and not exists (select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected')") == [(0,)]
    # Valid ids are borne by a master, or lead to one.
    without = rows(old, f"""
        select c.company_unique_id from adopted_marketing.company_master as c
        where c.company_unique_id ~ '{VALID}' and not (c.company_name = 'N/A' and c.website_url = '')
            and not exists (select from marketing.company_master as m where m.company_unique_id = c.company_unique_id)
            and not exists (select from marketing.merged_master as m where m.retired_id = c.company_unique_id)""")
    assert without == []
