import json
import os
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from imagespace_core.errors import InputError, UnreadableImageError
from imagespace_core.sources import Contextual
from imagespace_core.sources.microscopy.source import Microscopy, recognizes
from tests.makers.slices import (
    left_third,
    save,
    save_stack,
    textures,
    write_slices,
)


def small(root: Path, **parameters) -> Microscopy:
    """Patches of 32 px; a single size is as good as a tuple of them."""
    return Microscopy(root, **{"patch_size": 32, "encoder_size": 16, **parameters})


def reasons(source: Microscopy) -> dict[str, str]:
    return dict(source.scan().skipped)


def test_patches_cover_every_pixel_and_the_last_lie_flush_with_the_edge(tmp_path: Path) -> None:
    source = Microscopy(write_slices(tmp_path, 1), patch_size=(40,), stride=30)
    boxes = [item.key.split("@")[1] for item in source.scan().items]
    assert boxes == [f"{x},{y},40" for y in (0, 24) for x in (0, 30, 56)]


def test_overlap_is_the_share_of_the_patch_that_the_rarer_value_covers(tmp_path: Path) -> None:
    items = {item.columns["x"]: item.columns for item in small(write_slices(tmp_path, 1)).scan().items}
    assert {x: columns["overlap"] for x, columns in items.items()} == {16: 1.0, 32: 0.5, 48: 0.0, 64: 0.0, 80: 0.0}
    assert [columns["structure"] for columns in items.values()] == [True, True, False, False, False]
    assert [items[48][name] for name in ("slice", "z", "y")] == ["slice_0.png", 0, 48]


def test_a_structure_drawn_in_black_is_found_as_well(tmp_path: Path) -> None:
    save(tmp_path / "raw/a.png", textures(1)[0])
    save(tmp_path / "labels/a.png", left_third(inside=0, outside=255))
    assert [item.columns["overlap"] for item in small(tmp_path).scan().items][:5] == [1.0, 0.5, 0.0, 0.0, 0.0]
    white = [item.columns["overlap_cell"] for item in small(tmp_path, structures="255=cell").scan().items]
    assert white[:5] == [0.0, 0.5, 1.0, 1.0, 1.0]


def test_min_overlap_decides_what_is_positive(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 1)
    for threshold, positives in ((0.5, 6), (0.51, 3), (1.0, 3)):
        assert (
            sum(bool(item.columns["structure"]) for item in small(root, min_overlap=threshold).scan().items)
            == positives
        )


def test_every_value_of_several_becomes_a_column_and_names_can_be_given(tmp_path: Path) -> None:
    label = left_third(inside=7)
    label[:, 64:] = 9
    save(tmp_path / "raw/a.png", textures(1)[0])
    save(tmp_path / "labels/a.png", label)
    first, *_, last = [item.columns for item in small(tmp_path, stride=32).scan().items]
    assert (first["overlap_7"], first["overlap_9"], first["overlap_0"]) == (1.0, 0.0, 0.0)
    assert (first["label_7"], first["label_9"], first["label"]) == (True, False, "label_7")
    assert last["label"] == "label_9"
    named = [item.columns for item in small(tmp_path, stride=32, structures="7=axon, 9=vesicle").scan().items]
    assert [columns["label"] for columns in named[:3]] == ["axon", "none", "vesicle"]
    assert set(named[0]) == {"slice", "z", "x", "y", "overlap_axon", "axon", "overlap_vesicle", "vesicle", "label"}


def test_numbered_cells_are_refused_with_the_flag_that_takes_them_as_one(tmp_path: Path) -> None:
    save(tmp_path / "raw/a.png", textures(1)[0])
    cells = np.zeros((64, 96), np.uint16)
    cells[:, :32] = np.arange(1, 65, dtype=np.uint16)[:, None]
    save(tmp_path / "labels/a.png", cells)
    with pytest.raises(InputError, match="65 different values; expected at most 32 .* --structures nonzero=cell"):
        small(tmp_path).scan()
    assert small(tmp_path, structures="nonzero=cell").scan().items[0].columns["overlap_cell"] == 1.0


