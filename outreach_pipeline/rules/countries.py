"""Countries: from the spellings sources use to ISO 3166 codes.

Belongs here: the table of names. Does not belong here: cities and states (a state is never read as a country;
"CA" in a country's column is Canada, "Georgia" the country).
"""

from functools import cache

from outreach_pipeline.rules.texts import fold

# ISO2 ISO3, then names: English first, then the country's own and those of its neighbours.
_TABLE = """
AD AND andorra | AE ARE united arab emirates,uae,u a e,emirates,vereinigte arabische emirate | AF AFG
afghanistan | AG ATG antigua and barbuda | AI AIA anguilla | AL ALB albania,albanien,shqiperi | AM ARM
armenia | AO AGO angola | AR ARG argentina,argentinien | AS ASM american samoa | AT AUT
austria,osterreich,oesterreich,autriche | AU AUS australia,australien,australie | AW ABW aruba | AX ALA aland
islands,aland | AZ AZE azerbaijan | BA BIH bosnia and herzegovina,bosnia,bosna i hercegovina | BB BRB
barbados | BD BGD bangladesh | BE BEL belgium,belgien,belgique,belgie | BF BFA burkina faso | BG BGR
bulgaria,bulgarien,българия | BH BHR bahrain | BI BDI burundi | BJ BEN benin | BM BMU bermuda | BN BRN
brunei,brunei darussalam | BO BOL bolivia,plurinational state of bolivia | BR BRA
brazil,brasil,brasilien,bresil | BS BHS bahamas,the bahamas | BT BTN bhutan | BW BWA botswana | BY BLR
belarus | BZ BLZ belize | CA CAN canada,kanada | CD COD democratic republic of the congo,dr congo,drc | CF
CAF central african republic | CG COG republic of the congo,congo brazzaville | CH CHE
switzerland,schweiz,suisse,svizzera,die schweiz | CI CIV cote d ivoire,ivory coast | CK COK cook islands | CL
CHL chile | CM CMR cameroon,cameroun | CN CHN china,people s republic of china,peoples republic of china,pr
china,prc,中国 | CO COL colombia,kolumbien | CR CRI costa rica | CU CUB cuba | CV CPV cape verde,cabo verde |
CW CUW curacao | CY CYP cyprus,zypern | CZ CZE czech republic,czechia,tschechien,ceska republika,cesko | DE
DEU germany,deutschland,federal republic of germany,bundesrepublik
deutschland,allemagne,alemania,germania,duitsland,ger,brd | DJ DJI djibouti | DK DNK denmark,danmark,danemark
| DM DMA dominica | DO DOM dominican republic,republica dominicana | DZ DZA algeria,algerie | EC ECU ecuador
| EE EST estonia,eesti,estland | EG EGY egypt,agypten | ER ERI eritrea | ES ESP spain,espana,spanien,espagne
| ET ETH ethiopia | FI FIN finland,suomi,finnland | FJ FJI fiji | FK FLK falkland islands | FM FSM micronesia
| FO FRO faroe islands | FR FRA france,frankreich,francia,frankrijk | GA GAB gabon | GB GBR united
kingdom,uk,u k,great britain,britain,england,scotland,wales,northern ireland,gb
eng,grossbritannien,vereinigtes konigreich,royaume uni,reino unido,regno unito,united kingdom of great
britain and northern ireland | GD GRD grenada | GE GEO georgia | GF GUF french guiana | GG GGY guernsey | GH
GHA ghana | GI GIB gibraltar | GL GRL greenland | GM GMB gambia,the gambia | GN GIN guinea | GP GLP
guadeloupe | GQ GNQ equatorial guinea | GR GRC greece,griechenland,hellas,ελλαδα,ελλασ | GT GTM guatemala |
GU GUM guam | GW GNB guinea bissau | GY GUY guyana | HK HKG hong kong,hong kong sar,hongkong,香港 | HN HND
honduras | HR HRV croatia,hrvatska,kroatien | HT HTI haiti | HU HUN hungary,magyarorszag,ungarn | ID IDN
indonesia | IE IRL ireland,republic of ireland,eire,irland | IL ISR israel | IM IMN isle of man | IN IND
india,indien,bharat | IQ IRQ iraq | IR IRN iran,islamic republic of iran | IS ISL iceland,island | IT ITA
italy,italia,italien,italie | JE JEY jersey | JM JAM jamaica | JO JOR jordan | JP JPN japan,nippon,日本 | KE
KEN kenya | KG KGZ kyrgyzstan | KH KHM cambodia | KI KIR kiribati | KM COM comoros | KN KNA saint kitts and
nevis,st kitts and nevis | KP PRK north korea | KR KOR south korea,korea,republic of korea,korea
south,sudkorea,대한민국 | KW KWT kuwait | KY CYM cayman islands | KZ KAZ kazakhstan | LA LAO laos | LB LBN
lebanon | LC LCA saint lucia,st lucia | LI LIE liechtenstein | LK LKA sri lanka | LR LBR liberia | LS LSO
lesotho | LT LTU lithuania,lietuva,litauen | LU LUX luxembourg,luxemburg | LV LVA latvia,latvija,lettland |
LY LBY libya | MA MAR morocco,maroc,marokko | MC MCO monaco | MD MDA moldova,republic of moldova | ME MNE
montenegro,crna gora | MG MDG madagascar | MH MHL marshall islands | MK MKD north macedonia,macedonia | ML
MLI mali | MM MMR myanmar,burma | MN MNG mongolia | MO MAC macau,macao,macao sar | MP MNP northern mariana
islands | MQ MTQ martinique | MR MRT mauritania | MS MSR montserrat | MT MLT malta | MU MUS mauritius | MV
MDV maldives | MW MWI malawi | MX MEX mexico,mexiko,mexique | MY MYS malaysia | MZ MOZ mozambique | NA NAM
namibia | NC NCL new caledonia | NE NER niger | NG NGA nigeria | NI NIC nicaragua | NL NLD netherlands,the
netherlands,holland,nederland,niederlande,pays bas | NO NOR norway,norge,norwegen,norvege | NP NPL nepal | NR
NRU nauru | NU NIU niue | NZ NZL new zealand,aotearoa,neuseeland | OM OMN oman | PA PAN panama | PE PER peru
| PF PYF french polynesia | PG PNG papua new guinea | PH PHL philippines,the philippines,pilipinas | PK PAK
pakistan | PL POL poland,polska,polen,pologne | PR PRI puerto rico | PS PSE palestine,palestinian
territory,state of palestine | PT PRT portugal | PW PLW palau | PY PRY paraguay | QA QAT qatar,katar | RE REU
reunion,la reunion | RO ROU romania,rumanien,roumanie | RS SRB serbia,srbija,serbien | RU RUS russia,russian
federation,russland,россия | RW RWA rwanda | SA SAU saudi arabia,kingdom of saudi arabia,ksa,saudi arabien |
SB SLB solomon islands | SC SYC seychelles | SD SDN sudan | SE SWE sweden,sverige,schweden,suede | SG SGP
singapore,singapur | SI SVN slovenia,slovenija,slowenien | SK SVK slovakia,slovensko,slowakei,slovak republic
| SL SLE sierra leone | SM SMR san marino | SN SEN senegal | SO SOM somalia | SR SUR suriname | SS SSD south
sudan | ST STP sao tome and principe | SV SLV el salvador | SX SXM sint maarten | SY SYR syria | SZ SWZ
eswatini,swaziland | TC TCA turks and caicos islands | TD TCD chad | TG TGO togo | TH THA thailand | TJ TJK
tajikistan | TL TLS timor leste,east timor | TM TKM turkmenistan | TN TUN tunisia,tunisie | TO TON tonga | TR
TUR turkey,turkiye,turkei,turquie | TT TTO trinidad and tobago | TV TUV tuvalu | TW TWN taiwan,taiwan
roc,taiwan province of china,台湾,台灣 | TZ TZA tanzania,united republic of tanzania | UA UKR
ukraine,україна,ukraina | UG UGA uganda | US USA united states,united states of america,the united states,the
united states of america,u s,u s a,america,vereinigte staaten,vereinigte staaten von amerika,etats
unis,estados unidos,stati uniti,verenigde staten | UY URY uruguay | UZ UZB uzbekistan | VA VAT vatican
city,holy see | VC VCT saint vincent and the grenadines | VE VEN venezuela,bolivarian republic of venezuela |
VG VGB british virgin islands | VI VIR us virgin islands,u s virgin islands | VN VNM vietnam,viet nam | VU
VUT vanuatu | WS WSM samoa | XK XKX kosovo | YE YEM yemen | YT MYT mayotte | ZA ZAF south
africa,rsa,sudafrika | ZM ZMB zambia | ZW ZWE zimbabwe
"""


@cache
def _spellings() -> dict[str, str]:
    spellings: dict[str, str] = {}
    for entry in " ".join(_TABLE.split()).split(" | "):
        iso2, iso3, names = entry.split(" ", 2)
        for spelling in (iso2.lower(), iso3.lower(), *(fold(name) for name in names.split(","))):
            spellings.setdefault(spelling, iso2)
    return spellings


def country_code(text: str | None) -> str | None:
    """The ISO 3166-1 alpha-2 code ("US") of a name or code ("United States", "u.s.a.", "Deutschland", "DEU").

    None for what the table does not know; nothing is guessed from parts of a text.
    """
    return _spellings().get(fold(text)) if text else None
