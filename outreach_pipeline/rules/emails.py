"""E-mail addresses: one spelling per address, and what is no address of a person.

Belongs here: reading an address, splitting a cell that holds several, and what the address itself gives away
(role, disposable, free mail). Does not belong here: whether it can be delivered; nothing is looked up in DNS.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from disposable_email_domains import blocklist
from email_validator import EmailNotValidError, validate_email

from outreach_pipeline.rules.hosts import FREE_MAIL, LONGEST_HOST
from outreach_pipeline.rules.reading import NOTHING, Reading, accepted, refused
from outreach_pipeline.rules.texts import clean, fold, is_absent, is_placeholder, unescape, word_set

_GATE = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@[^\s@<>()\[\],;:\"\\/_]{1,253}")  # 0.5 us against 40 us
# What nearly every address looks like. Its domain is judged once by email-validator and remembered: 4 us against 68.
_PLAIN = re.compile(
    r"([A-Za-z0-9_-]{1,30}(?:\.[A-Za-z0-9_-]{1,30})?)@([A-Za-z0-9.-]{1,100}\.[A-Za-z]{2,20})"
)
_SPECIAL = re.compile("locked|^u00", re.IGNORECASE)
_ANGLED = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_SEPARATORS = re.compile(r"[,;|\s]+|(?<=\w)/(?=[^/@\s]+@)")
# No address ends in these. Some may begin one (RFC 5322, atext: !ada@, {ada}@), so in front they go with their twin.
_BEHIND = " '\"`<>()[]{}“”‘’«»,;:!?|./"
_IN_FRONT = " \"<>()[]“”‘’«»,;:"
_TWINS = {"'": "'", "`": "`", "}": "{", "|": "|"}
_LABEL = re.compile(r"^(?:(?:mailto|e-?mail|mail)\s*:\s*)+", re.IGNORECASE)
# Left-overs of URL, JSON and JavaScript escapes of characters that no address has: %20ada@, u003eada@, \\nada@.
_ESCAPE = r"(?:%(?:20|22|27|3[ace]|0[9ad]|2c)|\\?u00(?:3[ce]|2[027]|0[9ad])|\\x(?:3[ce]|2[027]|0[9ad])|\\[nrt])+"
_ESCAPED = re.compile(rf"^{_ESCAPE}|{_ESCAPE}$", re.IGNORECASE)
_AT = re.compile(r"\s*[\[({]\s*(?:at|ät|arroba|@)\s*[\])}]\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[\[({]\s*(?:dot|punkt|punto|point|\.)\s*[\])}]\s*", re.IGNORECASE)
_IN_WORDS = re.compile(r"([\w.+-]+) at ([\w-]+(?: dot [\w-]+)+)", re.IGNORECASE)
_APART = re.compile(r"[^\s@]+\s*@\s*[^\s@]+")
_WIDE = str.maketrans({chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {"。": ".", "．": "."})
# What a program writes for a program: tokens (Sentry, one-click answers), return paths that hold an address (VERP).
_MACHINE = re.compile(r"(?:.*[+._-])?(?=[0-9a-f]*\d)[0-9a-f]{16,}|(?:bounces?|return|srs\d?|prvs)[+=._-].*=.*")
_FILE_NAMES = re.compile(r"\.(?:png|jpe?g|gif|svg|webp|avif|ico|css|js|pdf|html?|php)$")  # "logo@2x.png"

# Apollo writes email_not_unlocked@domain.com, even beside email_status "verified".
_LOCKED = re.compile(r"(?:e?mail[_.-]?)?(?:not[_.-]?unlocked|locked)(?:[_.+-]?\w*)?@.*")
_NO_REPLY = frozenset(
    {"noreply", "donotreply", "dontreply", "mailerdaemon", "bounce", "bounces", "nepasrepondre"}
)
_PLACEHOLDER_LOCALS = frozenset({
    "noemail", "nomail", "none", "null", "nan", "unknown", "notavailable", "notprovided", "undefined",
    "yourname", "youremail", "youraddress", "firstnamelastname", "firstlast", "xxx",
})  # fmt: skip
_PLACEHOLDER_ADDRESSES = frozenset({
    "test@test.com", "a@a.com", "a@b.com", "abc@abc.com", "email@email.com", "mail@mail.com",
    "email@domain.com", "name@domain.com", "user@domain.com", "info@domain.com", "name@company.com",
    "email@company.com", "you@company.com", "email@example.com", "name@example.com", "user@example.com",
    "test@example.com", "you@example.com",
})  # fmt: skip
_NO_MARKS = str.maketrans("", "", "._+-")
_ROLES = word_set("""
info infos information informacion informazioni contact contacts contactus contacto contatto contato kontakt
sales verkauf vertrieb ventas ventes vendite vendas commercial comercial commerciale hr humanresources
personal personnel personalabteilung rh rrhh risorseumane people recruiting recruitment recruiter careers
career jobs job bewerbung karriere emploi empleo lavoro talent support help helpdesk service services
customerservice customercare kundenservice kundendienst soporte assistance assistenza suporte admin
administrator administration administracion verwaltung amministrazione webmaster postmaster hostmaster abuse
security privacy datenschutz dpo gdpr legal compliance office officemanager buero buro bureau oficina ufficio
sekretariat secretariat secretary secretaria segreteria frontdesk reception receptionist rezeption empfang
accueil recepcion hello hi hey hallo hola bonjour ciao welcome team mail email mailbox post postbox inbox
enquiries enquiry inquiries inquiry anfrage anfragen accounts account accounting accountspayable
accountsreceivable ap ar billing invoice invoices rechnung rechnungen buchhaltung facturation facturacion
fatturazione comptabilite contabilidad payroll payments finance finanzen marketing pr press presse prensa
stampa media news newsletter events event booking bookings reservations reservation reservas order orders
bestellung bestellungen pedidos shop store purchasing procurement einkauf achats compras acquisti it edv tech
technical dev operations ops dispatch logistics shipping returns warehouse feedback general generalinquiries
all staff everyone board management direction direccion direzione geschaeftsleitung geschaeftsfuehrung ceo
cfo partners partner investors ir investorrelations appointments scheduling patients practice clinic dental
membership members alumni admissions registrar donations volunteer web website online root sysadmin nospam
subscribe unsubscribe
""")


def read_email(text: str | None) -> Reading:
    """The address, lower-case as a whole, its domain in ASCII: "Ada <Ada@X.example>" -> "ada@x.example".

    `mailto:`, display names, quotes, brackets and trailing punctuation are taken off. Syntax by
    email-validator, without DNS: `.example` is accepted; `.test`, `.invalid`, `.local` are not.
    Problems: "syntax", "locked_placeholder", "masked", "placeholder", "no_reply", "disposable", "several",
    "machine_address".
    Notes: "role_address" (info@, sales@, ...), "non_ascii" (not every mail server takes it), "escape_repaired".
    """
    if is_absent(text):
        return NOTHING
    if (plain := _PLAIN.fullmatch(text or "")) and not _SPECIAL.search(plain[1]):
        domain = _read_domain(plain[2].lower())
        return _judge(plain[1].lower(), domain) if domain else refused("syntax")
    return _read_slowly(text)


def _read_slowly(text: str | None) -> Reading:
    address = _unwrap(_spelled(clean(text) or ""))
    repaired = _without_escapes(address)
    notes = ["escape_repaired"] if repaired != address else []
    address = repaired
    if _LOCKED.fullmatch(address):
        return refused("locked_placeholder")
    if "@" not in address:
        return refused("placeholder" if is_placeholder(address) else "syntax")
    if address.count("@") > 1 and len(split_emails(address)) > 1:
        return refused("several")
    if re.search(r"\*{2}|^.\*+@|[•…█]", address):
        return refused("masked")
    checked = _validate(address)
    return _judge(*checked, notes) if checked else refused("syntax")


def _validate(address: str) -> tuple[str, str] | None:
    """Local part and domain in ASCII, or None."""
    if not _GATE.fullmatch(address) or _FILE_NAMES.search(address):
        return None
    try:
        checked = validate_email(address, check_deliverability=False)
    except (EmailNotValidError, UnicodeError, ValueError):
        return None
    return checked.local_part, (checked.ascii_domain or checked.domain).lower()


@lru_cache(maxsize=65_536)
def _read_domain(domain: str) -> str | None:
    """The domain behind any plain local part; a company's people share it."""
    checked = _validate(f"a@{domain}")
    return checked[1] if checked else None