def test_pages_of_a_stack_are_slices_with_their_own_labels(tmp_path: Path) -> None:
    pages = textures(12)
    save_stack(tmp_path / "raw/stack.tif", pages)
    save_stack(
        tmp_path / "labels/stack.tif", [left_third() if page != 3 else left_third(inside=0) for page in range(12)]
    )
    source = small(tmp_path)
    assert source.parents()[:2] == ["raw/stack.tif@p01", "raw/stack.tif@p02"]
    assert len(source.parents()) == 12
    first = {item.columns["slice"]: item for item in reversed(source.scan().items)}
    assert [first[f"stack.tif@p{page:02}"].columns["overlap"] for page in (3, 4, 5)] == [1.0, 0.0, 1.0]
    assert first["stack.tif@p12"].columns["z"] == 11
    patch = small(tmp_path, encoder_size=0).read("raw/stack.tif@p04@16,8,32")
    np.testing.assert_array_equal(patch.pixels[..., 0], pages[3][8:40, 16:48])


def test_the_encoder_gets_its_size_and_people_the_patch_as_cut(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 1)
    key = "raw/slice_0.png@16,8,32"
    picture = small(root).read(key)
    assert (picture.pixels.shape, picture.width, picture.height) == ((16, 16, 1), 32, 32)
    cut = textures(1)[0][8:40, 16:48]
    reduced = np.asarray(Image.fromarray(cut).resize((16, 16), Image.Resampling.BICUBIC))
    np.testing.assert_array_equal(picture.pixels[..., 0], reduced)
    np.testing.assert_array_equal(small(root).preview(key, 100), np.repeat(cut[..., None], 3, 2))
    assert small(root, encoder_size=64).read(key).pixels.shape == (32, 32, 1)


def test_sixteen_bits_are_scaled_alike_in_all_slices_of_a_dataset(tmp_path: Path) -> None:
    """Two slices, one ten times as bright: percentiles of both together keep the one darker than the other."""
    ramp = np.linspace(0, 1000, 64 * 96).reshape(64, 96)
    for name, factor in (("a", 1), ("b", 10)):
        save(tmp_path / f"raw/{name}.tif", (ramp * factor).astype(np.uint16))
    source = small(tmp_path, percentiles=(0, 100), encoder_size=0)
    dark, bright = (source.region(f"raw/{name}.tif", None, 999)[..., 0] for name in "ab")
    low, high = 0, (ramp * 10).astype(np.uint16)[::4, ::4].max()
    np.testing.assert_array_equal(dark, np.rint((ramp.astype(np.uint16) - low) * 255.0 / high).clip(0, 255))
    assert (bright.max(), dark.max()) == (255, 27)
    again = small(tmp_path, percentiles=(0, 100), encoder_size=0)  # as the app makes it anew, without items()
    np.testing.assert_array_equal(again.read("raw/b.tif@64,32,32").pixels, source.read("raw/b.tif@64,32,32").pixels)


def test_sixteen_bit_stacks_and_floats_become_eight_bits(tmp_path: Path) -> None:
    save_stack(tmp_path / "raw/a.tif", [page.astype(np.uint16) * 16 for page in textures(2)])
    save(tmp_path / "raw/b.tif", textures(1)[0].astype(np.float32) / 7)
    source = small(tmp_path)
    for item in source.scan().items:
        pixels = source.read(item.key).pixels
        assert pixels.dtype == np.uint8
        assert pixels.max() > 0


def test_colors_stay_and_grays_stored_as_colors_become_one_channel(tmp_path: Path) -> None:
    gray = textures(1)[0]
    save(tmp_path / "raw/gray.png", np.repeat(gray[..., None], 3, 2))
    save(tmp_path / "raw/rgb.png", np.stack([gray, 255 - gray, gray], 2))
    source = small(tmp_path)
    assert {item.key[4:8]: source.read(item.key).pixels.shape[2] for item in source.scan().items} == {
        "gray": 1,
        "rgb.": 3,
    }


