"""Apollo over real HTTP: searches page by page, enrichment in tens, credits in a ledger."""

from __future__ import annotations

from pathlib import Path

import pytest
from paid_world import DAY, PEOPLE, Admin, apollo, apollo_workspace, one

from outreach_pipeline.errors import BudgetError, TransientError
from outreach_pipeline.stages.land import land_batch
from outreach_pipeline.stages.pull_apollo import check_apollo
from outreach_pipeline.stages.workspace import Batch

SEARCH, MATCH, COMPANIES = Batch(DAY, "people"), Batch(DAY, "matches"), Batch(DAY, "companies")


def ids(admin: Admin, source: str) -> list[str]:
    """The vendor ids that landed, in order."""
    rows = admin.execute(
        "select raw_data ->> 'id' as id, status from intake.raw_loads where source = %s order by load_id",
        (source,),
    ).fetchall()
    return [row["id"] for row in rows]


def test_search_then_enrichment_lands_everybody_once_and_pays_once(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        search = sandbox.apollo.search()
        report = land_batch(there, SEARCH)
        assert report.items == len(search.people({})) > 80
        assert len(set(ids(admin, "people"))) == report.items
        assert sandbox.apollo.credits_used == 0

        report = land_batch(there, MATCH)
        assert report.verdict == "complete"
        found = ids(admin, "matches")
        assert 10 < len(found) < len(ids(admin, "people"))
        assert len(set(found)) == len(found)
        assert set(found) <= set(ids(admin, "people"))
        assert set(sandbox.apollo.enriched.values()) == {1}
        assert float(one(admin, "select sum(spent) from public.credit_ledger")) == sandbox.apollo.credits_used
        assert one(admin, "select count(*) from public.credit_ledger where state <> 'settled'") == 0
        assert one(admin, "select count(*) from public.enrichment where was_found and subject ~ '^[0-9a-f]{24}$'") == len(found)

        spent = sandbox.apollo.credits_used
        assert land_batch(there, MATCH).already
        land_batch(there, Batch(DAY.replace(day=21), "people"))
        tomorrow = land_batch(there, Batch(DAY.replace(day=21), "matches"))
        assert (tomorrow.items, sandbox.apollo.credits_used) == (0, spent)
        admin.execute("update public.enrichment set enriched_at = now() - interval '91 days'")
        later = land_batch(there, Batch(DAY.replace(day=22), "matches"))
        assert later.items == len(found)


def test_companies_are_charged_by_the_page_and_both_places_are_read(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox), COMPANIES)
        expected = len(sandbox.apollo.search().companies({}))
        assert (report.items, report.verdict) == (expected, "complete")
        assert len(set(ids(admin, "companies"))) == expected
        assert one(admin, "select count(*) from intake.raw_loads where raw_data ->> 'modality' = 'account'") > 0
        assert sandbox.apollo.credits_used == -(-expected // 5)
        assert float(one(admin, "select sum(spent) from public.credit_ledger")) == sandbox.apollo.credits_used


def test_a_ration_and_a_cap_stop_before_the_call_that_would_pass_them(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    with apollo() as sandbox:
        rationed = PEOPLE.replace("max_credits = 1000", "max_credits = 13").replace(
            "max_credits = 50", "max_credits = 2"
        )
        there = apollo_workspace(tmp_path, database_url, sandbox, rationed)
        report = land_batch(there, COMPANIES)
        assert (report.items, report.verdict) == (10, "partial")
        assert "max_credits" in report.note
        land_batch(there, SEARCH)
        report = land_batch(there, MATCH)
        assert report.verdict == "complete"
        assert "wait for the next batch" in report.note
        spent = one(admin, "select sum(spent) from public.credit_ledger where source = 'matches'")
        assert 12 < spent <= 13
        capped = apollo_workspace(tmp_path, database_url, sandbox, apollo_credits_per_day=15)
        before = sandbox.apollo.credits_used
        with pytest.raises(BudgetError, match="cap of 15 per day"):
            land_batch(capped, Batch(DAY.replace(day=21), "matches"))
        assert sandbox.apollo.credits_used == before
        again = land_batch(there, Batch(DAY.replace(day=21), "matches"))
        assert again.items > 0
        assert len(set(ids(admin, "matches"))) == len(ids(admin, "matches"))


def test_a_search_is_divided_by_hand(tmp_path: Path, database_url: str, admin: Admin) -> None:
    sizes = ["1,50", "51,200", "201,1000000"]
    parts = ", ".join(f'{{ organization_num_employees_ranges = ["{size}"] }}' for size in sizes)
    with apollo() as sandbox:
        divided = PEOPLE.replace("per_page = 5", f"per_page = 5\nsplit = [{parts}]")
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, divided), COMPANIES)
        assert (report.items, report.verdict) == (len(sandbox.apollo.search().companies({})), "complete")
        known = [company.domain for company in sandbox.world.companies][:12]
        listed = PEOPLE.replace("per_page = 5", f"per_page = 5\ndomains = {known}")
        report = land_batch(
            apollo_workspace(tmp_path, database_url, sandbox, listed), Batch(DAY.replace(day=21), "companies")
        )
        assert 0 < report.items <= 12


