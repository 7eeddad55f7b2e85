"""Sprites and the pages they are packed into."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagespace_core.errors import InputError
from imagespace_core.images.atlas import Atlas, sprite
from tests.makers.photos import COLORS, SHAPES, photo

SMALL = Atlas(cell=32, page=128, quality=90)


def sprites(n: int, cell: int) -> list[np.ndarray]:
    """Of all proportions, each of another color."""
    sizes = [(128, 96), (96, 128), (100, 100), (300, 10), (10, 300)]
    colors, shapes = list(COLORS), list(SHAPES)
    return [sprite(np.asarray(photo(colors[i % 6], shapes[i % 3], i, sizes[i % 5])), cell) for i in range(n)]


def read(folder: Path, atlas: Atlas, row: int) -> np.ndarray:
    """A row's sprite the way the viewer finds it: by what is in the files alone."""
    about = json.loads((folder / "atlas.json").read_text("utf-8"))
    cell = int(np.load(folder / "atlas" / "cells.npy")[row])
    width, height = np.load(folder / "atlas" / "sizes.npy")[row].tolist()
    page, slot = divmod(cell, about["per_page"])
    left, top = slot % about["columns"] * about["cell"], slot // about["columns"] * about["cell"]
    assert (page, left, top) == atlas.corner(cell)
    with Image.open(folder / "atlas" / f"{page:04d}.webp") as image:
        assert image.size == (about["page"], about["page"])
        return np.asarray(image.convert("RGB"))[top : top + height, left : left + width]


def test_every_row_finds_its_own_sprite_on_the_pages(tmp_path: Path) -> None:
    wanted = sprites(40, SMALL.cell)
    order = np.random.default_rng(3).permutation(40)
    done: list[int] = []
    SMALL.write(tmp_path, order, wanted.__getitem__, workers=2, advance=done.append)
    assert sorted(done) == [8, 16, 16]
    for row, pixels in enumerate(wanted):
        got = read(tmp_path, SMALL, row)
        assert got.shape == pixels.shape
        assert np.abs(got.astype(int) - pixels).mean() < 12, row
        assert np.abs(got.mean((0, 1)) - pixels.mean((0, 1))).max() < 6, row


def test_the_files_have_the_shapes_and_types_the_viewer_reads(tmp_path: Path) -> None:
    wanted = sprites(17, 32)
    SMALL.write(tmp_path, np.arange(17), wanted.__getitem__)
    cells, sizes = np.load(tmp_path / "atlas" / "cells.npy"), np.load(tmp_path / "atlas" / "sizes.npy")
    assert (cells.dtype, cells.shape) == (np.int32, (17,))
    assert (sizes.dtype, sizes.shape) == (np.uint8, (17, 2))
    assert json.loads((tmp_path / "atlas.json").read_text()) == {
        "cell": 32, "page": 128, "columns": 4, "per_page": 16, "pages": 2, "rows": 17,
    }  # fmt: skip
    assert sorted(p.name for p in (tmp_path / "atlas").iterdir()) == [
        "0000.webp", "0001.webp", "cells.npy", "sizes.npy",
    ]  # fmt: skip


def test_the_order_decides_which_sprites_share_a_page(tmp_path: Path) -> None:
    SMALL.write(tmp_path, np.arange(40)[::-1], sprites(40, 32).__getitem__, workers=2)
    assert np.load(tmp_path / "atlas" / "cells.npy").tolist() == list(range(39, -1, -1))


def test_rows_that_look_alike_share_the_last_cell(tmp_path: Path) -> None:
    gray = np.full((20, 30, 3), 176, np.uint8)
    drawn = [*sprites(16, 32), gray]
    order = np.arange(1, 115, 7)[:16]
    alike = np.setdiff1d(np.arange(115), order)
    wanted, done = [], []

    def sprite_of(row: int) -> np.ndarray:
        wanted.append(row)
        return drawn[order.tolist().index(row)] if row in order else gray

    SMALL.write(tmp_path, order, sprite_of, advance=done.append, alike=alike)
    assert wanted == [*order, alike[0]]
    assert sum(done) == 115
    about = json.loads((tmp_path / "atlas.json").read_text("utf-8"))
    assert (about["rows"], about["pages"]) == (115, 2)
    assert set(np.load(tmp_path / "atlas/cells.npy")[alike].tolist()) == {16}
    for row in alike[[0, 50, -1]]:
        assert np.abs(read(tmp_path, SMALL, int(row)).astype(int) - gray).max() < 4
    assert np.abs(read(tmp_path, SMALL, int(order[3])).astype(int) - drawn[3]).mean() < 12


def test_a_cell_repeats_the_edge_of_its_sprite() -> None:
    pixels = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)
    page = Atlas(cell=5, page=10).page_of([pixels, pixels])
    for left in (0, 5):
        cell = page[:5, left : left + 5]
        np.testing.assert_array_equal(cell, np.pad(pixels, ((0, 3), (0, 2), (0, 0)), mode="edge"))
    assert not page[5:].any()


def test_a_failing_sprite_stops_the_writing(tmp_path: Path) -> None:
    def broken(row: int) -> np.ndarray:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        SMALL.write(tmp_path, np.arange(100), broken, workers=2)
    assert not (tmp_path / "atlas.json").exists()


def test_an_order_that_is_no_permutation_and_a_sprite_too_large_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no permutation"):
        SMALL.write(tmp_path, np.array([0, 0, 2]), sprites(3, 32).__getitem__)
    with pytest.raises(ValueError, match="33 x 33 px does not fit"):
        SMALL.page_of([np.zeros((33, 33, 3), np.uint8)])


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"cell": 256}, "256 px"),
        ({"cell": 0}, "0 px"),
        ({"cell": 96, "page": 95}, "95 px"),
        ({"page": 4097}, "4097 px"),
        ({"quality": 0}, "quality 0"),
        ({"quality": 101}, "quality 101"),
    ],
)
def test_sizes_that_no_gpu_takes_are_refused_with_a_remedy(fields: dict[str, int], named: str) -> None:
    with pytest.raises(InputError, match=f"{named}.*choose"):
        Atlas(**fields)


def test_the_largest_and_the_smallest_cell_work(tmp_path: Path) -> None:
    for atlas in (Atlas(cell=255, page=255), Atlas(cell=1, page=1)):
        folder = tmp_path / str(atlas.cell)
        wanted = sprites(2, atlas.cell)
        atlas.write(folder, np.arange(2), wanted.__getitem__)
        assert [read(folder, atlas, row).shape for row in range(2)] == [s.shape for s in wanted]


@given(st.integers(1, 3000), st.integers(1, 3000), st.integers(1, 255))
@settings(max_examples=80, deadline=None)
def test_sprites_fill_their_size_and_keep_their_proportions(width: int, height: int, size: int) -> None:
    got = sprite(np.zeros((height, width, 3), np.uint8), size)
    assert max(got.shape[:2]) == size
    assert min(got.shape[:2]) >= 1
    assert abs(got.shape[1] - max(1, width * size / max(width, height))) <= 0.5
    assert abs(got.shape[0] - max(1, height * size / max(width, height))) <= 0.5


def test_the_pixels_of_tiny_pictures_stay_crisp() -> None:
    digit = np.random.default_rng(0).integers(0, 256, (8, 8, 3)).astype(np.uint8)
    np.testing.assert_array_equal(sprite(digit, 96), digit.repeat(12, axis=0).repeat(12, axis=1))
