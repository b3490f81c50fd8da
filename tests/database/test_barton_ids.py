"""Barton IDs and error ids: the format, the sequence behind them, and many writers at once."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.connect import Database, Role

Admin = psycopg.Connection[dict[str, Any]]

CODES = {"company": "01", "person": "02", "campaign": "03", "company_slot": "05"}


def value(connection: Admin, query: Any, *params: Any) -> Any:
    row = connection.execute(query, params).fetchone()
    assert row is not None
    return next(iter(row.values()))


@pytest.mark.parametrize("entity, code", list(CODES.items()))
def test_a_new_id_has_the_format_of_its_entity(look: Admin, entity: str, code: str) -> None:
    first = value(look, "select public.generate_barton_id(%s)", entity)
    assert re.fullmatch(rf"04\.04\.{code}\.00\.00000\.00[1-9]", first)


def test_without_an_argument_it_is_a_company(look: Admin) -> None:
    assert value(look, "select public.generate_barton_id()").startswith("04.04.01.")


@pytest.mark.parametrize("entity", ["contact", "", None])
def test_an_unknown_entity_is_refused(look: Admin, entity: str | None) -> None:
    with pytest.raises(psycopg.errors.InvalidParameterValue, match="unknown entity"):
        value(look, "select public.generate_barton_id(%s)", entity)


def test_the_last_id_is_given_and_then_a_clear_error(admin: Admin) -> None:
    value(admin, "select setval('marketing.company_number_seq', 9999999998)")
    assert value(admin, "select public.generate_barton_id('company')") == "04.04.01.99.99999.999"
    with pytest.raises(psycopg.errors.SequenceGeneratorLimitExceeded, match="used up"):
        value(admin, "select public.generate_barton_id('company')")


def test_many_writers_never_get_the_same(admin_url: str) -> None:
    def take(_: int) -> list[str]:
        with psycopg.connect(admin_url) as connection:
            found = connection.execute(
                "select public.generate_barton_id('person') from generate_series(1, 250)"
            )
            return [row[0] for row in found]

    with ThreadPoolExecutor(8) as pool:
        taken = [one for batch in pool.map(take, range(8)) for one in batch]
    assert len(set(taken)) == len(taken) == 2_000


def test_a_rolled_back_id_is_not_given_again(admin: Admin) -> None:
    with admin.transaction(force_rollback=True):
        lost = value(admin, "select public.generate_barton_id('person')")
    assert value(admin, "select public.generate_barton_id('person')") != lost


@pytest.mark.parametrize("number", [0, 1, 999, 1_000, 99_999_999, 2_512_345_678, 9_999_999_999])
def test_number_and_id_are_each_others_inverse(look: Admin, number: int) -> None:
    barton = value(look, "select public.barton_id('01', %s)", number)
    digits = f"{number:010d}"
    assert barton == f"04.04.01.{digits[:2]}.{digits[2:7]}.{digits[7:]}"
    assert value(look, "select public.barton_number(%s)", barton) == number


def test_the_example_of_the_seed(look: Admin) -> None:
    assert value(look, "select public.barton_number('04.04.01.25.12345.678')") == 2_512_345_678


@pytest.mark.parametrize("code, number", [("01", 10_000_000_000), ("01", -1), ("1", 5), ("0x", 5), (None, 5)])
def test_what_does_not_fit_gives_no_id(look: Admin, code: str | None, number: int) -> None:
    assert value(look, "select public.barton_id(%s, %s)", code, number) is None


@pytest.mark.parametrize(
    "text", ["", "04.04.01.25.12345.67", "05.04.01.25.12345.678", "04.04.01.25.12345.678 ", None]
)
def test_what_is_no_id_gives_no_number(look: Admin, text: str | None) -> None:
    assert value(look, "select public.barton_number(%s::text)", text) is None


@pytest.mark.parametrize(
    "table, column, good",
    [
        ("company_master", "company_unique_id", "04.04.01.25.12345.678"),
        ("people_master", "unique_id", "04.04.02.25.54321.234"),
        ("company_slot", "company_slot_unique_id", "04.04.05.25.98765.432"),
    ],
)
def test_the_checks_take_the_examples_of_the_seed_and_nothing_near_them(
    look: Admin, table: str, column: str, good: str
) -> None:
    """Three origin files doubled the backslashes and refused every id; the slot generator wrote 03 for 05."""
    definition = value(
        look,
        "select pg_get_constraintdef(oid) from pg_constraint where conname = %s",
        f"{table}_{column}_format",
    )
    pattern = re.search(r"~ '(.+)'::text", definition)
    assert pattern is not None
    bad = ["04.04.09" + good[8:], good[:-1], good + "1", good.replace(".", "x"), good + "\n", " " + good]
    assert value(look, "select %s ~ %s", good, pattern[1])
    for text in bad:
        assert not value(look, "select %s ~ %s", text, pattern[1]), text


def test_error_ids_count_from_one_each_day_and_beyond_999(db: Database, admin: Admin) -> None:
    with db.transaction(Role.READ) as tx:
        first = tx.fetch_value("select public.log_error('test', 'it broke', 'high')")
    assert re.fullmatch(r"ERR-\d{4}-\d{2}-\d{2}-001", first)
    admin.execute("update public.error_id_counter set last_number = 998")
    with db.transaction(Role.INGEST) as tx:
        more = [tx.fetch_value("select public.log_error('test', 'again')") for _ in range(2)]
    assert [one.rsplit("-", 1)[1] for one in more] == ["999", "1000"]
    row = admin.execute(
        "select severity, resolved, context from public.shq_error_log where unique_id = %s", (first,)
    )
    assert row.fetchone() == {"severity": "high", "resolved": False, "context": {}}


def test_error_ids_of_many_writers_have_no_gap(database_url: str, admin: Admin) -> None:
    database = Database(database_url)

    def write(_: int) -> str:
        with database.transaction(Role.VALIDATE) as tx:
            return str(tx.fetch_value("select public.log_error('test', 'at once')"))

    with ThreadPoolExecutor(6) as pool:
        ids = list(pool.map(write, range(60)))
    database.close()
    assert sorted(int(one.rsplit("-", 1)[1]) for one in ids) == list(range(1, 61))


def test_an_error_that_rolls_back_leaves_no_hole(db: Database) -> None:
    with pytest.raises(ZeroDivisionError), db.transaction(Role.READ) as tx:  # noqa: PT012
        tx.fetch_value("select public.log_error('test', 'lost')")
        raise ZeroDivisionError
    with db.transaction(Role.READ) as tx:
        assert tx.fetch_value("select public.log_error('test', 'kept')").endswith("-001")
