"""The stock that the world is made of: names, places, trades, job titles.

Belongs here: words. Every title of `SEATS` and `RIVALS` is read by the shipped title rules as the role it
stands for, and none of `OTHERS` as any (a test asks). Does not belong here: how they are put together.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Country:
    """One country: how sources write it, its towns (city, state, postal code), forms, and numbers set aside
    for fiction.

    `office` and `mobile` are E.164 patterns where # is a digit; "" where no such range exists.
    """

    code: str
    name: str
    native: str
    language: str
    forms: tuple[str, ...]
    towns: tuple[tuple[str, str, str], ...]
    street: str
    office: str = ""
    mobile: str = ""


COUNTRIES = (
    Country(
        "US", "United States", "USA", "en", (", Inc.", " LLC", " Corp.", " Co.", ""),
        (("Fairmont", "West Virginia", "26554"), ("Boise", "Idaho", "83702"), ("Toledo", "Ohio", "43604"),
         ("Dover", "Delaware", "19901"), ("Salem", "Oregon", "97301"), ("Concord", "New Hampshire", "03301")),
        "{} Example Ave", "+130455501##", "+141255501##",
    ),
    Country(
        "GB", "United Kingdom", "UK", "en", (" Ltd", " Limited", " plc", ""),
        (("London", "England", "EC1A 1BB"), ("Leeds", "England", "LS1 4AP"),
            ("Cardiff", "Wales", "CF10 1EP")),
        "{} Example Street", "+442079460###", "+447700900###",
    ),
    Country(
        "DE", "Germany", "Deutschland", "de", (" GmbH", " AG", " GmbH & Co. KG", " KG"),
        (("Berlin", "Berlin", "10115"), ("Kassel", "Hessen", "34117"),
            ("Köln", "Nordrhein-Westfalen", "50667")),
        "Beispielstraße {}", "+493023125###", "+49171392#####",
    ),
    Country(
        "FR", "France", "France", "fr", (" SAS", " SARL", " SA"),
        (("Lyon", "Auvergne-Rhône-Alpes", "69001"), ("Nîmes", "Occitanie", "30000")),
        "{} rue de l'Exemple", "+3319900####", "+3363998####",
    ),
    Country(
        "ES", "Spain", "España", "es", (" S.L.", " S.A."),
        (("Valencia", "Comunidad Valenciana", "46001"), ("León", "Castilla y León", "24001")),
        "Calle Ejemplo {}",
    ),
    Country(
        "IT", "Italy", "Italia", "it", (" S.r.l.", " S.p.A."),
        (("Torino", "Piemonte", "10121"), ("Forlì", "Emilia-Romagna", "47121")), "Via Esempio {}",
    ),
    Country(
        "NL", "Netherlands", "Nederland", "nl", (" B.V.", " N.V."),
        (("Utrecht", "Utrecht", "3511 AA"), ("Breda", "Noord-Brabant", "4811 AA")), "Voorbeeldstraat {}",
    ),
    Country(
        "IE", "Ireland", "Ireland", "en", (" Limited", " Ltd"), (("Galway", "Connacht", "H91 A2B3"),),
        "{} Example Quay", "+35320915####",
    ),
)  # fmt: skip
SHARES = (44, 16, 16, 7, 5, 4, 5, 3)
"""How often each country of COUNTRIES occurs, in percent."""

WORD_STARTS = (
    "Alder", "Ash", "Bram", "Brook", "Cal", "Cor", "Dun", "Eld", "Fenn", "Fern", "Gal", "Glen", "Hal",
    "Hart", "Hazel", "Holl", "Ivar", "Jarr", "Kel", "Kest", "Lark", "Lind", "Mar", "Mel", "Nor", "Oak",
    "Orm", "Pell", "Quill", "Ravel", "Rush", "Sal", "Tarn", "Thorn", "Ulver", "Vance", "Wend", "Whin",
    "Yar", "Zell",
)  # fmt: skip
WORD_MIDDLES = ("", "a", "e", "i", "o", "der", "en", "ing", "ling", "mond", "ster", "ver")
WORD_ENDS = (
    "bank", "barrow", "beck", "borough", "bridge", "burn", "by", "combe", "crest", "dale", "den", "fall",
    "field", "ford", "gate", "ham", "haven", "hurst", "keld", "ley", "low", "mere", "more", "point",
    "stead", "thorpe", "ton", "wick", "wold", "worth",
)  # fmt: skip
TRADES = (
    ("Logistics", "Logistics and Supply Chain", ("freight", "warehousing"), "4731"),
    ("Dental", "Dentists", ("dental care", "implants"), "8021"),
    ("Foods", "Food and Beverage Manufacturing", ("snacks", "organic"), "2099"),
    ("Analytics", "Software Development", ("saas", "dashboards"), "7372"),
    ("Staffing", "Staffing and Recruiting", ("staffing", "payroll"), "7363"),
    ("Machinery", "Machinery Manufacturing", ("machine tools", "maintenance"), "3559"),
    ("Medical", "Hospitals and Health Care", ("clinics", "diagnostics"), "8062"),
    ("Textiles", "Textile Manufacturing", ("fabrics", "workwear"), "2211"),
    ("Energy", "Utilities", ("solar", "storage"), "4911"),
    ("Insurance", "Insurance", ("brokerage", "claims"), "6411"),
    ("Robotics", "Automation Machinery Manufacturing", ("robots", "vision"), "3569"),
    ("Paper", "Paper and Forest Product Manufacturing", ("packaging", "recycling"), "2621"),
    ("Travel", "Travel Arrangements", ("tours", "booking"), "4724"),
    ("Interiors", "Furniture and Home Furnishings Manufacturing", ("offices", "lighting"), "2522"),
)

FIRST_NAMES = {
    "f": (
        "Ada", "Greta", "Marlow", "Rowan", "Ingrid", "Lucía", "Camille", "Elif", "Noor", "Priya",
        "Saoirse", "Bianca", "Helene", "Zoë", "Ottilie", "Maren", "Odette", "Paloma", "Ravenna", "Sunniva",
        "Thea", "Ursel", "Vesna", "Wilma", "Xenia", "Yara", "Beatriz", "Chiara", "Dagmar", "Eilidh",
        "Fleur", "Gwen", "Hanneke", "Imogen", "Elizabeth", "Katherine", "Jennifer", "Margaret", "Susan", "Deborah",
    ),
    "m": (
        "Tobias", "Henrik", "José", "Étienne", "Marco", "Jürgen", "Callum", "Darius", "Emre", "Felix",
        "Gareth", "Hugo", "Ivo", "Jasper", "Kofi", "Leopold", "Matteo", "Nils", "Oskar", "Pablo",
        "Quentin", "Ruben", "Søren", "Tadeo", "Ulrich", "Viktor", "Wendell", "Yusuf", "Anselm", "Bertrand",
        "Cormac", "Diego", "Edmund", "Florian", "Robert", "William", "Matthew", "Steven", "Bradley", "Joshua",
        "Michael", "Thomas",
    ),
}  # fmt: skip
LAST_STARTS = (
    "Abend", "Bark", "Carn", "Dray", "Ester", "Falk", "Grim", "Hollen", "Iver", "Jorn", "Kalten", "Lang",
    "Mond", "Nord", "Oster", "Penn", "Quar", "Roth", "Stein", "Tann", "Under", "Vel", "Wald", "Yard",
    "Zander",
)  # fmt: skip
LAST_ENDS = (
    "berg", "mann", "wood", "ley", "sen", "quist", "feld", "horst", "ridge", "stad", "well", "by", "thal",
    "más", "rück", "gård", "eño", "ière",
)  # fmt: skip
CREDENTIALS = ("SHRM-SCP", "MBA", "CPA", "PhD", "PMP")

SEATS = {
    ("CEO", "en"): (
        "Chief Executive Officer", "CEO", "President & CEO", "President and Chief Executive Officer",
        "Chief Executive", "Founder & CEO", "Group CEO", "C.E.O.",
    ),
    ("CFO", "en"): (
        "Chief Financial Officer", "CFO", "EVP & CFO", "Chief Finance Officer", "Group CFO",
        "Executive Vice President, Chief Financial Officer", "C.F.O.",
    ),
    ("HR", "en"): (
        "Chief Human Resources Officer", "CHRO", "Chief People Officer", "VP of Human Resources",
        "VP People", "SVP, Human Resources", "Head of HR", "HR Director", "Head of People",
    ),
    ("CEO", "de"): ("Geschäftsführer*in", "Vorsitzender der Geschäftsführung", "Vorstandsvorsitzender",
        "CEO"),
    ("CFO", "de"): ("Finanzvorstand", "Kaufmännischer Geschäftsführer", "CFO", "Leiter*in Finanzen"),
    ("HR", "de"): ("Personalleiter*in", "Leiter*in HR", "CHRO", "HR Director"),
    ("CEO", "fr"): ("Directeur général|Directrice générale", "Président-directeur général", "PDG"),
    ("CFO", "fr"): ("Directeur financier|Directrice financière", "Directeur Administratif et Financier",
        "DAF"),
    ("HR", "fr"): ("Directeur des ressources humaines|Directrice des ressources humaines", "DRH"),
    ("CEO", "es"): ("Director General|Directora General", "Consejero Delegado|Consejera Delegada", "CEO"),
    ("CFO", "es"): ("Director Financiero|Directora Financiera", "CFO"),
    ("HR", "es"): ("Director de RRHH|Directora de Recursos Humanos", "HR Director"),
    ("CEO", "it"): ("Amministratore Delegato", "CEO"),
    ("CFO", "it"): ("Direttore Finanziario", "CFO"),
    ("HR", "it"): ("Direttore Risorse Umane|Direttrice HR", "HR Director"),
    ("CEO", "nl"): ("Algemeen directeur", "CEO"),
    ("CFO", "nl"): ("Financieel directeur", "CFO"),
    ("HR", "nl"): ("HR-directeur", "HR Director"),
}  # fmt: skip
"""Titles of the seat itself; "*in" is the feminine ending, "a|b" the masculine and the feminine."""

RIVALS = {
    "CEO": ("Founder", "Co-Founder"),
    "CFO": ("Director of Finance and Administration", "Director, Finance & Administration"),
    "HR": ("HR Manager", "People Manager"),
}
"""Titles of candidates who hold a seat only where nobody better does."""

WEAK_TITLES = {
    "CEO": (
        "President, Valve Division", "President - Northern Region", "EVP, Managing Director - Rail",
        "Executive Vice President and President, Pumps Division", "General Manager, Toledo Plant",
    ),
    "CFO": ("CFO, Aerospace Division", "Plant CFO", "Divisional CFO", "CFO of North American Operations"),
    "HR": ("HR Business Partner", "HR Generalist", "HR Officer", "Personalreferentin", "Chargée de recrutement"),
}  # fmt: skip
"""Titles of heads of a part of the company and of one among many: candidates who never hold the seat of the whole."""

OTHERS = (
    "Assistant to the CEO", "Executive Assistant to the CFO", "Former CEO", "Office Manager",
    "Sales Manager", "VP of Sales", "Head of Marketing", "Software Engineer", "Deputy CEO",
    "Assistentin der Geschäftsführung", "Key Account Manager", "Accountant", "HR Assistant", "Recruiter",
    "Chief of Staff to the CEO", "Operations Manager", "Assistante de direction", "Vertriebsleiter",
    "Board Member", "Chief Technology Officer", "COO", "Intern, Office of the CFO", "Jefe de Ventas",
    "Finance Analyst", "Director of Finance", "Assistant Controller",
    # A guard reaches over "and", "&" and commas, in every language.
    "Former Chairman and CEO", "Retired President & CEO", "Past Chair & Chief Executive Officer",
    "Former Executive Vice President and CFO", "Former VP and Head of People", "CEO (2011-2016)", "CFO until 2020",
    "Executive Assistant to the Chairman and CEO", "Assistant to the CFO and COO", "Special Advisor to the CEO",
    "Ehemaliger Geschäftsführer und CFO", "Assistentin des Vorstands und CFO", "Stellvertretender Geschäftsführer",
    "Ancien président et directeur général", "Assistante du directeur général", "Ex director general y CFO",
    "Asistente del director financiero", "Ex amministratore delegato", "Voormalig algemeen directeur",
    "Directiesecretaresse", "Non-Executive Director", "Independent Non-Executive Director",
    "Nicht geschäftsführender Direktor", "President and Chief Operating Officer", "President & Chief Revenue Officer",
    "Honorary President", "CFO looking for new opportunities", "Aspiring Head of HR",
)  # fmt: skip
"""Titles of nobody's seat, some of which sound like one."""

