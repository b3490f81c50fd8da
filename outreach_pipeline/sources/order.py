"""Which source waits for which: `after` in sources.toml as a graph, checked, and the order that follows from it.

Belongs here: the graph. Does not belong here: reading the file (`registry`), whether a batch has ended (`stages`), when
one is started (`orchestration`).
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from outreach_pipeline.sources.options import Common


def graph_problems(sources: Mapping[str, Common], known: Iterable[str]) -> list[str]:
    """Everything wrong with the graph of `sources`, one sentence each, without its full stop.

    `known`: all names of the file, also of sources that have problems of their own.
    """
    names = list(known)
    problems = []
    for name, config in sources.items():
        problems += [f"[sources.{name}] `after`: {said}" for said in _problems(config, sources, names)]
    if not problems and (circle := _circle(sources)):
        problems.append(f"`after` leads in a circle: {' waits for '.join(circle)}")
    return problems


def in_order(sources: Mapping[str, Common], chosen: Sequence[str]) -> list[str]:
    """The chosen names, each once, whoever is waited for first; where nobody waits, in the order given."""
    wanted = list(dict.fromkeys(chosen))
    done: list[str] = []
    while len(done) < len(wanted):
        left = [name for name in wanted if name not in done]
        done.append(next(name for name in left if not _before(sources, name) & set(left)))
    return done


def _before(sources: Mapping[str, Common], name: str) -> set[str]:
    """Whom a source waits for, directly or through others."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        # A name that is no source any more waits for nobody.
        config = sources[each] if (each := ahead.pop()) in sources else None
        new = set(config.after if config else ()) - found
        found |= new
        ahead += new
    return found


def _problems(config: Common, sources: Mapping[str, Common], names: list[str]) -> list[str]:
    found = []
    for other in config.after:
        if other not in names:
            close = difflib.get_close_matches(other, names, n=1)
            found.append(f"there is no source `{other}`{f'. Did you mean {close[0]}?' if close else ''}")
        elif other == config.name:
            found.append("a source cannot wait for itself")
        elif other in sources and _has_no_batch(sources[other]):
            found.append(f"`{other}` has no batch of its own that ends; nobody can wait for it")
        elif other in sources and config.nightly and not sources[other].nightly:
            found.append(f"`{other}` is not nightly, so this nightly source would wait for ever")
    if config.after and _has_no_batch(config):
        found.append("this source has no batch of its own to begin; remove it")
    return found


def _has_no_batch(config: Common) -> bool:
    return getattr(config, "kind", "") == "verify" or getattr(config, "mode", "") == "refresh"


def _circle(sources: Mapping[str, Common]) -> list[str]:
    try:
        TopologicalSorter({name: config.after for name, config in sources.items()}).prepare()
    except CycleError as error:
        # It comes in the direction of the arrows, from who is waited for to who waits.
        return list(reversed(error.args[1]))
    return []
