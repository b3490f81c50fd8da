"""Words as people type them: one letter wrong ("Excutive"), or a prefix glued to one ("Exdirector").

Belongs here: an unknown word -> the known words it stands for. Does not belong here: which words are known
(`titles.toml`), cutting a title into words (`title_words.py`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

_SHORTEST = 8
"""Letters of a word that one wrong letter may not hide: "manger" is no manager, "excutive" can be nothing else."""
_SHORTEST_REST = 2  # "viceVD"


class Spelling:
    """Knows the words of the rules. `heads` are those that a post begins with; `prefixes` may be glued to them."""

    def __init__(self, words: Collection[str], heads: Collection[str], prefixes: Iterable[str]) -> None:
        self._words = frozenset(words)
        self._heads = frozenset(heads)
        self._prefixes = tuple(sorted(prefixes, key=len, reverse=True))
        self._near: dict[str, set[str]] = {}
        for word in self._words:
            if len(word) >= _SHORTEST and word.isalpha():
                for key in _shortened(word):
                    self._near.setdefault(key, set()).add(word)

    def read(self, word: str) -> tuple[str, ...]:
        """The known words that `word` stands for, else the word itself."""
        if word in self._words or not word.isalpha():
            return (word,)
        for prefix in self._prefixes:
            rest = word.removeprefix(prefix)
            if rest is not word and len(rest) >= _SHORTEST_REST and rest in self._heads:
                return prefix, rest
        if len(word) < _SHORTEST - 1:
            return (word,)
        # a letter too many, too few, another, or two swapped: all leave a common rest when a letter of each goes
        found = {near for key in _shortened(word) for near in self._near.get(key, ()) if _is_slip(word, near)}
        return (found.pop(),) if len(found) == 1 else (word,)


def _shortened(word: str) -> Iterator[str]:
    yield word
    for n in range(1, len(word)):  # nobody mistypes the first letter, and "resident" is not "president"
        yield word[:n] + word[n + 1 :]


def _is_slip(word: str, near: str) -> bool:
    """Whether the words differ by one slip, and not in the ending alone: "directors", "financials" are other words."""
    if word[: len(near)] == near or near[: len(word)] == word:
        return False
    if len(word) != len(near):
        return True
    differing = [n for n, (a, b) in enumerate(zip(word, near, strict=True)) if a != b]
    if len(differing) == 1:
        return differing[0] < len(word) - 1
    first, last = differing[0], differing[-1]
    return last == first + 1 and word[first : last + 1] == near[last] + near[first]
