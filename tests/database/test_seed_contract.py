"""The live database against the seed document, as `seed_contract.toml` says it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import psycopg
import pytest

from outreach_pipeline.database.catalogue import Catalogue, Relation, read_catalogue

CONTRACT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parent / "seed_contract.toml").read_text(encoding="utf-8")
)
TABLES = sorted(CONTRACT["tables"])
CHECKS = [(table, column) for table, columns in CONTRACT["checks"].items() for column in columns]


@pytest.fixture(scope="module")
def catalogue(look: psycopg.Connection[dict[str, Any]]) -> Catalogue:
    return read_catalogue(look)


def column_text(relation: Relation, row: dict[str, Any]) -> str:
    """A column the way the contract writes it."""
    if re.match(r"nextval\('[\"\w.]+_seq'::regclass\)", row["default_value"] or ""):
        assert row["not_null"]
        return {"integer": "serial", "bigint": "bigserial"}[row["type"]]
    text = row["type"]
    if row["generated_as"] is not None:
        text += f" generated always as ({row['generated_as']})"
    if row["not_null"]:
        text += " not null"
    return text + (f" default {row['default_value']}" if row["default_value"] is not None else "")


def test_the_contract_holds_every_table_of_the_seed(shared_folder: Path) -> None:
    seed = (shared_folder / "seed-schema.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^### \d+\. (\w+\.\w+)$", seed, re.MULTILINE)) - set(CONTRACT["views"])
    assert named == set(TABLES)
    for part in re.split(r"^### ", seed, flags=re.MULTILINE):
        name = re.match(r"\d+\. (\w+\.\w+)\n", part)
        if name and name[1] in TABLES:
            columns = re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)
            assert columns == list(CONTRACT["tables"][name[1]]["columns"]), name[1]


@pytest.mark.parametrize("table", TABLES)
def test_columns(catalogue: Catalogue, table: str) -> None:
    relation = catalogue.relations[table]
    expected = CONTRACT["tables"][table]["columns"]
    live = {row["name"]: column_text(relation, row) for row in relation.columns}
    assert {name: live.get(name) for name in expected} == expected
    assert [name for name in live if name in expected] == list(expected), "the seed's order"


@pytest.mark.parametrize("table", TABLES)
def test_primary_key(catalogue: Catalogue, table: str) -> None:
    keys = [row["definition"] for row in catalogue.relations[table].constraints if row["type"] == "p"]
    assert keys == [f"PRIMARY KEY ({CONTRACT['tables'][table]['primary_key']})"]


@pytest.mark.parametrize("table", [name for name in TABLES if "indexes" in CONTRACT["tables"][name]])
def test_indexes(catalogue: Catalogue, table: str) -> None:
    live = {
        row["name"]: row["definition"].split(" USING btree ")[1] for row in catalogue.relations[table].indexes
    }
    expected = CONTRACT["tables"][table]["indexes"]
    assert {name: live.get(name) for name in expected} == expected


@pytest.mark.parametrize("table", sorted(CONTRACT["unique"]))
def test_unique_constraints(catalogue: Catalogue, table: str) -> None:
    unique = [row["definition"] for row in catalogue.relations[table].constraints if row["type"] == "u"]
    assert f"UNIQUE ({CONTRACT['unique'][table]})" in unique


def test_every_table_has_both_timestamps_and_the_trigger(catalogue: Catalogue) -> None:
    for relation in catalogue.relations.values():
        if relation.kind == "table":
            assert {"created_at", "updated_at"} <= {row["name"] for row in relation.columns}, (
                relation.qualified
            )
            assert f"trigger_{relation.name}_updated_at" in {row["name"] for row in relation.triggers}


def test_triggers_of_the_seed(catalogue: Catalogue) -> None:
    for table, trigger in CONTRACT["triggers"].items():
        assert trigger in {row["name"] for row in catalogue.relations[table].triggers}


@pytest.mark.parametrize("table", sorted(CONTRACT["policies"]))
def test_policies(catalogue: Catalogue, table: str) -> None:
    relation = catalogue.relations[table]
    assert relation.row_security
    assert {row["name"]: row["command"] for row in relation.policies} == CONTRACT["policies"][table]
    for row in relation.policies:
        expressions = {row["using_expression"], row["check_expression"]} - {None}
        assert expressions == ({"true"} if row["command"] == "select" else {"false"})


def test_eight_policies_on_two_tables(catalogue: Catalogue) -> None:
    with_policies = {
        name: len(relation.policies) for name, relation in catalogue.relations.items() if relation.policies
    }
    assert with_policies == {"intake.raw_loads": 4, "vault.contacts": 4}


def test_functions(catalogue: Catalogue) -> None:
    live = {f"{row['schema']}.{row['name']}({row['signature']})": row for row in catalogue.functions}
    assert set(CONTRACT["functions"]) <= set(live)
    for signature, kind in CONTRACT["functions"].items():
        row = live[signature]
        assert row["security_definer"] == (kind == "security definer")
        if kind == "trigger":
            assert row["result"] == "trigger"
        if kind == "varchar":
            # PostgreSQL does not keep the length of a result type: varchar(23) is remembered as varchar.
            assert row["result"] == "character varying"


def test_views(catalogue: Catalogue) -> None:
    for name, columns in CONTRACT["views"].items():
        relation = catalogue.relations[name]
        assert relation.kind == "view"
        if columns:
            assert [row["name"] for row in relation.columns] == columns


@pytest.mark.parametrize("role", sorted(CONTRACT["grants"]))
def test_grants_of_the_seed(catalogue: Catalogue, role: str) -> None:
    held = {
        f"{privilege} {row['object'].split('(')[0]}"
        for row in catalogue.grants
        if row["grantee"] == role
        for privilege in row["privileges"]
    }
    assert set(CONTRACT["grants"][role]) <= held


@pytest.mark.parametrize("table, column", CHECKS)
def test_checks_accept_the_words_of_the_seed_and_no_other(
    catalogue: Catalogue, table: str, column: str
) -> None:
    definitions = [
        row["definition"]
        for row in catalogue.relations[table].constraints
        if row["type"] == "c" and column in row["definition"]
    ]
    words = {word for text in definitions for word in re.findall(r"'([^']+)'::text", text)}
    accepts = set(CONTRACT["checks"][table][column]["accepts"])
    transitional = (
        {"READY", "RUNNING", "TIMING-OUT", "ABORTING"} if table == "public.actor_usage_log" else set()
    )
    assert words == accepts | transitional
