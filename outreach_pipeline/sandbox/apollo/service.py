"""Apollo's HTTP API v1 as far as a pipeline uses it: people, companies, contacts, enrichment, usage.

Belongs here: endpoints, paging ceilings, envelopes, prices. Does not belong here: keys, windows, credits
(`account`), who is found (`search`), the objects (`render.apollo`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from outreach_pipeline.sandbox.apollo.account import UPGRADE, ApolloAccount, Plan
from outreach_pipeline.sandbox.apollo.search import ApolloSearch
from outreach_pipeline.sandbox.http import Answer, Request, json_answer

MAX_PER_PAGE, MAX_PAGE, DEFAULT_PER_PAGE, MAX_BULK = 100, 500, 10, 10

__all__ = ["ApolloService", "Plan"]


class ApolloService(ApolloAccount):
    """One team at Apollo with all endpoints."""

    def __init__(self, search: Callable[[], ApolloSearch], key: str, **options: Any) -> None:
        super().__init__(search, key, **options)
        self.route("GET", "/auth/health", self._health)
        self.route("POST", "/mixed_people/api_search", self._api_search)
        self.route("POST", "/mixed_people/search", self._older_search)
        self.route("POST", "/people/match", self._match)
        self.route("POST", "/people/bulk_match", self._bulk_match)
        self.route("POST", "/mixed_companies/search", self._companies)
        self.route("GET", "/organizations/enrich", self._enrich)
        self.route("POST", "/organizations/bulk_enrich", self._bulk_enrich)
        self.route("POST", "/contacts/search", self._contacts)
        self.route("POST", "/usage_stats/api_usage_stats", self._usage)

    def _health(self, request: Request, _found: Mapping[str, str]) -> Answer:
        logged_in = request.headers.get("x-api-key") == self.key
        return json_answer({"healthy": True, "is_logged_in": logged_in})

    def _api_search(self, request: Request, _found: Mapping[str, str]) -> Answer:
        if not self.plan.master_key:
            return self.refuse(403, None, request)
        filters = _filters(request)
        search = self.search()
        found = search.people(filters)
        page = _page(found, filters)
        if page is None:
            return _beyond()
        return json_answer({"total_entries": len(found), "people": [search.teaser(sight) for sight in page]})

    def _older_search(self, request: Request, _found: Mapping[str, str]) -> Answer:
        if not self.plan.older_search:
            endpoint = "api/v1/mixed_people/search"
            text = f"{endpoint} is not accessible with this access token on a free plan. {UPGRADE}"
            return json_answer({"error": text, "error_code": "API_INACCESSIBLE"}, 403)
        filters = _filters(request)
        search = self.search()
        found = search.people(filters)
        page = _page(found, filters)
        if page is None:
            return _beyond()
        people = [search.person(s) for s in page if not search.is_saved(s.person)]
        contacts = [search.person(s)["contact"] for s in page if search.is_saved(s.person)]
        ids = [item["id"] for item in (*contacts, *people)]
        body = _envelope(filters, len(found)) | {"contacts": contacts, "people": people, "model_ids": ids}
        return json_answer(body)

    def _companies(self, request: Request, _found: Mapping[str, str]) -> Answer:
        filters = _filters(request)
        search = self.search()
        found = search.companies(filters)
        page = _page(found, filters)
        if page is None:
            return _beyond()
        if page and not self.charge(1.0):
            return _no_credits()
        rows = [search.organization(company) for company in page]
        accounts = [row for row in rows if row.get("modality") == "account"]
        organizations = [row for row in rows if row.get("modality") != "account"]
        body = _envelope(filters, len(found)) | {"accounts": accounts, "organizations": organizations}
        return json_answer(body | {"model_ids": [row["id"] for row in rows]})

    def _contacts(self, request: Request, _found: Mapping[str, str]) -> Answer:
        filters = _filters(request)
        found = self.search().saved()
        if filters.get("sort_ascending") in (True, "true"):
            found.reverse()
        page = _page(found, filters)
        return (
            _beyond()
            if page is None
            else json_answer(_envelope(filters, len(found)) | {"contacts": list(page)})
        )

    def _match(self, request: Request, _found: Mapping[str, str]) -> Answer:
        details = _filters(request)
        refusal = _phones_need_webhook(details)
        if refusal is not None:
            return refusal
        person, price = self._reveal(details)
        if price and not self.charge(price):
            return _no_credits()
        return json_answer({"person": person})

    def _bulk_match(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = _filters(request)
        details = body.get("details")
        if not isinstance(details, list) or not details or len(details) > MAX_BULK:
            return json_answer({"error": f"details must hold 1 to {MAX_BULK} people"}, 422)
        refusal = _phones_need_webhook(body)
        if refusal is not None:
            return refusal
        revealed = [self._reveal(one) for one in details]
        credits_used = sum(price for _, price in revealed)
        if not self.charge(credits_used):
            return _no_credits()
        matches = [person for person, _ in revealed]
        hits = sum(person is not None for person in matches)
        # Neither order nor length is promised: some of the missing are null, the others are not there at all.
        nulls = (len(matches) - hits + 1) // 2
        rows = [person for person in matches if person is not None] + [None] * nulls
        Random(str(details)).shuffle(rows)  # noqa: S311 - an order, no secret
        return json_answer({
            "status": "success", "error_code": None, "error_message": None,
            "total_requested_enrichments": len(details), "unique_enriched_records": hits,
            "missing_records": len(details) - hits, "credits_consumed": credits_used, "matches": rows,
        })  # fmt: skip

    def _reveal(self, details: Mapping[str, Any]) -> tuple[dict[str, Any] | None, float]:
        """The person and what they cost: one credit, half of one where the address stays locked."""
        sight = self.search().match(details)
        if sight is None:
            return None, 0.0
        with self._credits_lock:
            self.enriched[sight.person.apollo_id] = self.enriched.get(sight.person.apollo_id, 0) + 1
        return self.search().person(sight), 0.5 if sight.person.is_locked else 1.0

    def _enrich(self, request: Request, _found: Mapping[str, str]) -> Answer:
        domain = request.query.get("domain")
        if not domain:
            return json_answer({"error": "Required parameter 'domain' missing"}, 422)
        found = self.search().enrich(domain)
        if found is None:
            return json_answer({} if len(domain) % 2 else {"organization": None})
        return json_answer({"organization": found}) if self.charge(1.0) else _no_credits()

    def _bulk_enrich(self, request: Request, _found: Mapping[str, str]) -> Answer:
        body = _filters(request)
        domains = body.get("domains", body.get("domains[]"))
        if not isinstance(domains, list) or not domains or len(domains) > MAX_BULK:
            return json_answer({"error": f"domains must hold 1 to {MAX_BULK} domains"}, 422)
        search = self.search()
        found = [row for domain in dict.fromkeys(domains) if (row := search.enrich(str(domain))) is not None]
        if not self.charge(float(len(found))):
            return _no_credits()
        unique = len(set(domains))
        return json_answer({
            "status": "success", "error_code": None, "error_message": None,
            "total_requested_domains": len(domains),
            "unique_domains": unique, "unique_enriched_records": len(found),
            "missing_records": unique - len(found),
            "organizations": found,
        })  # fmt: skip

    def _usage(self, request: Request, _found: Mapping[str, str]) -> Answer:
        if not self.plan.master_key:
            return self.refuse(403, None, request)
        endpoints = (
            "/mixed_people/api_search",
            "/people/bulk_match",
            "/people/match",
            "/mixed_companies/search",
        )
        answer = {}
        for endpoint in endpoints:
            controller, _, action = endpoint.rpartition("/")
            answer[f'["api/v1{controller}", "{action}"]'] = self.windows.usage(endpoint)
        return json_answer(answer)


def _filters(request: Request) -> dict[str, Any]:
    """Parameters of body and query together; Apollo takes both."""
    body = request.json()
    if not isinstance(body, dict):
        raise ValueError("the body is no object")  # noqa: TRY004 - answered with 400
    return {**request.query, **body}


def _bounds(filters: Mapping[str, Any]) -> tuple[int, int]:
    per_page = int(filters.get("per_page") or DEFAULT_PER_PAGE)
    return max(int(filters.get("page") or 1), 1), max(min(per_page, MAX_PER_PAGE), 1)


def _page(found: Sequence[Any], filters: Mapping[str, Any]) -> Sequence[Any] | None:
    """The page asked for, None beyond the last that Apollo shows."""
    page, per_page = _bounds(filters)
    return None if page > MAX_PAGE else found[(page - 1) * per_page : page * per_page]


def _envelope(filters: Mapping[str, Any], total: int) -> dict[str, Any]:
    page, per_page = _bounds(filters)
    pages = {"page": page, "per_page": per_page, "total_entries": total, "total_pages": -(-total // per_page)}
    return {
        "breadcrumbs": [], "partial_results_only": False, "has_join": False, "disable_eu_prospecting": False,
        "partial_results_limit": 10000, "pagination": pages, "num_fetch_result": None, "derived_params": None,
    }  # fmt: skip


def _beyond() -> Answer:
    return json_answer({"error": f"page must not be above {MAX_PAGE}; narrow the search instead"}, 422)


def _no_credits() -> Answer:
    return json_answer({"error": f"You have insufficient credits to perform this action. {UPGRADE}"}, 422)


def _phones_need_webhook(details: Mapping[str, Any]) -> Answer | None:
    if details.get("reveal_phone_number") in (True, "true") and not details.get("webhook_url"):
        return json_answer(
            {"error": "Please add a valid 'webhook_url' parameter to reveal phone numbers"}, 422
        )
    return None
