"""Words in and around people's names: honorifics, credentials, suffixes, particles, and what is nobody's
name.

Belongs here: the tables. Does not belong here: how they are used (`names`).
"""

from outreach_pipeline.rules.texts import word_set

# folded honorific -> whether it is one without its dot ("Hon" and "Mag" are also first names). Any other abbreviation
# in front of a whole name is one too (Avv., Geom., rer. nat.): `name_decoration` knows it by its dot.
HONORIFICS = {
    **dict.fromkeys(word_set("""
dr prof professor mr mrs ms mx miss sir dame rev herr frau dipling dott dottssa dra drs drmed drhc mudr judr
mgr profdr
"""), True),
    **dict.fromkeys(word_set("""
hon ing mag fr sr sra srta eng arch don mme mlle capt col gen lt maj sgt ir dhr mevr
"""), False),
}  # fmt: skip

TITLES_WRITTEN_OUT = word_set("""
captain colonel lieutenant commander sergeant admiral brigadier doctor docteur doktor dottore dottoressa doutor doutora
reverend ambassador senator judge lord lady shri shrimati smt maitre me mme mlle monsieur madame mademoiselle signor
signora signorina senor senora senorita senhor senhora dona pani herra rouva fru mevrouw meneer dhr mevr
""")
"""Titles that are no abbreviation: dropped only in front of two words or more, for each is also somebody's name."""

SUFFIXES = {
    "jr": "jr", "jnr": "jr", "jun": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "sen": "sr", "ii": "ii",
    "iii": "iii", "iv": "iv", "lll": "iii", "2nd": "ii", "3rd": "iii", "4th": "iv", "filho": "filho", "neto": "neto",
}  # fmt: skip
"""Folded suffix -> its form in a key; "lll" is how one of a thousand real names writes III."""

SUFFIXES_WITH_DOT = frozenset({"sen", "jun"})
"""Suffixes only with their dot: without it they are surnames (Sen, Jun)."""

SUFFIXES_SHOWN = {
    "jr": "Jr.", "sr": "Sr.", "ii": "II", "iii": "III", "iv": "IV", "filho": "Filho", "neto": "Neto",
}  # fmt: skip

PARTICLES = word_set("""
van von vom zu zum zur der den de del della dello delle dei degli di da das dos do du des la le las los lo el
al bin binti binte ibn bint abu ben ter ten te af av st santa santo san mac vander vanden op 't
""")

AMBIGUOUS_CREDENTIALS = word_set("""
ma ba bs ms do pe arm cam acc cse od pa pt ot rd np bed med aa as mla mls be me ca cs ed la ceo cfo coo cto
chro
""")
"""Also surnames or words: credentials only in capitals after a comma, or with dots ("M.A.")."""

CREDENTIALS = (
    word_set("""
phd dphil edd dba mba emba cpa cfa cfp chfc clu cma cia cisa cissp cism cgma fcca acca aca acma cima ccp gphr
phr sphr phri sphri shrmcp shrmscp shrm cipd mcipd fcipd assoccipd chrp chrl chre cebs pmp pmiacp csm cspo
prince2 itil esq esquire llm llb jd md dds dmd dvm dnp pharmd rph rn bsn msn aprn facp facs facep fache faan
fnp crna lcsw lpc lmft psyd msw mph mha mpa mpp msc bsc beng meng bcom mcom bba btech mtech mphil msed mfa pe
eit leed aia faia riba cfe cams frm caia cpcu arm aic cpsm cscp cpim cse ccim sior crm cam cpm mcr hrbp acc
pcc mcc icf sspc cmrp cfre cae obe mbe cbe kbe dbe frsa frs fca mdb mdl mdep
""")
    - AMBIGUOUS_CREDENTIALS
)

SOFTWARE_NOTHING = frozenset({
    "nan", "NaN", "null", "NULL", "none", "undefined", "n/a", "N/A", "#N/A", "<NA>", "NaT", "-", "--", ".",
    "?", "unknown", "Unknown", "UNKNOWN", "(null)", "[null]", "not available", "Not available",
    "Not Available",
})  # fmt: skip
"""Exact spellings: Null, None and Nan, as people write them, are names."""

NOT_PEOPLE = frozenset({
    "linkedin member", "linkedin user", "first name", "last name", "full name", "first last",
    "first name last name", "no name", "test", "test test", "test user", "test name", "unknown unknown",
    "not available", "none none", "null null", "nan nan", "n a", "n a n a", "private profile",
    "private member", "out of network", "utilisateur linkedin", "linkedin mitglied", "membre linkedin",
    "usuario de linkedin", "john doe", "refer to the log", "your name", "xxx xxx", "null", "none", "nan",
    "unknown", "name", "first", "firstname lastname", "do not contact",
})  # fmt: skip