SIDELINES = {
    "board": (
        ("Board Member", "Example Hospital Trust"), ("Advisory Board Member", "Harbour Museum"),
        ("Member of the Board", "Quayside Housing"), ("Non-Executive Director", "Three Rivers Water"),
        ("Chairman of the Supervisory Board", "Stadtwerke Beispielstadt"),
    ),
    "teaching": (
        ("Adjunct Professor", "Example State University"), ("Visiting Lecturer", "Institute of Examples"),
        ("Lehrbeauftragte", "Hochschule Beispielstadt"), ("Guest Lecturer, Finance", "Example Business School"),
    ),
    "own business": (
        ("Owner", "{last} Consulting LLC"), ("Founder", "Studio {last}"), ("Freelance Consultant", "Self-employed"),
        ("Managing Partner", "{last} Family Office"), ("Angel Investor", "Various start-ups"),
    ),
    "office": (
        ("President", "Parent Teacher Association"), ("Treasurer", "Alumni Club"), ("Mentor", "Example Accelerator"),
        ("Member", "Chamber of Commerce"), ("Volunteer Firefighter", "Fire Department"),
    ),
    "leave": (
        ("Parental leave", "Career Break"), ("Career break", "Career Break"), ("Sabbatical", "Career Break"),
        ("Elternzeit", "Berufliche Auszeit"),
    ),
}  # fmt: skip
"""What people list among their positions beside their own job: title and whose it is, by kind."""

NICKNAMES = {
    "Robert": "Bob", "William": "Bill", "Matthew": "Matt", "Steven": "Steve", "Bradley": "Brad", "Joshua": "Josh",
    "Michael": "Mike", "Thomas": "Tom", "Elizabeth": "Liz", "Katherine": "Kate", "Jennifer": "Jen", "Margaret": "Peggy",
    "Susan": "Sue", "Deborah": "Debbie",
}  # fmt: skip
"""First names and what people call those who bear them."""


def gendered(title: str, gender: str) -> str:
    """One form of a title that has two."""
    if "|" in title:
        return title.split("|")[gender == "f"]
    return title.replace("*in", "in" if gender == "f" else "")
