"""The table of Apify's errors, and the rows that say why there are none."""

from __future__ import annotations

import pickle

import pytest

from outreach_pipeline.errors import BudgetError, ConfigurationError, PermanentError, TransientError
from outreach_pipeline.sources.apify_errors import (
    ERROR_TYPES,
    HTTP_STATUSES,
    Meaning,
    StartUnknownError,
    meaning_of,
    run_meaning,
    sentence,
    translate,
)
from outreach_pipeline.sources.apify_rows import is_cut, refusal, rows_of


class Response:
    """As much of an HTTP response as apify-client's errors read."""

    def __init__(self, status: int, error_type: str | None, message: str = "words") -> None:
        self.status_code, self._type, self._message = status, error_type, message
        self.text = "<html>Bad Gateway</html>"

    def json(self) -> object:
        if self._type is None:
            raise ValueError
        return {"error": {"type": self._type, "message": self._message}}


def error_of(status: int, error_type: str | None, message: str = "words") -> Exception:
    from apify_client.errors import ApifyApiError

    return ApifyApiError(Response(status, error_type, message), 1)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("status", "error_type", "meaning", "ours"),
    [
        (400, "invalid-input", Meaning.INPUT, ConfigurationError),
        (400, "max-total-charge-usd-below-minimum", Meaning.INPUT, ConfigurationError),
        (401, "user-or-token-not-found", Meaning.KEY, ConfigurationError),
        (402, "not-enough-usage-to-run-paid-actor", Meaning.MONEY, BudgetError),
        # The same number, and yet worth waiting for: the type decides.
        (402, "actor-memory-limit-exceeded", Meaning.WAIT, TransientError),
        (403, "concurrent-runs-limit-exceeded", Meaning.WAIT, TransientError),
        (403, "actor-is-not-rented", Meaning.PLAN, PermanentError),
        (403, "full-permission-actor-not-approved", Meaning.PLAN, PermanentError),
        (404, "record-not-found", Meaning.GONE, PermanentError),
        (408, "run-timeout-exceeded", Meaning.WAIT, TransientError),
        (429, "rate-limit-exceeded", Meaning.WAIT, TransientError),
        (500, "internal-server-error", Meaning.RETRY, TransientError),
        (502, None, Meaning.RETRY, TransientError),
        (402, "some-new-type", Meaning.MONEY, BudgetError),
        (418, "some-new-type", Meaning.PLAN, PermanentError),
    ],
)
def test_an_error_means_what_its_type_says_then_its_status(
    status: int, error_type: str | None, meaning: Meaning, ours: type[Exception]
) -> None:
    assert meaning_of(status, error_type).meaning is meaning
    error = translate(error_of(status, error_type), "starting the actor a/b")
    assert type(error) is ours
    assert error.next_step
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    assert "html" not in error.message


def test_the_originals_do_not_survive_pickling_which_is_why_ours_exist() -> None:
    with pytest.raises(TypeError):
        pickle.loads(pickle.dumps(error_of(402, "x")))
    assert isinstance(pickle.loads(pickle.dumps(StartUnknownError("lost"))), TransientError)


def test_every_entry_says_what_to_do() -> None:
    assert all(entry.next_step for entry in (*ERROR_TYPES.values(), *HTTP_STATUSES.values()))


def test_words_of_others_come_without_addresses_and_bounded() -> None:
    text = "Profile https://www.linkedin.com/in/ada-q of ada@firm.example is\n gone, token apify_api_123"
    assert sentence(text) == "Profile … of … is gone, token …"
    assert len(sentence("x" * 1000)) == 301


def test_a_status_that_apify_invents_later_is_not_the_end() -> None:
    assert not run_meaning("SOME-FUTURE-STATUS").over
    assert [run_meaning(s).over for s in ("READY", "RUNNING", "TIMING-OUT", "ABORTING")] == [False] * 4
    assert [run_meaning(s).whole for s in ("SUCCEEDED", "FAILED", "TIMED-OUT", "ABORTED")] == [
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (b'{"error": "Users on the free plan may not."}', "Users on the free plan may not."),
        (b'{"error": "404", "status": 404, "element": null}', "404"),
        (b'{"message": "No profile found or wrong input"}', "No profile found or wrong input"),
        (b'{"input_identifier": "acme", "message": "not found"}', "not found"),
        (b'{"error": {"message": "rate limited"}, "url": "https://x.example"}', "rate limited"),
        (b'{"errorMessage": "Invalid URL", "inputUrl": "x", "name": "", "list": [], "o": {}}', "Invalid URL"),
        (b'{"fullName": "Refer to the log for details", "email": "x"}', "Refer to the log for details"),
        (b'{"error": null, "firstName": "Ada"}', None),
        (b'{"error": "partial", "firstName": "Ada"}', None),
        (b'{"error": ""}', None),
        (b'{"firstName": "Ada", "message": "Hello, I am hiring"}', None),
        # Refusals of other looks.
        (b'{"error": "Cookie expired", "profileUrl": "https://www.linkedin.com/in/ada"}', "Cookie expired"),
        (b'{"errorMessage": "Out of quota", "reason": "plan"}', "Out of quota"),
        (b'{"success": false, "reason": "Free plan: use the UI"}', "Free plan: use the UI"),
        (b'{"notice": "Users on the free plan may not."}', "Users on the free plan may not."),
        (b'{"error": {"code": 403, "text": "Free plan"}}', "Free plan"),
        (b'{"errors": ["Free plan"]}', "Free plan"),
        (b'{"errors": [{"code": 7}, {"message": "no"}], "ok": false}', "7"),
        (b'{"status": "error", "detail": "Free plan"}', "Free plan"),
        (b'{"error": "free plan", "profile": {"name": "", "jobs": [{}]}, "count": 0}', "free plan"),
        (b'{"error": true, "message": "Rate limited"}', "Rate limited"),
        (b'{"success": false, "url": "https://x.example"}', "it does not say why"),
        (b'{"email": "x", "fullName": "Refer to the log for details"}', "Refer to the log for details"),
        # Data, whatever stands beside it.
        (b'{"error": "no e-mail", "profileUrl": "https://x.example", "headline": "CEO"}', None),
        (b'{"errors": ["no e-mail"], "profile": {"name": "Ada"}}', None),
        (b'{"error": "partial", "publicIdentifier": "ada"}', None),
        (b'{"error": "partial", "details": {"name": "Ada", "title": "CEO"}}', None),
        (b'{"success": true, "reason": "hiring"}', None),
        (b'{"url": "https://x.example", "detail": "A long text about a company"}', None),
        (b'{"profileUrl": "https://x.example", "message": "I am happy to announce"}', None),
        (b'{"info": {"name": "Ada", "description": "CEO"}, "url": "https://x.example"}', None),
        (b'{"error": "no phone", "employees": 12}', None),
        (b'{"status": "error", "list": [{"name": "Ada"}]}', None),
        (b'["error"]', None),
        (b'{"error": ', None),
        (b"{}", None),
    ],
)
def test_a_row_that_only_says_why(row: bytes, words: str | None) -> None:
    assert refusal(row) == words


def test_rows_and_cuts() -> None:
    page = b'{"a": "one\\ntwo"}\n{"b": "\xe2\x80\xa8"}\r\n\n  {"c": 1}  \n'
    assert list(rows_of(page)) == [b'{"a": "one\\ntwo"}', b'{"b": "\xe2\x80\xa8"}', b'{"c": 1}']
    assert not is_cut(page)
    assert not is_cut(b"\n")
    assert is_cut(b'{"a": 1}\n{"b": {"c": 2}')
    assert is_cut(b'{"a": 1}\n{"b')
