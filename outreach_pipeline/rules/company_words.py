"""The words of a company's name that tell it from others: without legal forms, remarks in brackets, registers' marks.

Belongs here: what is a legal form, where it may stand, which bracket distinguishes. Does not belong here: the key that
is made of the words (`companies`). cleanco's list of forms was measured and left (86 of 171 examples right): it holds
words and places (uk, at, et, ps, sal) that would make different firms one, and no form that is written out.
"""

from __future__ import annotations

import re

from outreach_pipeline.rules.countries import country_code
from outreach_pipeline.rules.texts import fold, word_set

# Dropped at the end, one word at a time: "GmbH & Co. KG" goes as kg, co, and, gmbh. ISO 20275's abbreviations,
# and registers' Hldgs. (Holdings, written out, is a word of the name and stays).
_LEGAL = word_set("""
inc incorporated corp corporation co company llc llp lllp lp ltd limited plc pllc pbc ulc unlimited cic cio
gmbh mbh ggmbh ug haftungsbeschrankt ag kg kgaa ohg gbr ek eg ev se sa sas sasu sarl eurl sci snc scop scs srl
srls sapa sl slu sll bv bvba nv vof cv cvba sprl ab hb as asa ans aps oy oyj abp ehf hf sia uab oue ou
ltda limitada eireli epp sab sapi kk gk yk bhd sdn berhad tbk pte pty pvt private jsc pjsc ojsc
cjsc ooo oao zao pao ao tov doo dd ad ead eood ood kft zrt nyrt bt sro sti publ cie cia hldg hldgs
aktiengesellschaft kommanditgesellschaft gesellschaft unternehmergesellschaft aktiebolag osakeyhtio aksjeselskap
aktieselskab anpartsselskab
""")
# Written out, or of words that are none alone; the longest that fits goes first.
_PHRASES = tuple(sorted(
    (each.split() for each in """
gesellschaft mit beschrankter haftung|offene handelsgesellschaft|eingetragene genossenschaft|spolka z oo|sp z oo|sp zoo|
spolka akcyjna|spolka komandytowa|sp k|sp j|spol s ro|spol sro|societe anonyme|societe par actions simplifiee|
societe a responsabilite limitee|societe en commandite|sociedad anonima|sociedad limitada|
sociedad de responsabilidad limitada|
sociedade anonima|sociedade limitada|societa per azioni|societa a responsabilita limitata|naamloze vennootschap|
besloten vennootschap|limited liability company|limited liability partnership|limited partnership|
public limited company|proprietary limited|private limited|de cv|de rl|s de rl|sa rl|anonim sirketi|limited sirketi|
akciova spolecnost|
spolecnost s rucenim omezenym|kabushiki kaisha|godo kaisha|julkinen osakeyhtio|perseroan terbatas|sendirian berhad|
de capital variable|de responsabilidad limitada
""".replace("\n", "").split("|")),
    key=len,
    reverse=True,
))  # fmt: skip
_LAST_OF_PHRASES = frozenset(phrase[-1] for phrase in _PHRASES)
# Custom puts these in front (Finland, Sweden, Baltics, Russia, Indonesia, France); with dots or a stroke any may be.
_IN_FRONT = word_set("""
oy ab pt llc ooo oao zao pao tov jsc pjsc ojsc cjsc uab sia ou oue sarl eurl ооо оао зао пао ао тов
""")
_WRITTEN_IN_FRONT = re.compile(
    r"(?:S\.\s?A\.(?:\s?S\.)?|A/S|N\.\s?V\.|B\.\s?V\.|S\.\s?r\.\s?l\.|C\.\s?V\.)\s+(?=\S{3})"
)
_ENDINGS_CJK = re.compile(
    r"^(?:株式会社|有限会社|合同会社|주식회사|\(株\)|\(有\)|\(주\)|㈱|㈲)"
    r"|(?:株式会社|有限会社|合同会社|股份有限公司|有限责任公司|有限公司|주식회사|\(株\)|\(有\)|\(주\)|㈱|㈲)$"
)
# "Spa", "PA", "PC" are words and states as well: legal forms only when they are written as such.
_DOTTED = re.compile(r"[\s,]+(?:S\.?\s?p\.\s?A\.?|SpA|P\.\s?A\.?|P\.\s?C\.?|S\.\s?C\.?|e\.\s?V\.?|N\.\s?A\.?)$")
# Letters with dots are one word ("S. A.", "L.L.C.", "U.S."), and so are these with a stroke (A/S).
_ABBREVIATED = re.compile(
    r"(?<![^\W_])(?:[^\W\d_]\.\s?)+[^\W\d_](?![^\W_])\.?|(?<![^\W_])[AKIP]/S(?![^\W_])", re.IGNORECASE
)
# EDGAR's marks of state, kind and age behind a conformed name: /DE/, /NEW/, \TX\, Inc/NY.
_REGISTER = re.compile(r"(.*?)(\s?)[/\\]([A-Z]{2,4})([/\\]?)")
_BRACKET = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|\([^()]*$")
_ABBREVIATIONS = {
    "intl": "international", "bros": "brothers", "mfg": "manufacturing", "cos": "companies",
    "natl": "national", "mgmt": "management", "grp": "group", "inds": "industries",
}  # fmt: skip
LOOSE = frozenset(
    {"group", "groupe", "gruppe", "grupo", "holding", "holdings", "international", "companies", "global"}
)
"""Words that parts of one group differ in: they distinguish, and are passed over where a pair is only suggested."""
_REGIONS = frozenset("""
asia|europe|africa|america|americas|north america|south america|latin america|latam|emea|apac|mena|asia pacific|
far east|middle east|east africa|west africa|southern africa|central europe|eastern europe|western europe|nordic|
nordics|
baltic|baltics|benelux|dach|iberia|gulf|gcc|caribbean|pacific|oceania|scandinavia|europa|asien|nordamerika|
amerique|wales|scotland|england|
northern ireland|hk|uae|usa|us|uk|eu|prc|roc|ksa|sea|anz|shanghai|beijing|shenzhen|guangzhou|tianjin|suzhou|chengdu|
wuhan|hangzhou|nanjing|dalian|qingdao|hong kong|macau|taiwan|brasil|ireland|north|south|east|west|midlands|london
""".replace("\n", "").split("|"))  # fmt: skip
# Nothing in it asks for more than folding: words of letters and digits, a comma or a dot behind two letters or more.
_PLAIN = re.compile(r"(?!.*SpA)(?:[A-Za-z0-9-]{2,}[,.]?(?: |$))+")
_INITIALS = "\x00"  # behind a word that was joined from single letters: it is no legal form


def telling_words(name: str) -> list[str]:
    """The folded words of a name, as shown, that tell it from others; never none."""
    initials = None
    if not _PLAIN.fullmatch(name):  # nearly all names are: 6 us against 25
        name, initials = _bared(name)
    words = _join_letters(fold(name).split())
    if initials and len(words) > 1:
        words[0] += _INITIALS  # "A.B. Lind" is somebody's firm, "AB Lind" a Swedish one
    return [_shown(word) for word in without_forms([_ABBREVIATIONS.get(word, word) for word in words])]


def _bared(name: str) -> tuple[str, re.Match[str] | None]:
    """A name without register's mark, brackets, apostrophes and dots; and whether it begins with initials."""
    marked = _REGISTER.fullmatch(name)
    if marked and fold(marked[1]) and (marked[2] or marked[4] or fold(marked[1]).rpartition(" ")[2] in _LEGAL):
        name = marked[1]
    name = _ENDINGS_CJK.sub(" ", name) if fold(_ENDINGS_CJK.sub(" ", name)) else name
    without = _BRACKET.sub(_what_distinguishes, name)
    if fold(without):
        name = without.strip(" ,")
    undotted = _DOTTED.sub("", name)
    name = _WRITTEN_IN_FRONT.sub("", undotted if fold(undotted) else name, count=1)
    initials = _ABBREVIATED.match(name)
    name = _ABBREVIATED.sub(lambda found: re.sub(r"[./\s]", "", found[0]) + " ", name)
    return re.sub(r"['’‘`´ʼ]", "", name).replace("&", " and ").replace("+", " and "), initials


def _shown(word: str) -> str:
    """Initials that spell a legal form stay apart ("quill s a"), so that they are none when the key is read again."""
    bare = word.rstrip(_INITIALS)
    return " ".join(bare) if bare != word and (bare in _LEGAL or bare in _IN_FRONT) else bare


def _what_distinguishes(bracket: re.Match[str]) -> str:
    """Of a bracket: a country, a region, Group or Holdings stay as words; a remark goes."""
    inside = fold(bracket[1] or bracket[2] or "")
    stays = inside in _REGIONS or inside in LOOSE or (bool(inside) and country_code(inside) is not None)
    return f" {inside} " if stays else " "


def _join_letters(words: list[str]) -> list[str]:
    """Runs of single letters as one word: "u s bancorp" -> "us bancorp"; digits stay ("group 1").

    One letter that an apostrophe had bound (O'Quill, L'Atelier) goes to the word behind it.
    """
    joined: list[str] = []
    run = False
    for word in words:
        single = len(word) == 1 and word.isalpha()
        if single and run:
            joined[-1] = joined[-1].rstrip(_INITIALS) + word + _INITIALS
        elif joined and joined[-1] in {"o", "d", "l"} and len(word) > 2 and word.isalpha():
            joined[-1] += word
        else:
            joined.append(word)
        run = single
    return joined


def without_forms(words: list[str]) -> list[str]:
    """Without a leading "the" and legal forms at either end; the last word always stays."""
    while len(words) > 1:
        if words[0] == "the" or words[0] in _IN_FRONT:
            words = words[1:]
        elif words[-1] in _LAST_OF_PHRASES and (phrase := _phrase_behind(words)):
            words = words[: -len(phrase)]
        elif words[-1] in _LEGAL or words[-1] == "and":
            words = words[:-1]
        else:
            break
    return words


def _phrase_behind(words: list[str]) -> list[str] | None:
    return next((each for each in _PHRASES if len(each) < len(words) and words[-len(each) :] == each), None)
