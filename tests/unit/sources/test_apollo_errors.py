"""Which of Apollo's refusals are about money, by their words."""

from __future__ import annotations

import pytest

from outreach_pipeline.errors import BudgetError, ConfigurationError
from outreach_pipeline.sources.apollo_errors import is_about_money, refusal


@pytest.mark.parametrize(
    "text",
    [
        "You have insufficient credits to perform this action. Please upgrade your plan.",
        "Your team is out of credits",
        "You do not have enough credits. Not enough lead credits left.",
        '{"error_code": "INSUFFICIENT_CREDITS"}',
        '{"error": {"code": "CREDITS_EXHAUSTED"}}',
        "You have used all of your credits",
        "You have exceeded your monthly credit limit",
        "Your credits have been exhausted for this billing cycle",
        "No credits remaining",
        "Credit limit reached",
        "Email credits are used up",
        "Payment required",
    ],
)
def test_words_of_an_empty_account(text: str) -> None:
    assert is_about_money(text)
    for status in (400, 403, 409, 422, 429):
        assert isinstance(refusal("people/bulk_match", status, text), BudgetError)


@pytest.mark.parametrize(
    "text",
    [
        "The maximum number of api calls allowed for api/v1/people/match is 200 times per hour. Please upgrade.",
        "q_organization_keyword_tags: credit unions is no valid tag",
        "industry 'credit' is unknown",
        "There is no such tag as credit",
        "people/bulk_match is not accessible with this api_key",
        "",
    ],
)
def test_other_words(text: str) -> None:
    assert not is_about_money(text)
    assert isinstance(refusal("people/bulk_match", 422, text), ConfigurationError)
