"""LinkedIn profiles as three actors write them.

Belongs here: the items of harvestapi_profile, dev_fusion_profile and apimaestro_profile. Does not belong
here: who is seen (`coverage`), spellings of single values (`dirt`).
"""

from __future__ import annotations

from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt, names
from outreach_pipeline.sandbox.render.positions import NO_DATE, Month, Position, positions
from outreach_pipeline.sandbox.world.addresses import PROFILE_WORDS, mailbox_state, own_email
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import Sight
from outreach_pipeline.sandbox.world.people import Person
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]


def harvestapi_profile(world: World, sight: Sight, rng: Random) -> Item:
    """A row of harvestapi/linkedin-profile-scraper."""
    person, post, company = sight.person, sight.post, sight.company
    slug = person.slug_on(sight.night)
    home = company or world.companies[person.posts[0].company]
    entries = positions(world, person, sight.night)
    jobs = [_harvest_job(entry, rng) for entry in entries]
    ended = [job for job, entry in zip(jobs, entries, strict=True) if not entry.is_open]
    leftover = len(person.posts) > 1 and rng.random() < 0.15 and person.posts[-1].year > person.posts[-2].year
    if leftover and post is not None and ended:
        # LinkedIn leaves a position open that somebody forgot to close.
        ended[0]["endDate"] = {"text": "Present"}
    name = names.in_profile(rng, person)
    has_email = rng.random() < 0.4
    mail_form = rng.random() < 0.5
    email = own_email(person, company) if company and has_email else None
    place = rng.random()
    sideline = [_side_position(entry) for entry in entries if entry.post is None and rng.random() < 0.8]
    return {
        "id": person.member_id, "publicIdentifier": slug,
        "linkedinUrl": dirt.profile_url(rng, slug),
        "firstName": name.first,
        "lastName": name.last + (f", {person.credential}" if person.credential else ""),
        "headline": f"{post.titles[0]} @ {home.name}" if post else "Looking for new opportunities",
        "about": rng.choice(("", None, f"Works in {home.industry.lower()}.\n\nLikes hills 🙃")),
        "openToWork": post is None,
        "hiring": False, "photo": f"https://media.example.com/{person.number}.jpg?e={sight.night}",
        "premium": False,
        "influencer": False, "creator": False, "verified": rng.random() < 0.5, "memorialized": False,
        "registeredAt": "2009-04-14T09:12:33.000Z", "topSkills": "Planning • Leadership",
        "connectionsCount": 300 + sight.night, "followerCount": 800 + sight.night,
        "composeOptionType": "CONNECT",
        "objectUrn": f"urn:li:member:{person.member_number}",
        "location": None if place < 0.1 else _place(home),
        "emails": [{"email": email, "status": _email_word(person, company, email)} if mail_form else email]
        if email and company else [],
        "currentPosition": ([_position(company)] if company else []) + sideline, "experience": jobs,
        "education": [{"schoolName": "Example State University", "degree": "BA", "fieldOfStudy": "Economics",
                       "startDate": {"year": 1998, "text": "1998"},
                       "endDate": {"year": 2002, "text": "2002"}}],
        "profileTopEducation": [], "skills": [{"name": "Planning"}], "languages": [], "certifications": [],
        "projects": [], "publications": [], "receivedRecommendations": [], "moreProfiles": [],
        "featured": None,
        "multiLocaleHeadline": [],
        "primaryLocale": {"country": home.country.code, "language": home.country.language},
        "originalQuery": {"query": f"https://www.linkedin.com/in/{slug}"}, "status": 200,
    }  # fmt: skip


def _email_word(person: Person, company: Company, email: str) -> str:
    guessed = email == person.email_at(company)
    return PROFILE_WORDS[mailbox_state(person, company) if guessed else "good"]


def short_profile(sight: Sight) -> Item:
    """The same actor in its short mode: an opaque id instead of the slug, titles in currentPositions."""
    person, post, company = sight.person, sight.post, sight.company
    positions = [{"companyName": company.name, "title": post.titles[0]}] if post and company else []
    return {
        "id": person.opaque_id, "linkedinUrl": f"https://www.linkedin.com/in/{person.opaque_id}",
        "firstName": person.first, "lastName": person.last, "summary": None,
        "location": {"linkedinText": f"{company.city}, {company.country.name}"} if company else None,
        "currentPositions": positions,
    }  # fmt: skip