def test_a_slice_without_label_gets_patches_with_missing_overlap(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 2)
    (root / "labels/slice_1.png").unlink()
    without = [item.columns for item in small(root).scan().items if item.columns["slice"] == "slice_1.png"]
    assert len(without) == 15
    assert {(columns["overlap"], columns["structure"]) for columns in without} == {(None, None)}
    assert small(root).mask("raw/slice_1.png@0,0,32") is None


def test_labels_are_no_must(tmp_path: Path) -> None:
    save(tmp_path / "raw/a.png", textures(1)[0])
    assert set(small(tmp_path).scan().items[0].columns) == {"slice", "z", "x", "y"}


def test_labels_go_by_name_whatever_their_suffix(tmp_path: Path) -> None:
    for name in "ab":
        save(tmp_path / f"raw/{name}.tif", textures(1)[0])
        save(tmp_path / f"labels/{name}.png", left_third())
    save(tmp_path / "labels/c.png", left_third())
    source = small(tmp_path)
    assert all(item.columns["overlap"] is not None for item in source.scan().items)
    assert reasons(source) == {
        "labels/c.png": "label without a slice: its slice would be raw/c.png, which is not there; rename one of the two"
    }


def test_one_volume_and_one_label_volume_belong_together_whatever_they_are_called(tmp_path: Path) -> None:
    save_stack(tmp_path / "raw/train-volume.tif", textures(3))
    save_stack(tmp_path / "labels/train-labels.tif", [left_third()] * 2)
    source = small(tmp_path)
    assert [item.columns["overlap"] is None for item in source.scan().items] == [False] * 30 + [True] * 15
    assert "2 pages and its slices 3" in reasons(source)["labels/train-labels.tif"]


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        (
            np.zeros((32, 48), np.uint8),
            "it is 48 x 32 pixels and its slice 96 x 64; export it at the size of the slice",
        ),
        (np.full((64, 96), 0.5, np.float32), "it holds fractions or NaN; expected whole numbers"),
    ],
)
def test_a_label_that_cannot_be_used_is_left_out_with_the_remedy(
    tmp_path: Path, label: np.ndarray, reason: str
) -> None:
    root = write_slices(tmp_path, 2)
    (root / "labels/slice_1.png").unlink()
    save(root / "labels/slice_1.tif", label)
    source = small(root)
    assert reason in reasons(source)["raw/slice_1.png"]
    overlaps = {item.columns["slice"]: item.columns["overlap"] for item in source.scan().items}
    assert overlaps["slice_0.png"] is not None
    assert overlaps["slice_1.png"] is None
    (root / "labels/slice_0.png").unlink()
    with pytest.raises(InputError, match="none of the 1 labels can be used; the first, of raw/slice_1.png"):
        small(root).scan()


def test_a_gray_label_stored_as_colors_and_a_palette_are_labels(tmp_path: Path) -> None:
    for name in ("gray", "palette", "bits"):
        save(tmp_path / f"raw/{name}.png", textures(1)[0])
    save(tmp_path / "labels/gray.png", np.repeat(left_third()[..., None], 3, 2))
    palette = Image.fromarray(left_third(inside=1)).convert("P")
    palette.putdata((left_third(inside=255)).ravel().tolist())
    palette.putpalette([200, 0, 0] * 128 + [0, 0, 200] * 128)
    palette.save(tmp_path / "labels/palette.png")
    Image.fromarray(left_third()).convert("1").save(tmp_path / "labels/bits.png")
    source = small(tmp_path)
    assert [item.columns["overlap"] for item in source.scan().items if item.columns["x"] == 16] == [1.0] * 9
    assert reasons(source) == {}


