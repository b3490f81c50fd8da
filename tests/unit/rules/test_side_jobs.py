"""Titles of side jobs, and titles that only look like them."""

import pytest

from outreach_pipeline.rules.side_jobs import is_side_job


@pytest.mark.parametrize(
    "title",
    [
        "Board Member", "Member of the Board of Directors", "Advisor", "Advisor to the CEO", "Senior Adviser",
        "Non-Executive Director", "Independent Director", "Angel Investor", "Volunteer", "Mentor", "Member", "YPO Member",
        "Forbes Council Member", "Board President", "President of the Board", "Chairman", "Chair of the Board", "Trustee",
        "Mitglied des Aufsichtsrats", "Beirat", "Advisory Board Member", "Board Observer", "NED", "Venture Partner",
    ],
)  # fmt: skip
def test_side_jobs(title):
    assert is_side_job(title)


@pytest.mark.parametrize(
    "title",
    [
        "CEO", "Chairman & CEO", "Board Member & CEO", "Financial Advisor", "Investor Relations Director", "Partner",
        "Member of Technical Staff", "Member of the Executive Board", "Director of Volunteer Services", "Executive Director",
        "President and Board Member", "Vorstandsmitglied", "Membership Director", "Member of the Board of Management",
        "Founder & Advisor", "Managing Member", "HR Director", "VP, Board Relations", "Geschäftsführerin", "Board Secretary",
    ],
)  # fmt: skip
def test_jobs(title):
    assert not is_side_job(title)
