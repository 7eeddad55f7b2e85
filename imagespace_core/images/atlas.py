"""The atlas: sprites, small copies of all images, laid into square pages that a GPU takes as they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from imagespace_core.errors import InputError

LARGEST_CELL = 255
"""Sizes are stored as uint8."""

LARGEST_PAGE = 4096
"""The texture size that every WebGL2 device on the market has."""

# Measured on 256 grocery photos, quality 80: method 2 takes half the time of Pillow's default, 4 (0.13 s a
# page), for pages 2 % larger. Methods 0 and 1 save no time; 6 takes three times as long as 4 for 4 % less.
_WEBP_METHOD = 2
_CRISP_ENLARGEMENT = 4
_NONE = np.empty(0, np.int64)


def sprite(pixels: np.ndarray, size: int) -> np.ndarray:
    """uint8 (h, w, 3) -> uint8 (h', w', 3) of the same proportions, its longer side `size` pixels.

    The shorter side is at least 1. Smaller pictures are enlarged, so that all sprites look equally large;
    from four times on in blocks, so that the few pixels of a tiny picture (an 8 x 8 digit) stay crisp.
    """
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    wanted = max(1, round(width * scale)), max(1, round(height * scale))
    if scale >= _CRISP_ENLARGEMENT:
        resampling = Image.Resampling.NEAREST
    else:
        resampling = Image.Resampling.BICUBIC if scale > 1 else Image.Resampling.HAMMING
    return np.asarray(Image.fromarray(pixels).resize(wanted, resampling, reducing_gap=2.0))


@dataclass(frozen=True)
class Atlas:
    """Lays sprites into WebP pages.

    cell: side of a sprite's cell in px, at most 255. Multiples of 16 keep WebP's blocks inside their cell,
        and multiples of 32 keep five levels of mip-maps inside too.
    page: side of a page in px, at most 4096. Every page, also the last, has the full size: textures of one
        size make one array, and empty cells take next to nothing in a file.
    quality: of WebP, 1 to 100.

    A sprite sits in the top left of its cell; the rest of the cell repeats its last column and row, so that
    filtering finds the sprite's own color beyond its edge.
    """

    cell: int = 96
    page: int = 1536
    quality: int = 80

    def __post_init__(self) -> None:
        if not 1 <= self.cell <= LARGEST_CELL:
            raise InputError(f"sprites of {self.cell} px: choose 1 to {LARGEST_CELL} px, e.g. 96")
        if not self.cell <= self.page <= LARGEST_PAGE:
            raise InputError(
                f"atlas pages of {self.page} px: choose {self.cell} (one sprite) to {LARGEST_PAGE} px "
                "(what every GPU takes), e.g. 1536"
            )
        if not 1 <= self.quality <= 100:
            raise InputError(f"WebP quality {self.quality}: choose 1 to 100, e.g. 80")

    @property
    def columns(self) -> int:
        """Cells side by side on a page."""
        return self.page // self.cell

    @property
    def per_page(self) -> int:
        """Cells on a page."""
        return self.columns**2

    def pages(self, rows: int) -> int:
        """Pages that so many rows take."""
        return -(-rows // self.per_page)

    def corner(self, cell_number: int) -> tuple[int, int, int]:
        """(page, left px, top px) of a cell number as stored in atlas/cells.npy."""
        page, slot = divmod(cell_number, self.per_page)
        return page, slot % self.columns * self.cell, slot // self.columns * self.cell

    def write(
        self,
        folder: Path,
        order: np.ndarray,
        sprite_of: Callable[[int], np.ndarray],
        workers: int = 1,
        advance: Callable[[int], None] = lambda rows: None,
        alike: np.ndarray = _NONE,
    ) -> None:
        """Writes atlas.json, atlas/<page>.webp, atlas/cells.npy and atlas/sizes.npy below `folder`.

        order: int (m,), the rows with a sprite of their own; row order[i] gets cell i.
        alike: int (n - m,), the other rows, which all look like the first of them: they share the cell behind.
        sprite_of: row -> uint8 (h, w, 3), both sides 1 to `cell` px; called from `workers` threads.
        advance: gets how many more rows are done, from the calling thread.
        cells.npy: int32 (n,), cell number by row. sizes.npy: uint8 (n, 2), width and height in px by row.
        """
        rows = len(order) + len(alike)
        if not np.array_equal(np.sort(np.concatenate([order, alike])), np.arange(rows)):
            raise ValueError(f"order has {rows} entries, but is no permutation of the rows 0 to {rows - 1}")
        target = folder / "atlas"
        target.mkdir(parents=True, exist_ok=True)
        cells, sizes = np.empty(rows, np.int32), np.empty((rows, 2), np.uint8)
        cells[order], cells[alike] = np.arange(len(order), dtype=np.int32), len(order)
        drawn = np.concatenate([order, alike[:1]])

        def write_page(page: int) -> int:
            on_page = drawn[page * self.per_page : (page + 1) * self.per_page]
            sprites = [sprite_of(int(row)) for row in on_page]
            sizes[on_page] = [(s.shape[1], s.shape[0]) for s in sprites]
            Image.fromarray(self.page_of(sprites)).save(
                target / f"{page:04d}.webp", quality=self.quality, method=_WEBP_METHOD
            )
            return len(sprites)

        with ThreadPoolExecutor(max(1, workers)) as executor:
            jobs = [executor.submit(write_page, page) for page in range(self.pages(len(drawn)))]
            try:
                for job in as_completed(jobs):
                    advance(job.result())
            except BaseException:  # Ctrl-C too: without it, every page left would still be written first
                executor.shutdown(cancel_futures=True)
                raise
        if len(alike):
            sizes[alike] = sizes[alike[0]]
            advance(len(alike) - 1)
        np.save(target / "cells.npy", cells)
        np.save(target / "sizes.npy", sizes)
        (folder / "atlas.json").write_text(
            json.dumps(self.description(rows, self.pages(len(drawn))), indent=1) + "\n", encoding="utf-8"
        )

    def description(self, rows: int, pages: int) -> dict[str, int]:
        """What atlas.json holds: cell, page (px), columns, per_page, pages, rows."""
        return {
            "cell": self.cell,
            "page": self.page,
            "columns": self.columns,
            "per_page": self.per_page,
            "pages": pages,
            "rows": rows,
        }

    def page_of(self, sprites: list[np.ndarray]) -> np.ndarray:
        """At most `per_page` sprites -> one page, uint8 (page, page, 3)."""
        canvas = np.zeros((self.page, self.page, 3), np.uint8)
        for slot, pixels in enumerate(sprites):
            height, width = pixels.shape[:2]
            if not (1 <= height <= self.cell and 1 <= width <= self.cell):
                raise ValueError(f"sprite of {width} x {height} px does not fit into a cell of {self.cell} px")
            _, left, top = self.corner(slot)
            cell = canvas[top : top + self.cell, left : left + self.cell]
            cell[:height, :width] = pixels
            cell[:height, width:] = pixels[:, -1:]
            cell[height:] = cell[height - 1 : height]
        return canvas