def _harvest_job(entry: Position, rng: Random) -> Item:
    company = entry.company
    start: Item = {"text": NO_DATE}
    if entry.began is not None:
        year, month = entry.began[0], dirt.MONTHS[entry.began[1] - 1]
        start = {"month": month, "year": year, "text": f"{month} {year}"}
        if rng.random() < 0.2 and entry.post is not None and entry.post.first_night == 1:
            start = {"year": year, "text": str(year)}
    end: Item = {"text": "Present"}
    if entry.ends is not None:
        year, month = entry.ends[0], dirt.MONTHS[entry.ends[1] - 1]
        end = {"month": month, "year": year, "text": f"{month} {year}"}
    return {
        "position": entry.title, "companyName": dirt.company_name(rng, company) if company else entry.employer,
        "companyLinkedinUrl": dirt.company_url(rng, company) if company else None,
        "companyId": company.linkedin_id if company else None,
        "companyUniversalName": company.linkedin_slug if company else None,
        "location": f"{company.city}, {company.country.name}" if company else None,
        "employmentType": "Full-time" if entry.post else None, "workplaceType": None, "duration": "2 yrs",
        "description": None, "startDate": start, "endDate": end,
    }  # fmt: skip


def _side_position(entry: Position) -> Item:
    return _position(entry.company) if entry.company else {"companyName": entry.employer}


def _position(company: Company) -> Item:
    return {
        "companyName": company.name, "companyId": company.linkedin_id,
        "companyLinkedinUrl": f"https://www.linkedin.com/company/{company.linkedin_slug}",
    }  # fmt: skip


def _place(company: Company) -> Item:
    country = company.country
    return {
        "linkedinText": f"{company.city}, {company.state}, {country.name}", "countryCode": country.code,
        "parsed": {
            "text": f"{company.city}, {country.name}", "countryCode": country.code, "regionCode": None,
            "country": country.name, "countryFull": country.name, "state": company.state,
            "city": company.city,
        },
    }  # fmt: skip


def dev_fusion_profile(world: World, sight: Sight, rng: Random) -> Item:
    """A row of dev_fusion/Linkedin-Profile-Scraper, in its newer (job*) or older (subtitle, caption)
    variant.
    """
    person, post, company = sight.person, sight.post, sight.company
    slug = person.slug_on(sight.night)
    home = company or world.companies[person.posts[0].company]
    older = rng.random() < 0.25
    jobs = [_fusion_job(entry, rng, older=older) for entry in positions(world, person, sight.night)]
    name = names.in_profile(rng, person)
    last = name.last + (f", {person.credential}" if person.credential else "")
    full = f"{person.honorific + ' ' if person.honorific else ''}{name.first} {last}"
    about = rng.choice(("", None, "Second line with a tab\tand a zero-width \u200b space.", "Runs things.\n"))
    if rng.random() < 0.01:
        about = "A NUL \x00 from somewhere"
    item: Item = {
        "linkedinUrl": dirt.profile_url(rng, slug), "firstName": name.first, "lastName": last,
        "fullName": full,
        "headline": f"{post.titles[0]} at {home.name} 🚀" if post else "--",
        "connections": rng.choice((693, "500+", 0)), "followers": 100 + sight.night,
        "email": rng.choice((None, "")) if not company or rng.random() < 0.6 else person.email_at(company),
        "mobileNumber": person.mobile if rng.random() < 0.3 else None,
        "jobTitle": post.titles[0] if post else None,
        "jobStartedOn": f"{post.month}-{post.year}" if post else None,
        "jobLocation": None, "jobStillWorking": True if post else None,
        "companyName": dirt.company_name(rng, company) if company else None,
        "companyIndustry": company.industry if company else None,
        "companyWebsite": dirt.website(rng, company) if company and rng.random() < 0.7 else None,
        "companyLinkedin": dirt.company_url(rng, company) if company else None,
        "companyFoundedIn": company.founded if company else None,
        "companySize": dirt.size_range(company.employees) if company else None,
        "currentJobDuration": "2 yrs", "currentJobDurationInYrs": 2.0 + sight.night / 100,
        "topSkillsByEndorsements": "Planning, Leadership", "addressCountryOnly": home.country.name,
        "addressWithCountry": f"{home.city}, {home.state} {home.country.name}",
        "addressWithoutCountry": rng.choice((f"{home.city}, {home.state}", "Greater Example Region")),
        "profilePic": None, "profilePicHighQuality": None, "linkedinId": person.member_number, "about": about,
        "publicIdentifier": slug, "openConnection": False, "urn": person.member_id,
        "birthday": {"day": "", "month": "", "year": ""}, "experiences": jobs,
        "skills": [{"title": "Planning"}],
        "educations": [], "languages": [], "updates": [], "peopleAlsoViewed": [],
    }  # fmt: skip
    return item


