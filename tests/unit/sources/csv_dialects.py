"""Files as people and programs write them: one list of companies in every dialect, and what is right for each."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import zipfile

HEADER = ["company_name", "website", "ceo_name", "ticker", "industry_or_sector", "city", "state", "employees"]
ROWS = [
    ["Bramblewick Pumps", "bramblewick.example", "Ada Quill", "BRAM", "Pumps", "Springfield", "IL", "1200"],
    ["Münzer Käse", "muenzer.example", "Zoë Lind", "", "Food", "Köln", "NW", "80"],
    ["Five Ridge Temps", "fiveridge.example", "Bo Lind", "", "", "", "", ""],
]
HARD = [
    ['Pell, "Ott" & Söhne; Ltd', "pell.example", "Nora O'Dell", "", "Pumps, valves; pipes", "Bad\nTarn", "", "7"],
    *ROWS,
]


def table(rows, header=None, end="\n", **how):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator=end, **how)
    writer.writerows([header or HEADER, *rows])
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


PLAIN = table(ROWS)
SEMI = table(ROWS, delimiter=";", end="\r\n")
TAB = table(ROWS, delimiter="\t", end="\r\n")
UPPER = [n.upper() for n in HEADER]
TITLED = [n.replace("_", " ").title() for n in HEADER]

QUOTED = ["Tarn, Ltd", "tarn.example", "Nora O'Dell", "", "", "", "", "9"]
#: name: (bytes, rows that are right).
READ: dict[str, tuple[bytes, list[list[str]]]] = {
    "plain": (PLAIN.encode(), ROWS),
    "hard cells": (table(HARD).encode(), HARD),
    "excel utf-8": (codecs.BOM_UTF8 + table(HARD, end="\r\n").encode(), HARD),
    "excel german": (SEMI.encode("cp1252"), ROWS),
    "excel german hard": (table(HARD, delimiter=";", end="\r\n").encode("cp1252"), HARD),
    "excel unicode text": (codecs.BOM_UTF16_LE + TAB.encode("utf-16-le"), ROWS),
    "utf-16 big endian": (codecs.BOM_UTF16_BE + TAB.encode("utf-16-be"), ROWS),
    "utf-16 without bom": (PLAIN.encode("utf-16-le"), ROWS),
    "utf-16 be without bom": (SEMI.encode("utf-16-be"), ROWS),
    "utf-32": (codecs.BOM_UTF32_LE + PLAIN.encode("utf-32-le"), ROWS),
    "latin-1": (PLAIN.encode("latin-1"), ROWS),
    "mac roman": (table(ROWS, delimiter=";", end="\r").encode("mac_roman"), ROWS),
    "excel ms-dos": (SEMI.encode("cp850"), ROWS),
    "two boms": (codecs.BOM_UTF8 * 2 + PLAIN.encode(), ROWS),
    "sheets tsv": (TAB.encode(), ROWS),
    "pipe": (table(ROWS, delimiter="|").encode(), ROWS),
    "caret": (table(ROWS, delimiter="^").encode(), ROWS),
    "colon": (table(ROWS, delimiter=":").encode(), ROWS),
    "unit separator": (table(ROWS, delimiter="\x1f").encode(), ROWS),
    "sep line": (codecs.BOM_UTF8 + b"sep=;\r\n" + SEMI.encode(), ROWS),
    "sep line comma": (b"SEP=,\n" + PLAIN.encode(), ROWS),
    "sep line quoted": (b'"sep=;"\r\n' + SEMI.encode(), ROWS),
    "sep line tab utf-16": (codecs.BOM_UTF16_LE + ("sep=\t\r\n" + TAB).encode("utf-16-le"), ROWS),
    "sep line with tail": (b"sep=;;;;;;;;\r\n" + SEMI.encode(), ROWS),
    "sep line that lies": (b"sep=;\n" + PLAIN.encode(), ROWS),
    "old mac ends": (table(ROWS, end="\r").encode(), ROWS),
    "mixed ends": (PLAIN.replace("\n", "\r\n", 2).encode(), ROWS),
    "double cr ends": (table(ROWS, end="\r\r\n").encode(), ROWS),
    "no end at the end": (PLAIN.rstrip("\n").encode(), ROWS),
    "all quoted": (table(HARD, quoting=csv.QUOTE_ALL).encode(), HARD),
    "single quotes": (table([*HARD[1:], QUOTED], quotechar="'").encode(), [*HARD[1:], QUOTED]),
    "backslash quotes": (
        table([HARD[0], *ROWS], doublequote=False, escapechar="\\", quoting=csv.QUOTE_ALL).encode(),
        HARD,
    ),
    "blank after delimiter": (PLAIN.replace(",", ", ").replace(", Ada Quill", ', "Ada Quill"').encode(), ROWS),
    "padded cells": (PLAIN.replace(",", " , ").encode(), ROWS),
    "title above": (("Target companies, week 48\n" + PLAIN).encode(), ROWS),
    "numbers": (("Table 1\r\n" + SEMI).encode(), ROWS),
    "numbers comma": (("Tabelle 1" + "," * 7 + "\n" + PLAIN).encode(), ROWS),
    "titles and blank lines": (("List of November\nmade by Ada\n\n" + PLAIN).encode(), ROWS),
    "padded title": (("Target list" + ";" * 7 + "\r\n" + ";" * 7 + "\r\n" + SEMI).encode(), ROWS),
    "comment above": (("# exported 2026-11-01\n#\n" + PLAIN).encode(), ROWS),
    "blank lines": (PLAIN.replace("\n", "\n\n").encode(), ROWS),
    "lines of delimiters": ((PLAIN + "," * 7 + "\n" + "," * 7 + "\n").encode(), ROWS),
    "trailing delimiters": (PLAIN.replace("\n", ",\n").encode(), ROWS),
    "many trailing delimiters": (PLAIN.replace("\n", ",,,,\n").encode(), ROWS),
    "rows with trailing delimiter": (
        (PLAIN.split("\n", 1)[0] + "\n" + PLAIN.split("\n", 1)[1].replace("\n", ",\n")).encode(),
        ROWS,
    ),
    "short rows": (PLAIN.replace(",,,,,", "").encode(), ROWS),
    "upper header": (table(ROWS, UPPER).encode(), ROWS),
    "titled header": (table(ROWS, TITLED).encode(), ROWS),
    "header with blanks around": (table(ROWS, [f" {n}\u00a0" for n in TITLED]).encode(), ROWS),
    "header with hyphens": (table(ROWS, [n.replace("_", "-") for n in HEADER]).encode(), ROWS),
    "camel header": (
        table(
            ROWS, ["companyName", "website", "ceoName", "ticker", "industryOrSector", "city", "state", "employees"]
        ).encode(),
        ROWS,
    ),
    "header in two lines": (table(ROWS, [n.replace(" ", "\n") for n in TITLED]).encode(), ROWS),
    "header with stars": (table(ROWS, [n + " *" for n in TITLED]).encode(), ROWS),
    "quoted header": (('"' + '","'.join(HEADER) + '"\n' + PLAIN.split("\n", 1)[1]).encode(), ROWS),
    "columns in another order": (table([r[::-1] for r in ROWS], HEADER[::-1]).encode(), ROWS),
    "index column": (table([[str(i), *r] for i, r in enumerate(ROWS)], ["", *HEADER]).encode(), ROWS),
    "more columns": (table([[*r, "x"] for r in ROWS], [*HEADER, "notes"]).encode(), ROWS),
    "formula text": (table([[f'="{c}"' for c in r] for r in ROWS]).encode(), ROWS),
    "formula text unquoted": (PLAIN.replace("Bramblewick Pumps", '="Bramblewick Pumps"').encode(), ROWS),
    "formula text unquoted with delimiter": (
        PLAIN.replace("Bramblewick Pumps", '="Bramblewick, Pumps"').encode(),
        [["Bramblewick, Pumps", *ROWS[0][1:]], *ROWS[1:]],
    ),
    "apostrophe text": (PLAIN.replace("1200", "'1200").encode(), ROWS),
    "dos end": (PLAIN.encode() + b"\x1a", ROWS),
    "nul padding": (PLAIN.encode() + b"\0" * 64, ROWS),
    "gzip": (gzip.compress(PLAIN.encode()), ROWS),
    "central european": (
        table(
            [["Łódź Pompy Sp. z o.o.", "lodz.example", "Małgorzata Żak", "", "", "Łódź", "", "80"]], delimiter=";"
        ).encode("cp1250"),
        [["Łódź Pompy Sp. z o.o.", "lodz.example", "Małgorzata Żak", "", "", "Łódź", "", "80"]],
    ),
    "typographic apostrophe": (
        table([["Tarn", "tarn.example", "Nora O’Dell", "", "", "", "", "9"]]).encode("cp1252"),
        [["Tarn", "tarn.example", "Nora O’Dell", "", "", "", "", "9"]],
    ),
    "name exact and folded": (table([[*r, "Other"] for r in ROWS], [*HEADER, "Company Name"]).encode(), ROWS),
    "header repeated": ((PLAIN + PLAIN).encode(), [*ROWS, *ROWS]),
}

#: name: bytes; the one right thing is one sentence, exit 2, nothing landed.
REFUSED: dict[str, bytes] = {
    "workbook": workbook(),
    "stub of a workbook": b"PK\x03\x04\x14\0\0\0\x08\0 binary workbook",
    "old workbook": bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 504,
    "login page": b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Please sign in</body></html>",
    "login page in lines": b"\n<html>\n<head>\n<title>Sign in</title>\n</head>\n<body>company_name, website</body>\n</html>\n",
    "html table": b"<table><tr><th>company_name</th><th>website</th></tr><tr><td>Tarn</td><td>tarn.example</td></tr></table>",
    "xml": b'<?xml version="1.0"?>\n<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
    "json": b'[{"company_name": "Tarn", "website": "tarn.example"}]',
    "json lines": b'{"company_name": "Tarn", "website": "tarn.example"}\n{"company_name": "Lind", "website": "lind.example"}\n',
    "json error": b'{"error": "token expired", "company_name": null}',
    "pdf": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
    "gzip twice": gzip.compress(gzip.compress(PLAIN.encode())),
    "picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "other columns": b"id,colour,size\n1,red,3\n2,blue,4\n",
    "no header": PLAIN.split("\n", 1)[1].encode(),
    "header only": (",".join(HEADER) + "\n").encode(),
    "header and blank lines": (",".join(HEADER) + "\n\n,,,,,,,\n").encode(),
    "prose": b"Dear Ada,\n\nplease find the companies in the list attached.\n\nBest, Bo\n",
    "one word": b"Unauthorized",
    "rtf": b"{\\rtf1\\ansi company_name, website\\par}",
    "header and rows in two dialects": (";".join(HEADER) + "\n" + PLAIN.split("\n", 1)[1]).encode(),
    "name twice": table([[*r, "Other"] for r in ROWS], ["Company Name", *HEADER[1:], "COMPANY NAME"]).encode(),
    "row names without a header": (
        PLAIN.split("\n", 1)[0]
        + "\n"
        + "".join(f"{n},{line}\n" for n, line in enumerate(table(ROWS[:1] * 3, ROWS[0]).splitlines()))
    ).encode(),
    "cyrillic": table([["Насосы Тарн", "tarn.example", "Анна Линд", "", "Насосы", "Москва", "", "80"]]).encode(
        "cp1251"
    ),
    "japanese": table([["株式会社タルン", "tarn.example", "山田 太郎", "", "", "東京", "", "80"]]).encode("shift_jis"),
    "list without columns for anybody": b"city,state,employees\nTarn,IL,80\n",
    "blank": b"\n\n  \n",
    "empty": b"",
    "nuls": b"\0" * 200,
}

#: Of READ, those in which something was changed or left out, which a rejection row says.
NOTED = frozenset(
    name
    for name in READ
    if name.startswith(("sep line", "utf-16", "utf-32", "title", "header with", "excel german", "numbers", "padded title"))
) | {
    "excel unicode text", "latin-1", "mac roman", "excel ms-dos", "comment above", "header in two lines", "short rows", "upper header", "camel header",
    "central european", "typographic apostrophe",
}  # fmt: skip
