"""Moving in at size: `python -m benchmarks.adopt [--companies 100000] [--people 200000]`.

Belongs here: a database with the seed's schema and so many rows, some of them dirty, and how long each step of
`outreach adopt` takes. Does not belong here: what has to come of the rows (`tests/end_to_end/test_adopt.py`).

The promise is "in minutes"; the machine is noisy, so plain COPY of the same rows as JSON is measured beside it.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from outreach_pipeline.database.connect import Database
from outreach_pipeline.database.embedded import get_server
from outreach_pipeline.settings import Settings
from outreach_pipeline.stages.adopt import AdoptReport, adopt
from outreach_pipeline.stages.adopt_plan import plan_adoption
from outreach_pipeline.stages.workspace import ASIDE, Workspace

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "end_to_end"))
import seed_world

# Two people a company; every 50th company has an id of another form, every 40th repeats the one before it, every 60th
# names nobody; of people every 70th has an id of another form, every eighth an address in capitals, every fifth N/A for
# a phone.
ROWS = """
insert into marketing.company_master (
    company_unique_id, company_name, website_url, industry, employee_count, company_phone, address_city, address_country,
    linkedin_url, source_system, created_at, updated_at
)
select case when n % 50 = 3 then 'CMP-' || n else '04.04.01.' || overlay(overlay(to_char(n + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0) end,
    case when n % 60 = 7 then 'N/A' when n % 40 = 0 then initcap(translate((n - 1)::text, '0123456789', 'abdefgiklo')) || ' Works Inc.'
        else initcap(translate(n::text, '0123456789', 'abdefgiklo')) || ' Works' end,
    case when n % 60 = 7 then '' when n % 40 = 0 then 'https://works' || n - 1 || '.example' else 'http://www.works' || n || '.example/' end,
    'Manufacturing', n % 900, case when n % 6 = 0 then 'N/A' else '+1304555' || to_char(n % 10000, 'FM0000') end,
    'Wheeling', 'US', 'https://www.linkedin.com/company/works-' || n, 'clay',
    timestamptz '2025-03-01 00:00Z' + n * interval '1 minute', timestamptz '2026-03-01 00:00Z' + n * interval '1 minute'
from generate_series(1, %(companies)s) as n;
insert into marketing.company_slot (company_slot_unique_id, company_unique_id, slot_type)
select '04.04.05.' || overlay(overlay(to_char(c.n * 3 + t.place + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0),
    c.company_unique_id, t.slot_type
from (select row_number() over (order by created_at) as n, company_unique_id from marketing.company_master) as c
cross join (values ('CEO', 0), ('CFO', 1), ('HR', 2)) as t (slot_type, place);
insert into marketing.people_master (
    unique_id, company_unique_id, company_slot_unique_id, first_name, last_name, title, email, work_phone_e164,
    linkedin_url, source_system, created_at, updated_at
)
select case when p.n % 70 = 5 then 'person ' || p.n else '04.04.02.' || overlay(overlay(to_char(p.n + 1000000000, 'FM0000000000') placing '.' from 8 for 0) placing '.' from 3 for 0) end,
    p.company_unique_id, p.company_slot_unique_id, 'Ada' || chr(97 + (p.n % 26)::integer), 'Quill' || translate(p.n::text, '0123456789', 'abdefgiklo'),
    case p.slot_type when 'CEO' then 'Chief Executive Officer' when 'CFO' then 'CFO' else 'HR Director' end,
    case when p.n % 8 = 0 then 'ADA' || p.n || '@WORKS.EXAMPLE' else 'ada' || p.n || '@works' || p.n || '.example' end,
    case when p.n % 5 = 0 then 'N/A' end, 'https://www.linkedin.com/in/ada-quill-' || p.n, 'apollo',
    timestamptz '2025-04-01 00:00Z' + p.n * interval '1 minute', timestamptz '2026-04-01 00:00Z' + p.n * interval '1 minute'
from (
    select row_number() over (order by company_slot_unique_id) as n, * from (
        select *, row_number() over (order by company_slot_unique_id) as place from marketing.company_slot
    ) as every where every.place % 3 <> 1
) as p
where p.n <= %(people)s;
update marketing.company_slot as s set person_unique_id = p.unique_id, is_filled = true, filled_at = now()
from marketing.people_master as p where p.company_slot_unique_id = s.company_slot_unique_id;
insert into vault.contacts (email, name, source, tags, status, score)
select email, full_name, 'promoted', '["old"]', case when right(unique_id, 2) = '10' then 'unsubscribed' else 'active' end, 7
from marketing.people_master where email is not null;
insert into intake.raw_loads (load_id, batch_id, source, raw_data, status, metadata)
select 100 + n, 'batch-' || n / 1000, 'n8n', jsonb_build_object('email', 'load' || n || '@x.example', 'name', 'Cara Load' || translate(n::text, '0123456789', 'abdefgiklo')),
    (array['promoted', 'promoted', 'failed', 'duplicate'])[1 + n % 4], '{}'
from generate_series(1, %(people)s / 2) as n;
analyze;
"""


def build(url: str, companies: int, people: int) -> None:
    """The seed's schema with its rows in an empty database."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(seed_world.SCHEMA)
        filled = ROWS.replace("%(companies)s", str(companies)).replace("%(people)s", str(people))
        for statement in filled.split(";\n"):
            if statement.strip():
                connection.execute(statement)  # type: ignore[call-overload]


def plain_copy(url: str) -> float:
    """Seconds of COPY of all those rows, as JSON, into a table without an index."""
    started = time.perf_counter()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table public.base_copy (raw_data jsonb)")
        for table in ("marketing.company_master", "marketing.people_master", "marketing.company_slot", "vault.contacts"):
            connection.execute(f"insert into public.base_copy select to_jsonb(t) from {table} as t")  # type: ignore[call-overload]
        connection.execute("drop table public.base_copy")
    return time.perf_counter() - started


class _Clock:
    """Adds up the seconds of each piece of work that the progress names."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last, self._what = time.perf_counter(), ""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        what, now = what.partition(ASIDE)[0], time.perf_counter()
        # What passes before a piece is first heard of belongs to it.
        self.seconds[what] = self.seconds.get(what, 0.0) + now - self._last
        if what != self._what:
            print(f"  {what} …", flush=True)
        self._last, self._what = now, what


def measure(admin_url: str, app_url: str, folder: Path) -> tuple[AdoptReport, dict[str, float]]:
    """Adopt, and seconds by piece of work."""
    settings = Settings(
        _env_file=None, migration_url=admin_url, database_url=app_url, app_password="outreach-bench", home=folder
    )  # type: ignore[arg-type]
    workspace = Workspace(settings, Database(app_url))
    started = time.perf_counter()
    plan = plan_adoption(workspace)
    planned = time.perf_counter() - started
    print(f"plan: {planned:.1f} s, {sum(table.rows or 0 for table in plan.tables):,} rows", flush=True)
    clock = _Clock()
    started = time.perf_counter()
    report = adopt(workspace, progress=clock)
    return report, {"plan": planned, **clock.seconds, "adopt": time.perf_counter() - started}


def functions(url: str) -> list[str]:
    """The dozen functions of ours that took longest by themselves."""
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select schemaname || '.' || funcname, calls, self_time / 1000 from pg_stat_user_functions order by 3 desc limit 12"
        ).fetchall()
    return [f"{name:45}{spent:9.1f} s {calls:>9,} calls" for name, calls, spent in found]


def main() -> None:
    """Run on a fresh embedded server."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--companies", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=200_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="outreach-bench-")))
        home.chmod(0o755)
        server = get_server(home / "postgres")
        stack.callback(server.stop)
        with psycopg.connect(server.admin_url(), autocommit=True) as connection:
            connection.execute("create database bench_adopt")
            connection.execute("alter database bench_adopt set track_functions = 'all'")
        admin = make_conninfo(server.admin_url(), dbname="bench_adopt")
        app = make_conninfo(server.admin_url(), dbname="bench_adopt", user="outreach_app", password="outreach-bench")
        build(admin, options.companies, options.people)
        base = plain_copy(admin)
        print(f"{options.companies:,} companies, {options.people:,} people; plain copy of the rows: {base:.1f} s", flush=True)
        report, seconds = measure(admin, app, home)
        dearest = functions(admin)
    for what, spent in seconds.items():
        print(f"{what:45}{spent:9.1f} s {spent / base:8.1f} x")
    print(report.loads, report.ids, sep="\n")
    print("functions that took longest, by themselves:", *dearest, sep="\n")
    print(f"memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
