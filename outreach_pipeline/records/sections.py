"""Flattened rows of whole items, taken apart: the company, the person and the news that an item speaks of.

Belongs here: which row is a record of which section, and its columns. Does not belong here: the query that flattens
(`database.extract_whole`), what values mean.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from outreach_pipeline.records.columns import SectionName, anchor_names, column_names
from outreach_pipeline.records.misplaced import MISPLACED
from outreach_pipeline.records.shape_model import Shape


def column_of(section: SectionName, name: str) -> str:
    """The name of a section's column in a row that holds all sections."""
    return f"{section}.{name}"


def remarks_of(whole: pd.DataFrame) -> pd.DataFrame:
    """load_id, kind, reason of what is refused, and of good items (no kind) with an error text beside their data."""
    told = whole["kind"].notna() | (whole["reason"].fillna("") != "")
    return whole.loc[told, ["load_id", "kind", "reason"]].reset_index(drop=True)


def records_of(whole: pd.DataFrame, shape: Shape, section: SectionName) -> pd.DataFrame:
    """The records of a section: load_id, part (0) and all its columns, missing where the item is silent.

    An item without an anchor makes none, nor does a refused one; what is misplaced in an anchor makes nobody.
    """
    names = [name for name in column_names(section) if column_of(section, name) in whole]
    anchored = pd.Series(False, index=whole.index)
    if any(one.target == section for one in shape.lone_sections()):
        for name in set(anchor_names(section)) & set(names):
            column = whole[column_of(section, name)]
            anchored |= column.notna() & (column != MISPLACED).fillna(True).astype(bool)
    rows = whole[anchored & whole["kind"].isna()].reset_index(drop=True)
    filled = {name: rows[column_of(section, name)] for name in names}
    silent = pd.Series(np.nan, index=rows.index, dtype="str")
    part = pd.Series("0", index=rows.index, dtype="str")
    columns = {name: filled.get(name, silent) for name in column_names(section)}
    return pd.DataFrame({"load_id": rows["load_id"], "part": part, **columns})