def _judge(local: str, domain: str, notes: Sequence[str] = ()) -> Reading:
    address, bare = f"{local}@{domain}", local.translate(_NO_MARKS)
    if bare in _PLACEHOLDER_LOCALS or address in _PLACEHOLDER_ADDRESSES:
        return refused("placeholder")
    if bare in _NO_REPLY:
        return refused("no_reply")
    if is_disposable(domain):
        return refused("disposable")
    if len(local) > 15 and _MACHINE.fullmatch(local):  # 16 is the shortest token there is
        return refused("machine_address")
    told = [*notes, "role_address"] if is_role_address(address) else [*notes]
    return accepted(address, told if local.isascii() else [*told, "non_ascii"])


def _spelled(text: str) -> str:
    """With the signs of an address where they were spelled out, escaped or full-width; a valid address stays."""
    if _validate(text.lower()):
        return text
    text = unescape(text)
    if not text.isascii():
        text = text.translate(_WIDE)
    if "@" not in text:
        text = re.sub("%40", "@", text, count=1)
    if "@" not in text or _AT.search(text):
        text = _DOT.sub(".", _AT.sub("@", text))
    if "@" not in text and (spelled := _IN_WORDS.fullmatch(text)):
        text = f"{spelled[1]}@{spelled[2].replace(' dot ', '.')}"
    return re.sub(r"\s", "", text) if _APART.fullmatch(text) else text


