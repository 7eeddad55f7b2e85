"""Which labels belong to which slices, and what their values, colors and folders mark."""

from pathlib import Path

import numpy as np
import pytest
import tifffile

from imagespace_core.errors import InputError
from imagespace_core.sources.microscopy.source import Microscopy
from tests.makers.slices import left_third, save, save_imagej, save_stack, textures, write_slices


def small(root: Path, **parameters) -> Microscopy:
    return Microscopy(root, **{"patch_size": 32, "encoder_size": 16, **parameters})


def test_each_color_of_a_label_is_a_structure(tmp_path: Path) -> None:
    colors = np.zeros((64, 96, 3), np.uint8)
    colors[:, 32:64], colors[:, 64:] = (255, 0, 0), (0, 128, 0)
    save(tmp_path / "raw/a.png", textures(1)[0])
    save(tmp_path / "labels/a.png", colors)
    scan = small(tmp_path, stride=32).scan()
    assert [item.columns["label"] for item in scan.items][:3] == ["000000", "ff0000", "008000"]
    assert scan.notes == [
        "labels: each color is a structure, 000000, 008000, ff0000; name some of them by --structures"
    ]
    named = small(tmp_path, stride=32, structures="ff0000=membrane").scan()
    assert [item.columns["overlap_membrane"] for item in named.items][:3] == [0, 1, 0]
    with pytest.raises(InputError, match="names the color 0000ff; the labels hold 000000, 008000, ff0000"):
        small(tmp_path, structures="0000ff").scan()


def test_a_slice_without_color_is_in_colors_as_well(tmp_path: Path) -> None:
    white, red = np.full((64, 96, 3), 255, np.uint8), np.full((64, 96, 3), (255, 0, 0), np.uint8)
    for name, label in (("a", white), ("b", red)):
        save(tmp_path / f"raw/{name}.png", textures(1)[0])
        save(tmp_path / f"labels/{name}.png", label)
    items = small(tmp_path, structures="ffffff=white,ff0000=red").scan().items
    assert [item.columns["label"] for item in items] == ["white"] * 15 + ["red"] * 15


def test_several_values_are_one_structure(tmp_path: Path) -> None:
    label = np.full((64, 96), 255, np.uint8)
    for at, value in enumerate((0, 32, 64, 96, 128)):
        label[:, at * 8 : at * 8 + 8] = value
    save(tmp_path / "raw/a.png", textures(1)[0])
    save(tmp_path / "labels/a.png", label)
    items = small(tmp_path, stride=32, structures="membrane=0,32,64,96,128").scan().items
    assert [item.columns["overlap_membrane"] for item in items][:3] == [1.0, 0.25, 0.0]
    assert set(items[0].columns) == {"slice", "z", "x", "y", "overlap_membrane", "membrane"}
    with pytest.raises(InputError, match="names the value 5, 6; the labels hold 0, 32, 64"):
        small(tmp_path, structures="none=5,6").scan()


@pytest.mark.parametrize("kind", [np.uint16, np.uint32, np.int64])
def test_labels_above_255_and_as_large_as_you_like_are_labels(tmp_path: Path, kind: type) -> None:
    highest = min(int(np.iinfo(kind).max), 2**40)
    save(tmp_path / "raw/a.tif", textures(1)[0])
    (tmp_path / "labels").mkdir()
    label = np.where(left_third() > 0, highest, 300).astype(kind)
    tifffile.imwrite(tmp_path / "labels/a.tif", label, compression="zlib")
    items = small(tmp_path, stride=32, structures=f"{highest}=far,300=near").scan().items
    assert [item.columns["label"] for item in items][:3] == ["far", "near", "near"]


def test_a_folder_of_masks_is_a_structure(tmp_path: Path) -> None:
    root = write_slices(tmp_path, 2)
    (root / "labels/axon").mkdir()
    for name in ("slice_0.png", "slice_1.png"):
        (root / "labels" / name).rename(root / "labels/axon" / name)
    save(root / "labels/soma/slice_0.png", left_third(inside=0, outside=9))
    source = small(root, stride=32)
    scan = source.scan()
    assert scan.skipped == []
    assert scan.notes == ["labels: each folder of masks is a structure, axon, soma, marked where a mask is not 0"]
    first, last = scan.items[0].columns, scan.items[-1].columns
    assert [first[name] for name in ("overlap_axon", "overlap_soma", "label")] == [1.0, 0.0, "axon"]
    assert [last[name] for name in ("overlap_axon", "overlap_soma", "label")] == [0.0, None, None]
    mask = source.mask("raw/slice_0.png@16,0,32")
    assert mask is not None
    assert (mask[0, 0], mask[0, -1]) == (1, 2)
    overlay = source.overlay("raw/slice_0.png", None, 96)
    assert {tuple(color) for color in overlay[0]} == {(*color, 255) for color in source.colors().values()}
    assert set(source.marked("raw/slice_1.png")) == {"axon"}
    only = small(root, structures="soma").scan().items[0].columns
    assert set(only) == {"slice", "z", "x", "y", "overlap_soma", "soma"}


