"""Each lint finds nothing in the migrated database, one thing when it is broken, nothing once it is whole."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.queries import sql_root

Admin = psycopg.Connection[dict[str, Any]]

# lint -> statements that break the rule exactly once (rolled back afterwards)
BREAKS = {
    "definer_without_search_path": (
        "create function public.t_open() returns int language sql security definer return 1;"
        "alter function public.t_open() owner to outreach_owner"
    ),
    "function_open_to_public": "create function public.t_new() returns int language sql return 1",
    "relation_open_to_public": "grant select on intake.audit_log to public",
    "row_security_without_policy": "alter table intake.audit_log enable row level security",
    "policy_without_row_security": "alter table vault.contacts disable row level security",
    "foreign_key_without_index": "drop index marketing.idx_people_master_slot_id",
    "table_without_timestamps": "drop trigger trigger_signal_updated_at on bit.signal",
    "not_owned_by_owner": "create table public.t_mine (id int)",
    "constraint_without_speaking_name": "alter table bit.signal add check (reason <> '')",
    "protected_table_writable": "grant update on vault.contacts to mcp_promote",
    "create_beyond_owner": "grant create on schema intake to mcp_ingest",
    "role_too_strong": "grant outreach_owner to outreach_app",
    "index_twice": "create index idx_signal_again on bit.signal (reason)",
    "legacy_view_writable": (
        "create view company.t_writable as select * from marketing.company_master;"
        "alter view company.t_writable owner to outreach_owner"
    ),
}
FILES = sorted(path.stem for path in (sql_root() / "lints").glob("*.sql"))


def findings(connection: Admin, lint: str) -> list[dict[str, Any]]:
    text = (sql_root() / "lints" / f"{lint}.sql").read_text(encoding="utf-8")
    return connection.execute(text).fetchall()  # type: ignore[call-overload, no-any-return]


def test_every_lint_has_a_break() -> None:
    assert set(BREAKS) == set(FILES)


@pytest.mark.parametrize("lint", FILES)
def test_lint_finds_nothing_then_the_break_then_nothing(look: Admin, lint: str) -> None:
    assert findings(look, lint) == []
    with look.transaction(force_rollback=True):
        look.execute(BREAKS[lint])  # type: ignore[call-overload]
        found = findings(look, lint)
        assert len(found) == 1, found
        assert set(found[0]) == {"object", "detail"}
    assert findings(look, lint) == []


def test_a_missing_column_counts_like_a_missing_trigger(look: Admin) -> None:
    with look.transaction(force_rollback=True):
        look.execute("alter table intake.audit_log drop column created_at")
        assert [row["detail"] for row in findings(look, "table_without_timestamps")] == ["no created_at"]


def test_a_path_that_begins_with_pg_temp_is_found_too(look: Admin) -> None:
    with look.transaction(force_rollback=True):
        look.execute(
            "create function public.t_early() returns int language sql security definer"
            " set search_path = pg_temp, public return 1"
        )
        assert [row["object"] for row in findings(look, "definer_without_search_path")] == ["t_early()"]
