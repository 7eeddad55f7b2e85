"""Channels, depths and times of microscopy slices: what of them becomes a slice, and in which order."""

from pathlib import Path

import numpy as np
import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.microscopy.channels import blended
from imagespace_core.sources.microscopy.source import Microscopy
from tests.makers.slices import left_third, save, save_described, save_imagej, save_ome, textures


def small(root: Path, **parameters) -> Microscopy:
    return Microscopy(root, **{"patch_size": 32, "encoder_size": 16, **parameters})


def test_channels_are_one_slice_blended_in_their_colors_or_one_of_them(tmp_path: Path) -> None:
    pages = textures(3)
    names = "".join(
        f'<Channel ID="Channel:0:{n}" Name="{name}"/>' for n, name in enumerate(("DAPI", "actin", "tubulin"))
    )
    save_ome(tmp_path / "raw/cells.ome.tif", pages, "XYCZT", {"C": 3}, names + "<TiffData/>")
    save(tmp_path / "labels/cells.png", left_third())
    key = "raw/cells.ome.tif@0,0,32"

    def seen(channel: str) -> np.ndarray:
        return small(tmp_path, encoder_size=0, channel=channel).read(key).pixels

    patches = [page[:32, :32] for page in pages]
    scan = small(tmp_path).scan()
    assert {item.columns["slice"] for item in scan.items} == {"cells.ome.tif"}
    assert scan.items[0].columns["overlap"] == 1.0
    assert "1 of 1 slices have several channels" in scan.notes[0]
    assert "1 DAPI, 2 actin, 3 tubulin; --channel takes one" in scan.notes[0]
    np.testing.assert_array_equal(seen(""), np.stack(patches, 2))
    np.testing.assert_array_equal(seen("actin")[..., 0], patches[1])
    np.testing.assert_array_equal(seen("3")[..., 0], patches[2])
    np.testing.assert_array_equal(seen("dapi,3"), np.stack([patches[0], patches[0] * 0, patches[2]], 2))
    stamps = {small(tmp_path, channel=channel).scan().items[0].stamp for channel in ("", "1", "2", "1,2")}
    assert len(stamps) == 4
    assert not any("channels" in note for note in small(tmp_path, channel="1").scan().notes)
    with pytest.raises(InputError, match=r"it has no channel 'GFP'; --channel takes of 1 DAPI, 2 actin, 3 tubulin"):
        small(tmp_path, channel="GFP").scan()


def test_what_shines_in_several_channels_adds_up_to_white_and_no_further() -> None:
    plane = np.full((2, 3), 255, np.uint8)
    assert (blended([plane, plane], [(255, 255, 255), (255, 0, 0)]) == 255).all()
    assert blended([plane // 2, plane // 2], [(255, 0, 0), (100, 255, 0)])[0, 0].tolist() == [177, 127, 0]


def test_files_that_hold_planes_of_one_slice_are_no_slices_of_their_own(tmp_path: Path) -> None:
    pages = textures(4)
    data = "".join(
        f'<TiffData FirstZ="{z}" IFD="0" PlaneCount="1"><UUID FileName="{name}.ome.tif">urn:{name}</UUID></TiffData>'
        for z, name in enumerate(("b", "a", "gone", "c"))
    )
    for name, page in zip("abc", pages, strict=False):  # a is no less than a file of its own until b is read
        save_ome(tmp_path / f"raw/{name}.ome.tif", [page], "XYZCT", {"Z": 4}, data if name != "a" else "<TiffData/>")
    scan = small(tmp_path).scan()
    assert list(dict.fromkeys(item.columns["slice"] for item in scan.items)) == [
        "b.ome.tif@p1", "b.ome.tif@p2", "b.ome.tif@p4",
    ]  # fmt: skip
    problems = [(path, reason) for path, reason in scan.skipped if "b.ome" in path or "c.ome" in path]
    assert problems == [("raw/b.ome.tif", "1 of its slices lack planes: gone.ome.tif not there; they are left out")]


def test_a_color_of_a_colored_slice_can_be_chosen(tmp_path: Path) -> None:
    colors = np.stack(textures(3), 2)
    save(tmp_path / "raw/a.png", colors)
    for channel, number in (("red", 0), ("2", 1), ("Blue", 2)):
        patch = small(tmp_path, encoder_size=0, channel=channel).read("raw/a.png@8,4,32").pixels
        np.testing.assert_array_equal(patch[..., 0], colors[4:36, 8:40, number])


def test_every_channel_is_scaled_by_itself(tmp_path: Path) -> None:
    pages = [page.astype(np.uint16) * factor for page, factor in zip(textures(2), (4, 200), strict=True)]
    save_imagej(tmp_path / "raw/a.tif", pages, "channels=2")
    patch = small(tmp_path, encoder_size=0, percentiles=(0, 100)).read("raw/a.tif@0,0,32").pixels
    for channel, page in enumerate(textures(2)):
        assert np.abs(patch[..., channel].astype(int) - page[:32, :32]).max() <= 1
    assert (patch[..., 2] == 0).all()


def test_depth_is_counted_anew_at_every_time(tmp_path: Path) -> None:
    save_imagej(tmp_path / "raw/a.tif", textures(6), "slices=3\nframes=2\nhyperstack=true")
    save_imagej(tmp_path / "labels/a.tif", [left_third(inside=n + 1) for n in range(6)], "slices=3\nframes=2")
    scan = small(tmp_path, structures="6=last", stride=32).scan()
    first = {item.columns["slice"]: item.columns for item in reversed(scan.items)}
    assert [(name, columns["t"], columns["z"]) for name, columns in sorted(first.items())] == [
        ("a.tif@t1z1", 0, 0), ("a.tif@t1z2", 0, 1), ("a.tif@t1z3", 0, 2),
        ("a.tif@t2z1", 1, 0), ("a.tif@t2z2", 1, 1), ("a.tif@t2z3", 1, 2),
    ]  # fmt: skip
    assert [columns["overlap_last"] for _, columns in sorted(first.items())] == [0, 0, 0, 0, 0, 1]


def test_slice_ten_comes_after_slice_nine(tmp_path: Path) -> None:
    for number, page in enumerate(textures(12)):
        save(tmp_path / f"raw/{number}.png", page)
    columns = [item.columns for item in small(tmp_path).scan().items]
    assert {(each["slice"], each["z"]) for each in columns} == {(f"{number}.png", number) for number in range(12)}
    assert "t" not in columns[0]


def test_what_is_wrong_with_a_stack_is_among_the_failures_and_its_pages_go_on(tmp_path: Path) -> None:
    save_described(tmp_path / "raw/a.ome.tif", textures(2), "<?xml version='1.0'?><OME><Image>")
    source = small(tmp_path)
    assert len(source.scan().items) == 30
    assert "its axes cannot be read (its XML is broken" in dict(source.scan().skipped)["raw/a.ome.tif"]