def _unwrap(text: str) -> str:
    """One address without what stands around it; a valid address is never cut."""
    angled = _ANGLED.search(text)
    address = (angled[1] if angled else text).lower()
    while not _validate(address):  # "<mailto:'a@b.example'>." wraps several times
        body = address.rstrip(_BEHIND)
        local, at, domain = body.rpartition("@")
        if at:
            body = local + at + re.split(r"[?/]", domain)[0].rstrip(_BEHIND)
        twins = "".join(_TWINS[each] for each in address[len(body) :] if each in _TWINS)
        body = _LABEL.sub("", body.lstrip(_IN_FRONT + twins))
        if body == address:
            break
        address = body
    return address


def _without_escapes(address: str) -> str:
    local, at, domain = address.rpartition("@")
    if not at:
        return address
    return _ESCAPED.sub("", local).lstrip(_IN_FRONT) + at + _ESCAPED.sub("", domain)


def split_emails(text: str | None) -> list[str]:
    """The addresses of one cell ("a@x.com,b@y.com; c@z.com"), in their order, each once, not yet read.

    Display names between them are left out; a cell without any "@" comes back whole, so that it can be
    refused with a reason rather than vanish.
    """
    if _PLAIN.fullmatch(text or ""):
        return [(text or "").lower()]
    return _split_slowly(text)


def _split_slowly(text: str | None) -> list[str]:
    cleaned = clean(text)
    if cleaned is None or is_absent(cleaned):
        return []
    cleaned = _spelled(cleaned)
    if _validate(cleaned.lower()):
        return [cleaned.lower()]
    found: dict[str, str] = {}
    for piece in _SEPARATORS.split(cleaned):
        if "@" in piece:
            address = _unwrap(piece)
            found.setdefault(address, address)
    return list(found.values()) or [cleaned]


def is_role_address(address: str | None) -> bool:
    """Whether the address belongs to a function (info@, hr@, frontdesk@, sales.ch@, hr-emea@), not to a person."""
    local = (address or "").partition("@")[0].partition("+")[0]
    words = fold(local).rstrip("0123456789").split()
    if "".join(words) in _ROLES:
        return True
    # Of a function somewhere: a country code or another function follows it, not the name of somebody.
    return len(words) > 1 and words[0] in _ROLES and all(len(word) == 2 or word in _ROLES for word in words[1:])


@lru_cache(maxsize=65_536)
def is_disposable(domain: str | None) -> bool:
    """Whether the domain, or one above it, gives out throw-away mailboxes (list frozen in the package)."""
    return _listed(domain, blocklist)


def is_free_mail(domain: str | None) -> bool:
    """Whether anybody can have a mailbox there (gmail.com, gmx.de): it identifies no company."""
    return _listed(domain, FREE_MAIL)


def _listed(domain: str | None, names: "set[str] | frozenset[str]") -> bool:
    if not domain or len(domain) > LONGEST_HOST:
        return False
    labels = domain.lower().rstrip(".").split(".")
    return any(".".join(labels[start:]) in names for start in range(len(labels) - 1))