def _fusion_job(entry: Position, rng: Random, *, older: bool) -> Item:
    company = entry.company
    base: Item = {
        "companyId": company.linkedin_id if company else None,
        "companyUrn": f"urn:li:fsd_company:{company.linkedin_id}" if company else None,
        "companyLink1": dirt.company_url(rng, company) if company else None, "logo": None, "title": entry.title,
    }  # fmt: skip
    if older:
        began, until = (_month_in_words(month) for month in (entry.began, entry.ends))
        return base | {
            "subtitle": f"{entry.employer} · Full-time",
            "caption": f"{began or NO_DATE} - {until or 'Present'} · 2 yrs",
            "metadata": f"{company.city}, {company.country.name}" if company else None, "breakdown": False,
            "subComponents": [],
        }  # fmt: skip
    return base | {
        "companyName": entry.employer, "companySize": dirt.size_range(company.employees) if company else None,
        "companyWebsite": None, "companyIndustry": company.industry if company else None, "jobDescription": None,
        "jobStartedOn": f"{entry.began[1]}-{entry.began[0]}" if entry.began else NO_DATE,
        "jobEndedOn": f"{entry.ends[1]}-{entry.ends[0]}" if entry.ends else None, "jobLocation": None,
        "jobStillWorking": entry.is_open, "jobLocationCountry": company.country.code if company else None,
        "employmentType": "Full-time", "subtitle": None, "caption": None, "metadata": None,
    }  # fmt: skip


def _month_in_words(month: Month | None) -> str:
    return f"{dirt.MONTHS[month[1] - 1]} {month[0]}" if month else ""


def apimaestro_profile(world: World, sight: Sight, rng: Random) -> Item:
    """A row of apimaestro/linkedin-profile-detail: everything about the person under basic_info."""
    person, post, company = sight.person, sight.post, sight.company
    slug = person.slug_on(sight.night)
    home = company or world.companies[person.posts[0].company]
    blank = rng.choice(("", None))
    name = names.in_profile(rng, person)
    return {
        "profileUrl": f"https://www.linkedin.com/in/{slug}",
        "basic_info": {
            "fullname": name.full, "first_name": name.first, "last_name": name.last,
            "headline": f"{post.titles[0]} @ {home.name}" if post else blank,
            "public_identifier": slug,
            "profile_url": rng.choice((dirt.profile_url(rng, slug), None)),
            "profile_picture_url": None,
            "about": blank,
            "location": {"country": home.country.name, "city": f"{home.city}, {home.state}",
                         "full": f"{home.city}, {home.state}, {home.country.name}",
                         "country_code": home.country.code},
            "creator_hashtags": [], "is_creator": False, "is_influencer": False, "is_premium": False,
            "open_to_work": post is None, "created_timestamp": 1239700353000, "show_follower_count": True,
            "background_picture_url": None, "urn": person.member_id, "follower_count": 848,
            "connection_count": 693,
            "current_company": company.name if company else "",
            "current_company_urn": company.linkedin_id if company else None,
            "current_company_url": dirt.company_url(rng, company) if company else None,
            "email": person.email_at(company) if company and rng.random() < 0.4 else None,
        },
        "experience": [_maestro_job(entry, rng) for entry in positions(world, person, sight.night)],
        "education": [{"school": "Example State University", "degree": "BA, Economics", "degree_name": "BA",
                       "field_of_study": "Economics", "duration": "1998 - 2002"}],
        "certifications": [], "languages": [], "projects": [], "skills": [],
    }  # fmt: skip


def _maestro_job(entry: Position, rng: Random) -> Item:
    company = entry.company
    start = {"year": entry.began[0], "month": dirt.MONTHS[entry.began[1] - 1]} if entry.began else {"year": NO_DATE}
    job: Item = {
        "title": entry.title, "company": dirt.company_name(rng, company) if company else entry.employer,
        "location": f"{company.city}, {company.country.name}" if company else "", "description": "",
        "duration": "2 yrs", "start_date": start, "is_current": entry.is_open,
        "company_linkedin_url": dirt.company_url(rng, company) if company else None, "company_logo_url": None,
        "employment_type": "Full-time", "skills": [], "company_id": company.linkedin_id if company else None,
    }  # fmt: skip
    if entry.ends is not None:
        job["end_date"] = {"year": entry.ends[0], "month": dirt.MONTHS[entry.ends[1] - 1]}
    return job
