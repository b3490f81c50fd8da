"""LinkedIn profiles as three actors write them.

Belongs here: the items of harvestapi_profile, dev_fusion_profile and apimaestro_profile. Does not belong
here: who is seen (`coverage`), spellings of single values (`dirt`).
"""

from __future__ import annotations

from random import Random
from typing import Any

from outreach_pipeline.sandbox.render import dirt
from outreach_pipeline.sandbox.world.addresses import PROFILE_WORDS, mailbox_state, own_email
from outreach_pipeline.sandbox.world.companies import Company
from outreach_pipeline.sandbox.world.coverage import Sight
from outreach_pipeline.sandbox.world.people import Person, Post
from outreach_pipeline.sandbox.world.world import World

Item = dict[str, Any]


def harvestapi_profile(world: World, sight: Sight, rng: Random) -> Item:
    """A row of harvestapi/linkedin-profile-scraper."""
    person, post, company = sight.person, sight.post, sight.company
    slug = person.slug_on(sight.night)
    home = company or world.companies[person.posts[0].company]
    jobs = [_harvest_job(world, p, sight.night, rng) for p in _posts_shown(person, sight.night)]
    ended = [job for job in jobs if job["endDate"]["text"] != "Present"]
    leftover = len(person.posts) > 1 and rng.random() < 0.15 and person.posts[-1].year > person.posts[-2].year
    if leftover and post is not None and ended:
        # LinkedIn leaves a position open that somebody forgot to close.
        ended[0]["endDate"] = {"text": "Present"}
    has_email = rng.random() < 0.4
    mail_form = rng.random() < 0.5
    email = own_email(person, company) if company and has_email else None
    place = rng.random()
    sideline = [{"companyName": "Self-employed"}] if rng.random() < 0.04 else []
    if person.board is not None:
        sideline.append(_position(world.companies[person.board.company]))
    return {
        "id": person.member_id, "publicIdentifier": slug,
        "linkedinUrl": dirt.profile_url(rng, slug),
        "firstName": person.first,
        "lastName": person.last + (f", {person.credential}" if person.credential else ""),
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


def _posts_shown(person: Person, night: int) -> list[Post]:
    """The posts as a profile lists them: the latest first, a board seat among them by when it began."""
    posts = [post for post in person.posts if post.first_night <= night]
    if person.board is not None:
        place = sum((post.year, post.month) < (person.board.year, person.board.month) for post in posts)
        posts.insert(place, person.board)
    return posts[::-1]


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


def _harvest_job(world: World, post: Post, night: int, rng: Random) -> Item:
    company = world.companies[post.company]
    month = dirt.MONTHS[post.month - 1]
    start: Item = {"month": month, "year": post.year, "text": f"{month} {post.year}"}
    if rng.random() < 0.2 and post.first_night == 1:
        start = {"year": post.year, "text": str(post.year)}
    job: Item = {
        "position": post.titles[0], "companyName": dirt.company_name(rng, company),
        "companyLinkedinUrl": dirt.company_url(rng, company), "companyId": company.linkedin_id,
        "companyUniversalName": company.linkedin_slug, "location": f"{company.city}, {company.country.name}",
        "employmentType": "Full-time", "workplaceType": None, "duration": "2 yrs", "description": None,
        "startDate": start, "endDate": {"text": "Present"},
    }  # fmt: skip
    if post.end_night is not None and post.end_night <= night:
        ended = world.day(post.end_night)
        text = f"{dirt.MONTHS[ended.month - 1]} {ended.year}"
        job["endDate"] = {"month": dirt.MONTHS[ended.month - 1], "year": ended.year, "text": text}
    return job


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
    jobs = [_fusion_job(world, p, sight.night, rng, older=older) for p in _posts_shown(person, sight.night)]
    last = person.last + (f", {person.credential}" if person.credential else "")
    full = f"{person.honorific + ' ' if person.honorific else ''}{person.first} {last}"
    about = rng.choice(("", None, "Second line with a tab\tand a zero-width \u200b space.", "Runs things.\n"))
    if rng.random() < 0.01:
        about = "A NUL \x00 from somewhere"
    item: Item = {
        "linkedinUrl": dirt.profile_url(rng, slug), "firstName": person.first, "lastName": last,
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


def _fusion_job(world: World, post: Post, night: int, rng: Random, *, older: bool) -> Item:
    company = world.companies[post.company]
    over = post.end_night is not None and post.end_night <= night
    ended = world.day(post.end_night or night)
    base: Item = {
        "companyId": company.linkedin_id, "companyUrn": f"urn:li:fsd_company:{company.linkedin_id}",
        "companyLink1": dirt.company_url(rng, company), "logo": None, "title": post.titles[0],
    }  # fmt: skip
    if older:
        until = f"{dirt.MONTHS[ended.month - 1]} {ended.year}" if over else "Present"
        return base | {
            "subtitle": f"{company.name} · Full-time",
            "caption": f"{dirt.MONTHS[post.month - 1]} {post.year} - {until} · 2 yrs",
            "metadata": f"{company.city}, {company.country.name}", "breakdown": False, "subComponents": [],
        }  # fmt: skip
    return base | {
        "companyName": company.name, "companySize": dirt.size_range(company.employees),
        "companyWebsite": None,
        "companyIndustry": company.industry, "jobDescription": None,
        "jobStartedOn": f"{post.month}-{post.year}",
        "jobEndedOn": f"{ended.month}-{ended.year}" if over else None, "jobLocation": None,
        "jobStillWorking": not over, "jobLocationCountry": company.country.code,
        "employmentType": "Full-time",
        "subtitle": None, "caption": None, "metadata": None,
    }  # fmt: skip


def apimaestro_profile(world: World, sight: Sight, rng: Random) -> Item:
    """A row of apimaestro/linkedin-profile-detail: everything about the person under basic_info."""
    person, post, company = sight.person, sight.post, sight.company
    slug = person.slug_on(sight.night)
    home = company or world.companies[person.posts[0].company]
    blank = rng.choice(("", None))
    return {
        "profileUrl": f"https://www.linkedin.com/in/{slug}",
        "basic_info": {
            "fullname": person.name, "first_name": person.first, "last_name": person.last,
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
        "experience": [_maestro_job(world, p, sight.night, rng) for p in _posts_shown(person, sight.night)],
        "education": [{"school": "Example State University", "degree": "BA, Economics", "degree_name": "BA",
                       "field_of_study": "Economics", "duration": "1998 - 2002"}],
        "certifications": [], "languages": [], "projects": [], "skills": [],
    }  # fmt: skip


def _maestro_job(world: World, post: Post, night: int, rng: Random) -> Item:
    company = world.companies[post.company]
    over = post.end_night is not None and post.end_night <= night
    job: Item = {
        "title": post.titles[0], "company": dirt.company_name(rng, company),
        "location": f"{company.city}, {company.country.name}", "description": "", "duration": "2 yrs",
        "start_date": {"year": post.year, "month": dirt.MONTHS[post.month - 1]}, "is_current": not over,
        "company_linkedin_url": dirt.company_url(rng, company), "company_logo_url": None,
        "employment_type": "Full-time", "skills": [], "company_id": company.linkedin_id,
    }  # fmt: skip
    if over:
        ended = world.day(post.end_night or night)
        job["end_date"] = {"year": ended.year, "month": dirt.MONTHS[ended.month - 1]}
    return job
