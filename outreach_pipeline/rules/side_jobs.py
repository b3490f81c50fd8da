"""Side jobs: titles of positions that people hold beside their job, such as a board seat or an advisory role.

Belongs here: the two patterns, in the part of the regular expression language that Python and PostgreSQL read alike
(the database chooses among positions while it flattens). Does not belong here: which role a title names (`titles`).
"""

import re

SIDE = (
    r"(^|\W)(board|advis[eo]rs?|advisory|asesora?|berater(in)?|beirat\w*|aufsichtsrat\w*|verwaltungsrat\w*|investors?|angel"
    r"|volunteer(ing)?|ehrenamt\w*|b[eé]n[eé]vole|mentors?|members?|mitglied|membre|miembro|trustee|council"
    r"|non[- ]?executive|independent director|ned|(limited|venture) partner|ambassador|judge|alumn[ai]\w*)(\W|$)"
    r"|^chair(man|woman|person)?( of the board)?$"
)
"""Words of which a title of a side job has one."""

MAIN = (
    r"^(?!.*advis[eo]rs? (to|for) ).*(^|\W)(chief|(c[efiot]o|chro|cpo|cmo|[es]?vp)(?=\W|$)|(co-?)?founder|owner"
    r"|(?<!board )president(?! of the board)|vice president|(?<!non[- ])executive|managing|manager|secretary"
    r"|inhaber(in)?|gr[uü]nder(in)?|gesch[aä]ftsf\w*|vorstand\w*|management (board|team|committee)|board of management"
    r"|coordinator|leadership team|technical staff|(director|head),? (of|for) (?!the board)"
    r"|(financial|investment|tax|wealth|client|legal|insurance|mortgage|travel|security) advis[eo]r|investor relations)"
)
"""What makes it a job all the same: "Board Member & CEO", "Investor Relations Director", "Financial Advisor"."""

_SIDE, _MAIN = (re.compile(pattern, re.IGNORECASE) for pattern in (SIDE, MAIN))


def is_side_job(title: str) -> bool:
    """Whether a title is that of a board seat, an advisor, an investor, a volunteer, a mentor or a member."""
    return bool(_SIDE.search(title)) and not _MAIN.search(title)
