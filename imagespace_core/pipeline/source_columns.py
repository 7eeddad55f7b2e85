"""The step that keeps what a source says of its items, row by row: `Item.columns` as a table of settled types."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from imagespace_core.pipeline.steps import Record, Report, Step
from imagespace_core.sources import Item
from imagespace_core.sources.tables.metadata import RESERVED
from imagespace_core.workspace import Draft, names
from imagespace_core.workspace.tables import read_table, write_table


@dataclass(frozen=True)
class SourceColumns:
    """What the source says of these items. Pixels have no part in it: it is a step of its own, so that another label
    or threshold makes nobody read an image again."""

    items: Sequence[Item]

    @cached_property
    def columns(self) -> dict[str, str]:
        """Names in the table, by the names that the source gives; one that a workspace has of its own is changed."""
        given = dict.fromkeys(name for item in self.items for name in item.columns)
        found: dict[str, str] = {}
        for name in given:
            final = f"{name}_source" if name in RESERVED else name
            while final != name and (final in given or final in found.values()):
                final += "_source"
            found[name] = final
        return found

    def steps(self) -> list[Step]:
        """The step, or none where the source says nothing."""
        if not self.columns:
            return []
        digest = hashlib.sha256()
        for item in self.items:
            digest.update(repr((item.key, *item.columns.items())).encode())
        parameters = {"digest": digest.hexdigest()}
        return [Step("source", self._keep, [names.SOURCE_COLUMNS], parameters, ["images"], ["pandas"])]

    def _keep(self, draft: Draft, report: Report) -> Record:
        import pandas as pd

        from imagespace_core.sources.tables.inference import from_objects

        ids = read_table(draft.path(names.IMAGES), ["id"])["id"].tolist()
        by_key = {item.key: item.columns for item in self.items}
        table = {}
        for name, final in self.columns.items():
            table[final], note = from_objects([by_key[key].get(name) for key in ids])
            if note:
                report.note(f"column {final}: {note}")
        write_table(pd.DataFrame(table, index=pd.RangeIndex(len(ids))), draft.stage(names.SOURCE_COLUMNS))
        return {"columns": list(table)}