def test_broken_and_small_slices_are_left_out_and_the_others_go_on(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 1)
    (root / "raw/broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    save(root / "raw/tiny.png", textures(1, 20, 20)[0])
    (root / "raw/notes.txt").write_text("x")
    (root / "raw/.hidden.png").write_text("x")
    source = small(root)
    assert len(source.scan().items) == 15
    found = reasons(source)
    assert set(found) == {"raw/broken.png", "raw/tiny.png"}
    assert "20 x 20 px, smaller than patches of 32 px; give a smaller --patch-size" in found["raw/tiny.png"]
    assert source.scan().left_out == {".txt": 1}


def test_patches_larger_than_every_slice_say_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gives no patches; .* smaller than patches of 80 px"):
        Microscopy(write_slices(tmp_path, 1)).scan()


@pytest.mark.parametrize("below", ["", "ISBI", "images/ISBI"])
def test_datasets_are_found_in_the_folder_below_it_and_below_its_images(tmp_path: Path, below: str) -> None:
    write_slices(tmp_path / below, 1)
    assert recognizes(tmp_path)
    prefix = f"{below}/" if below else ""
    item = small(tmp_path).scan().items[0]
    assert item.key == item.path == f"{prefix}raw/slice_0.png@0,0,32"
    assert "dataset" not in item.columns
    assert small(tmp_path).read(item.key).pixels.shape == (16, 16, 1)


def test_two_datasets_are_told_apart_and_scaled_apart(tmp_path: Path) -> None:
    for name, factor in (("A", 1), ("B", 200)):
        save(tmp_path / f"images/{name}/raw/a.tif", textures(1)[0].astype(np.uint16) * factor)
    source = small(tmp_path)
    assert {item.columns["dataset"] for item in source.scan().items} == {"A", "B"}
    one, other = (source.region(f"images/{name}/raw/a.tif", None, 99) for name in "AB")
    np.testing.assert_array_equal(one, other)


def test_a_photo_folder_with_raw_in_it_is_not_taken_for_slices(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    assert not recognizes(tmp_path)
    assert not recognizes(tmp_path / "none")
    with pytest.raises(InputError, match="holds no slices: expected raw"):
        small(tmp_path / "raw").scan()
    with pytest.raises(InputError, match="no such folder"):
        small(tmp_path / "none").scan()
    with pytest.raises(InputError, match="its raw folders hold no images"):
        small(tmp_path).scan()


def test_the_context_is_the_slice_and_the_outline_cuts_the_patch_out_of_it(tmp_path: Path) -> None:
    source = small(write_slices(tmp_path, 2))
    assert isinstance(source, Contextual)
    for item in source.scan().items:
        context = source.context(item.key)
        assert (context.width, context.height) == (96, 64)
        (left, top), _, (right, bottom), _, last = context.outline[0]
        assert last == (left, top)
        np.testing.assert_array_equal(
            source.region(context.parent, (left, top, right, bottom), 99), source.preview(item.key, 99)
        )
        assert source.outlines(context.parent)[item.key] == context.outline
    assert sum(len(source.outlines(parent)) for parent in source.parents()) == len(source.scan().items)


def test_regions_are_cut_at_the_edges_and_reduced(tmp_path: Path) -> None:
    source = small(write_slices(tmp_path, 1))
    whole = source.region("raw/slice_0.png", None, 96)
    assert whole.shape == (64, 96, 3)
    np.testing.assert_array_equal(source.region("raw/slice_0.png", (90.2, -5, 300, 9.5), 96), whole[:10, 90:])
    assert source.region("raw/slice_0.png", None, 48).shape == (32, 48, 3)
    assert source.region("raw/slice_0.png", (500, 500, 600, 600), 48).shape == (1, 1, 3)


def test_the_overlay_colors_the_structure_and_nothing_else(tmp_path: Path) -> None:
    source = small(write_slices(tmp_path, 1))
    overlay = source.overlay("raw/slice_0.png", None, 96)
    assert overlay.shape == (64, 96, 4)
    assert (overlay[:, :32] == (230, 159, 0, 255)).all()
    assert (overlay[:, 32:, 3] == 0).all()
    assert source.colors() == {"structure": (230, 159, 0)}
    assert source.overlay("raw/slice_0.png", (30, 10, 40, 20), 96)[..., 3].sum(1).tolist() == [2 * 255] * 10
    mask = source.mask("raw/slice_0.png@16,0,32")
    assert mask is not None
    np.testing.assert_array_equal(mask, left_third()[:32, 16:48])


@pytest.mark.parametrize(
    "key",
    ["raw/slice_0.png@80,0,32", "raw/slice_0.png", "raw/../raw/slice_0.png@0,0,32", "/etc/passwd@0,0,32", "x", ""],
)
def test_a_key_that_is_no_patch_is_refused(tmp_path: Path, key: str) -> None:
    source = small(write_slices(tmp_path, 1))
    for ask in (source.read, source.mask, source.context, lambda key: source.preview(key, 9)):
        with pytest.raises(UnreadableImageError):
            ask(key)


def test_the_stamp_changes_with_the_pixels_and_not_with_what_labels_say_of_them(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 1)

    def stamp(**parameters) -> str:
        return small(root, **parameters).scan().items[0].stamp

    before = stamp()
    assert stamp() == before
    assert stamp(encoder_size=0) != before
    assert stamp(min_overlap=0.3) == stamp(structures="0") == before
    os.utime(root / "labels/slice_0.png", ns=(1, 1))
    assert stamp() == before
    os.utime(root / "raw/slice_0.png", ns=(1, 1))
    assert stamp() != before


def test_parameters_survive_a_manifest_and_the_source_a_process(tmp_path: Path) -> None:
    source = small(write_slices(tmp_path, 1), patch_size=(32, 48))
    keys = [item.key for item in source.scan().items]
    names = ("patch_size", "stride", "encoder_size", "channel", "structures", "min_overlap", "percentiles")
    recorded = json.loads(json.dumps({name: getattr(source, name) for name in names}))
    assert set(names) | {"root", "decode", "limit"} == {f.name for f in fields(source) if f.init}
    assert Microscopy(tmp_path, **recorded) == source
    assert [item.key for item in Microscopy(tmp_path, **recorded).scan().items] == keys
    assert [item.key for item in pickle.loads(pickle.dumps(source)).scan().items] == keys
    assert {item.columns["patch_size"] for item in source.scan().items} == {32, 48}


def test_many_threads_read_what_one_reads(tmp_path: Path) -> None:
    source = small(write_slices(tmp_path, 3))
    keys = [item.key for item in source.scan().items]
    with ThreadPoolExecutor(8) as executor:
        together = list(executor.map(lambda key: small(tmp_path).read(key).pixels, keys * 3))
    np.testing.assert_array_equal(together, [source.read(key).pixels for key in keys] * 3)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"patch_size": ()}, "--patch-size"),
        ({"patch_size": 2}, "at least 4 px"),
        ({"min_overlap": 0}, "--min-overlap 0"),
        ({"percentiles": (9, 1)}, "--percentiles"),
        ({"structures": "membrane"}, "names no label value"),
        ({"structures": "0=a,1=a"}, "twice"),
        ({"structures": "3"}, "names the value 3; the labels hold 0, 255"),
        ({"limit": 0}, "limit of 0"),
    ],
)
def test_parameters_that_cannot_be_meant_are_named(tmp_path: Path, parameters, message: str) -> None:
    with pytest.raises(InputError, match=message):
        small(write_slices(tmp_path, 1), **parameters).scan()


def test_membranes_of_isbi_are_black_and_cover_a_fifth(real_data: Path) -> None:
    source = Microscopy(real_data / "microscopy/ISBI")
    items = source.scan().items
    assert len(items) == 30 * 12 * 12
    assert source.scan().skipped == []
    assert [structure.values for structure in source.chosen_structures()] == [(0,)]
    overlaps = np.array([item.columns["overlap"] for item in items], float)
    assert 0.21 < overlaps.mean() < 0.24
    for item in items[::500]:
        mask = source.mask(item.key)
        assert mask is not None
        assert (mask == 0).mean() == item.columns["overlap"]
        assert source.read(item.key).pixels.shape == (64, 64, 1)