def short(*more: str, per_page: int = 10) -> str:
    """A search of people whose ceiling is one page, so that this world exceeds it as the real one does 50,000."""
    return PEOPLE.replace("per_page = 40", "\n".join([f"per_page = {per_page}", "max_pages = 1", *more]))


def test_a_search_beyond_its_ceiling_divides_itself(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        expected = {sight.person.apollo_id for sight in sandbox.apollo.search().people({}) if sight.company is not None}
        there = apollo_workspace(tmp_path, database_url, sandbox, short())
        report = land_batch(there, SEARCH)
        assert len(expected) > 80
        assert expected <= set(ids(admin, "people"))
        # The first page of what is divided is landed too: what comes again is a duplicate, and nothing else is.
        new = one(admin, "select count(*) from intake.raw_loads where status <> 'duplicate'")
        assert new == len(set(ids(admin, "people"))) == report.items - report.duplicates
        assert land_batch(there, SEARCH).already


def test_what_cannot_be_divided_further_is_said(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        whole = len(sandbox.apollo.search().people({}))
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, short("divide = []")), SEARCH)
        assert (report.items, report.verdict) == (10, "partial")
        assert f"Part 1 has {whole} entries, 10 could be had, and nothing divides it further" in report.note
        country = sandbox.world.companies[0].country.name
        by_place = short(f'divide = [{{ organization_locations = ["{country}", "Nowhere"] }}]', per_page=80)
        there = apollo_workspace(tmp_path, database_url, sandbox, by_place)
        report = land_batch(there, Batch(DAY.replace(day=21), "people"))
        reached = len(sandbox.apollo.search().people({"organization_locations": [country]}))
        assert report.verdict == "partial"
        assert f"Part 1 was divided; {whole - reached} of its {whole} entries answer to none of the parts." in report.note


