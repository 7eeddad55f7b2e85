"""A layer of map tiles as one SQLite file. Source: MBTiles 1.3, Mapbox (tables `tiles` and `metadata`, TMS rows)."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from imagespace_core.errors import InputError, UnreadableImageError, VanishedError
from imagespace_core.images import reasons
from imagespace_core.sources.tiles.coordinates import DEEPEST_ZOOM, Tile, packed
from imagespace_core.sources.tiles.layer import Listed
from imagespace_core.sources.tiles.statements import Statement, of_record

SUFFIX = ".mbtiles"
LARGEST_BYTES = 256 << 20
"""Of one value in the file; more is refused by SQLite before it is in memory."""
AT_ONCE = 1 << 16

_VECTOR_STARTS = (b"\x1f\x8b", b"\x1a")
"""Of a vector tile: gzip, or the field `layers` of a bare one (Mapbox Vector Tile 2.1)."""
_WHOLE = "typeof(zoom_level) = 'integer' AND typeof(tile_column) = 'integer' AND typeof(tile_row) = 'integer'"


@dataclass(frozen=True)
class MBTiles:
    """The tiles in the file `path`. It is opened for each reading: that takes less than half a millisecond, and there
    is nothing that threads would have to share or somebody to close."""

    name: str
    path: Path

    def listed(self) -> Listed:
        parts, impossible, first = [np.empty((0, 3), np.int64)], 0, ""
        with _opened(self.path) as database:
            found = database.execute("SELECT zoom_level, tile_column, tile_row FROM tiles")
            while rows := found.fetchmany(AT_ONCE):
                good = [row for row in rows if _exists(row)]
                if len(good) < len(rows):
                    impossible += len(rows) - len(good)
                    first = first or next("/".join(map(str, row))[:60] for row in rows if not _exists(row))
                parts.append(np.array(good, np.int64).reshape(-1, 3))
        tiles = np.concatenate(parts)
        numbers = np.unique(packed(*tiles.T))
        return Listed(numbers, len(tiles) - len(numbers), (impossible, first))

    def zooms(self) -> list[int]:
        # Asked for one after the other, because the index answers each at once.
        below, found = DEEPEST_ZOOM + 1, []
        while (z := self._value("SELECT max(zoom_level) FROM tiles WHERE zoom_level < ?", below)) is not None:
            if not isinstance(z, int) or z < 0:
                break
            found.append(z)
            below = z
        return found[::-1]

    def columns(self, z: int) -> list[int]:
        return self._numbers("SELECT DISTINCT tile_column FROM tiles WHERE zoom_level = ?", z)

    def rows(self, z: int, column: int) -> list[int]:
        return self._numbers("SELECT tile_row FROM tiles WHERE zoom_level = ? AND tile_column = ?", z, column)

    def find(self, stored: Tile) -> bytes | None:
        try:
            data = self._value(
                "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?", *stored,
                default=False,
            )  # fmt: skip
        except VanishedError:
            raise
        except InputError as error:
            raise UnreadableImageError(str(error)) from error
        return None if data is False else data if isinstance(data, bytes) else b""

    def stamp(self, stored: Tile) -> str:
        try:
            status = self.path.stat()
        except OSError:
            return "-"
        return f"{status.st_size}-{status.st_mtime_ns}"

    def statement(self) -> Statement:
        with _opened(self.path) as database:
            has = {name for (name,) in database.execute("SELECT name FROM sqlite_master")}
            rows = database.execute("SELECT name, value FROM metadata").fetchall() if "metadata" in has else []
            start = database.execute(f"SELECT substr(tile_data, 1, 8) FROM tiles WHERE {_WHOLE} LIMIT 1").fetchone()
        record = {str(name): value for name, value in rows}
        first = start[0] if start and isinstance(start[0], bytes) else b""
        if first.startswith(_VECTOR_STARTS):
            raise InputError(
                f"{self.path.name} holds vector tiles ({record.get('format') or 'pbf'}): outlines that are drawn by a "
                "style, and no pictures; expected PNG, JPEG or WebP. Draw them first, e.g. with tileserver-gl"
            )
        statement = of_record(record, self.path.name)
        return statement if statement.scheme else replace(statement, scheme="tms")

    def _value(self, query: str, *values: int, default: Any = None) -> Any:
        with _opened(self.path) as database:
            row = database.execute(query, values).fetchone()
        return row[0] if row else default

    def _numbers(self, query: str, z: int, *values: int) -> list[int]:
        with _opened(self.path) as database:
            found = {number for (number,) in database.execute(query, (z, *values)) if isinstance(number, int)}
        return sorted(number for number in found if 0 <= number < 1 << z)


def _exists(row: tuple[object, ...]) -> bool:
    return all(isinstance(number, int) for number in row) and Tile(*row).exists  # pyright: ignore[reportArgumentType]


def _not_recursive(action: int, *_: object) -> int:
    """Tiles are often a view; one that calls itself may have no last row."""
    return sqlite3.SQLITE_DENY if action == sqlite3.SQLITE_RECURSIVE else sqlite3.SQLITE_OK


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    """The file, to be read only. Raises InputError for what is no MBTiles, VanishedError where it is gone."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_BYTES)
            database.set_authorizer(_not_recursive)
            yield database
    except sqlite3.Error as error:
        reasons.check_reachable(file)
        if "no such" in str(error) or "not a database" in str(error):
            raise InputError(
                f"{file.name} is no MBTiles: SQLite says {error}; expected a SQLite file with the table tiles "
                "(zoom_level, tile_column, tile_row, tile_data)"
            ) from error
        raise InputError(f"{file.name} cannot be read: SQLite says {error}; expected a whole MBTiles file") from error
