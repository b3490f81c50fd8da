"""Names in Chinese, Japanese and Korean: the last name comes first, often without a blank.

Belongs here: where such a name is cut. Does not belong here: names in other scripts (`names`).
"""

from __future__ import annotations

import re

from outreach_pipeline.rules.texts import word_set

# Han, kana and hangul; the iteration mark 々 is a letter of names (佐々木).
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff々"
_KANA = r"\u3040-\u30ff"
_WHOLE = re.compile(rf"[{_HAN}{_KANA}\uac00-\ud7a3]+(?: [{_HAN}{_KANA}\uac00-\ud7a3]+)?")
_FOREIGN = re.compile(r"[\u30a0-\u30ff]+(?: [\u30a0-\u30ff]+)?")
_HAN_THEN_KANA = re.compile(rf"([{_HAN}]+)([{_KANA}]+)")
_HONORIFIC = re.compile(
    "(?<=.) ?(?:さん|さま|先生|博士|教授|女士|小姐|선생님|박사님|교수님|님|씨)$|(?<=.) (?:様|殿|氏|군|양)$|(?<=..)様$"
)
# The last names of two characters that are still in use (Baijiaxing; the Korean census). All others have one.
_DOUBLE = word_set("""
欧阳 歐陽 司马 司馬 上官 诸葛 諸葛 夏侯 东方 東方 皇甫 尉迟 尉遲 公孙 公孫 慕容 令狐 司徒 司空 端木 轩辕 軒轅 南宫 南宮
长孙 長孫 宇文 鲜于 鮮于 남궁 황보 제갈 선우 독고 사공 서문 동방
""")


def split_script(name: str) -> tuple[str, str] | None:
    """(first, last) of a name written in these scripts; None for any other, and for one character alone.

    With a blank the last name is before it, but in a foreign name in katakana. Without one: two characters for the
    known double names, two of four or more in Japanese (山田太郎; 佐藤さくら at the change of script), else one.
    """
    name = _HONORIFIC.sub("", name.replace("\u3000", " "))
    if not _WHOLE.fullmatch(name) or len(name) < 2:
        return None
    last, blank, first = name.partition(" ")
    if blank:
        return (last, first) if _FOREIGN.fullmatch(name) else (first, last)
    if _FOREIGN.fullmatch(name):
        return None
    if mixed := _HAN_THEN_KANA.fullmatch(name):
        return mixed[2], mixed[1]
    if name[:2] in _DOUBLE and len(name) > 2:
        cut = 2
    else:
        cut = 1 if len(name) < 4 or name[0] >= "\uac00" else max(2, len(name) - 2)
    return name[cut:], name[:cut]