def test_a_filter_that_apollo_ignores_does_not_divide_for_ever(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """Each of its parts is the whole again; dividing those on would never end."""
    with apollo() as sandbox:
        idle = short('divide = [{ shoe_size = ["40", "41", "42", "43"] }, { favourite = ["tea", "coffee", "milk"] }]')
        report = land_batch(apollo_workspace(tmp_path, database_url, sandbox, idle), SEARCH)
        assert report.verdict == "partial"
        assert "divided in vain" in report.note
        assert sum(sandbox.apollo.calls().values()) < 10


def test_a_divided_search_is_resumed_in_its_part(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """The eleventh call is refused for the hour: what was landed before is not asked for again."""
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox, short())
        sandbox.apollo.faults.add("POST */mixed_people/api_search", "status_429", after=10, window="hour")
        with pytest.raises(TransientError, match="per hour"):
            land_batch(there, SEARCH)
        cursor = one(admin, "select cursor from intake.pull where source = 'people'")
        assert len(cursor["left"]) > 1
        before = len(ids(admin, "people"))
        report = land_batch(there, SEARCH)
        assert report.items == len(ids(admin, "people")) - before
        expected = {sight.person.apollo_id for sight in sandbox.apollo.search().people({}) if sight.company is not None}
        assert expected <= set(ids(admin, "people"))


def test_domains_are_enriched_one_by_one_and_in_tens(tmp_path: Path, database_url: str, admin: Admin) -> None:
    with apollo() as sandbox:
        # Firms of a group share a domain, and a page on a host of many firms is no domain of its firm.
        own = [company.domain for company in sandbox.world.companies if not company.outside and company.domain.endswith(".example")]
        known = list(dict.fromkeys(own))[:14]
        source = "".join(
            f'[sources.{name}]\nkind = "apollo"\nshape = "apollo_organization"\n'
            f'endpoint = "organizations/{endpoint}"\n'
            f"max_credits = 100\ndomains = {domains}\n"
            for name, endpoint, domains in (
                ("single", "enrich", [*known[:3], "nobody.example"]),
                ("bulk", "bulk_enrich", [*known, "nobody2.example"]),
            )
        )
        there = apollo_workspace(tmp_path, database_url, sandbox, source)
        single, bulk = land_batch(there, Batch(DAY, "single")), land_batch(there, Batch(DAY, "bulk"))
        # The three of the first source are not asked about a second time by the other.
        assert (single.items, bulk.items) == (3, 11)
        assert sandbox.apollo.credits_used == 14
        assert one(admin, "select count(*) from public.enrichment where not was_found") == 2


def test_who_was_not_found_is_asked_about_again_later_than_who_was(
    tmp_path: Path, database_url: str, admin: Admin
) -> None:
    """A domain that Apollo knows is due after 90 days, one that it does not know after 180."""
    source = (
        '[sources.bulk]\nkind = "apollo"\nshape = "apollo_organization"\nendpoint = "organizations/bulk_enrich"\n'
        'max_credits = 100\ndomains = ["{}", "nobody.example"]\n'
    )
    with apollo() as sandbox:
        known = next(company.domain for company in sandbox.world.companies if not company.outside)
        there = apollo_workspace(tmp_path, database_url, sandbox, source.format(known))
        asked: list[int] = []
        for days in (0, 89, 91, 179, 181):
            admin.execute(f"update public.enrichment set enriched_at = now() - interval '{days} days'")
            before = one(admin, "select coalesce(sum(asked), 0) from public.credit_ledger")
            land_batch(there, Batch(DAY.replace(day=len(asked) + 1), "bulk"))
            asked.append(one(admin, "select sum(asked) from public.credit_ledger") - before)
        # At 179 days the known one is due once more; at 181 both are.
        assert asked == [2, 0, 1, 1, 2]
        often = apollo_workspace(tmp_path, database_url, sandbox, source.format(known), ask_again_after_days=10)
        admin.execute("update public.enrichment set enriched_at = now() - interval '11 days'")
        land_batch(often, Batch(DAY.replace(day=9), "bulk"))
        assert one(admin, "select subjects from public.credit_ledger order by call_id desc limit 1") == ["nobody.example"]


def test_who_was_named_and_not_found_waits_as_long(tmp_path: Path, database_url: str, admin: Admin) -> None:
    """The same for people whom another source names."""
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        land_batch(there, SEARCH)
        land_batch(there, MATCH)
        gone = one(admin, "update public.enrichment set was_found = false where subject = (select min(subject) from"
                          " public.enrichment where subject ~ '^[0-9a-f]{24}$') returning subject")  # fmt: skip
        admin.execute("update public.enrichment set enriched_at = now() - interval '91 days'")
        land_batch(there, Batch(DAY.replace(day=21), "matches"))
        assert one(admin, f"select count(*) from public.credit_ledger where '{gone}' = any(subjects)") == 1
        admin.execute("update public.enrichment set enriched_at = now() - interval '181 days'")
        land_batch(there, Batch(DAY.replace(day=22), "matches"))
        assert one(admin, f"select count(*) from public.credit_ledger where '{gone}' = any(subjects)") == 2


def test_the_doctor_asks_and_spends_nothing(tmp_path: Path, database_url: str) -> None:
    with apollo() as sandbox:
        there = apollo_workspace(tmp_path, database_url, sandbox)
        assert [status for status, said, _ in check_apollo(there) if "NO_PROXY" not in said] == ["ok"] * 3
        assert sandbox.apollo.credits_used == 0
        wrong = check_apollo(apollo_workspace(tmp_path, database_url, sandbox, apollo_api_key="wrong"))
        assert wrong[0][:2] == ("problem", "Apollo does not accept the API key.")
        none = check_apollo(apollo_workspace(tmp_path, database_url, sandbox, apollo_api_key=None))
        assert "OUTREACH_APOLLO_API_KEY" in none[0][2]