def test_labels_of_two_forms_are_not_mixed(tmp_path: Path) -> None:
    write_slices(tmp_path / "one", 1)
    write_slices(tmp_path / "two", 1)
    (tmp_path / "two/labels/axon").mkdir()
    (tmp_path / "two/labels/slice_0.png").rename(tmp_path / "two/labels/axon/slice_0.png")
    with pytest.raises(InputError, match="labels of one hold all structures, those of two are folders of masks"):
        small(tmp_path).scan()


def test_labels_that_count_like_the_slices_belong_to_them_and_it_is_said(tmp_path: Path) -> None:
    for number, page in enumerate(textures(3)):
        save(tmp_path / f"raw/{number:02}.tif", page)
        save(tmp_path / f"labels/labels{number:08}.png", left_third())
    scan = small(tmp_path).scan()
    assert all(item.columns["overlap"] is not None for item in scan.items)
    assert scan.notes[0] == (
        "labels belong to slices by number, because no names are the same: labels/labels00000000.png to raw/00.tif; "
        "3 in all"
    )


def test_when_no_label_belongs_to_a_slice_that_is_said_first(tmp_path: Path) -> None:
    save_imagej(tmp_path / "raw/a.tif", textures(2), "channels=2")
    save(tmp_path / "raw/b.tif", textures(1)[0])
    for name in "xyz":
        save(tmp_path / f"labels/{name}.png", left_third())
    scan = small(tmp_path).scan()
    assert scan.notes[0].startswith(
        "not one of the 3 labels belongs to a slice, so that nothing is known of what labels/ marks: "
        "found labels/x.png, expected the name of a slice, like raw/a.tif"
    )
    assert "channels" in scan.notes[1]
    assert {path for path, _ in scan.skipped} == {"labels/x.png", "labels/y.png", "labels/z.png"}


def test_what_pairs_with_nothing_is_said_before_what_is_said_of_other_data_sets(tmp_path: Path) -> None:
    write_slices(tmp_path / "one", 1)
    save_imagej(tmp_path / "one/raw/a.tif", textures(2), "channels=2")
    write_slices(tmp_path / "two", 2)
    save(tmp_path / "two/labels/x.png", left_third())
    for name in ("slice_0.png", "slice_1.png"):
        (tmp_path / "two/labels" / name).unlink()
    first, second, *_ = small(tmp_path).scan().notes
    assert first.startswith("the label does not belong to a slice, so that nothing is known of what two/labels/ marks")
    assert "channels" in second


def test_a_label_of_several_channels_is_left_out(tmp_path: Path) -> None:
    save_imagej(tmp_path / "raw/a.tif", textures(2), "slices=2")
    save_imagej(tmp_path / "labels/a.tif", [left_third()] * 4, "channels=2\nslices=2\nhyperstack=true")
    scan = small(tmp_path).scan()
    assert "overlap" not in scan.items[0].columns
    assert dict(scan.skipped)["labels/a.tif@z1"] == "label left out: it has 2 channels; expected one number a pixel"


@pytest.mark.parametrize("stacked", ["raw", "labels"])
def test_a_stack_and_as_many_counted_files_belong_together_one_by_one(tmp_path: Path, stacked: str) -> None:
    parts = {"raw": textures(11), "labels": [left_third(inside=number + 1) for number in range(11)]}
    for part, pages in parts.items():
        if part == stacked:
            save_stack(tmp_path / part / "volume.tif", pages)
            continue
        for number, page in enumerate(pages):
            save(tmp_path / part / f"im{number}.png", page)
    scan = small(tmp_path, structures="11=last", stride=32).scan()
    assert [item.columns["z"] for item in scan.items if item.columns["overlap_last"] == 1.0] == [10, 10]
    assert scan.skipped == []
    assert "one by one, 11 of each, from labels/" in scan.notes[0]
    (folder,) = {"raw", "labels"} - {stacked}
    one = next((tmp_path / folder).glob("im4*"))
    one.rename(one.with_name("other.png"))  # as many, and not counted
    assert "one by one" not in small(tmp_path).scan().notes[0]
    one.with_name("other.png").unlink()
    scan = small(tmp_path).scan()
    assert "to a slice, so that nothing is known" in scan.notes[0]
    assert "overlap" not in scan.items[0].columns
