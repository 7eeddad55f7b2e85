"""Which slices and channels an image file holds, and what is said of files that are not whole."""

from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from imagespace_core.errors import UnreadableImageError
from imagespace_core.sources.microscopy.stacks import Stack, read_stack
from tests.makers.slices import save, save_described, save_imagej, save_ome, save_stack, textures


def suffixes(stack: Stack) -> list[str]:
    return [frame.suffix for frame in stack.frames]


def values(stack: Stack) -> list[list[np.ndarray]]:
    return [[channel.page.values() for channel in frame.channels] for frame in stack.frames]


def test_a_stack_of_imagej_with_one_directory_has_all_its_slices(tmp_path: Path) -> None:
    pages = [page.astype(np.uint16) * 200 for page in textures(5)]
    save_imagej(tmp_path / "a.tif", pages, "slices=5")
    stack = read_stack(tmp_path / "a.tif")
    assert suffixes(stack) == ["@p1", "@p2", "@p3", "@p4", "@p5"]
    np.testing.assert_array_equal([channels[0] for channels in values(stack)], pages)
    assert stack.problems == []


def test_a_stack_that_is_cut_short_after_it_was_listed_has_a_reason(tmp_path: Path) -> None:
    save_imagej(tmp_path / "a.tif", textures(3), "slices=3")
    last = read_stack(tmp_path / "a.tif").frames[-1].channels[0].page
    (tmp_path / "a.tif").write_bytes((tmp_path / "a.tif").read_bytes()[:-1])
    with pytest.raises(UnreadableImageError, match="truncated"):
        last.values()


def test_a_hyperstack_of_imagej_has_channels_depths_and_times(tmp_path: Path) -> None:
    pages = textures(2 * 3 * 2)
    save_imagej(tmp_path / "a.tif", pages, "channels=2\nslices=3\nframes=2\nhyperstack=true")
    stack = read_stack(tmp_path / "a.tif")
    assert suffixes(stack) == ["@t1z1", "@t1z2", "@t1z3", "@t2z1", "@t2z2", "@t2z3"]
    assert [frame.time for frame in stack.frames] == [0, 0, 0, 1, 1, 1]
    np.testing.assert_array_equal(np.reshape(values(stack), (12, 64, 96)), pages)


def test_a_stack_of_imagej_that_was_cut_short_says_so(tmp_path: Path) -> None:
    pages = textures(5)
    save_imagej(tmp_path / "a.tif", pages, "slices=5")
    whole = (tmp_path / "a.tif").read_bytes()
    (tmp_path / "a.tif").write_bytes(whole[: -pages[0].nbytes - 10])
    stack = read_stack(tmp_path / "a.tif")
    assert len(stack.frames) == 1
    assert stack.problems == ["its description has 5 images and the file 1; is it whole?"]


@pytest.mark.parametrize("order", ["XYCZT", "XYZCT", "XYTZC", "XYCTZ"])
def test_an_ome_tiff_comes_by_time_and_depth_whatever_the_order_of_its_pages(tmp_path: Path, order: str) -> None:
    sizes = {"C": 2, "Z": 3, "T": 2}
    lengths = [sizes[axis] for axis in order[:1:-1]]
    where = [dict(zip(order[:1:-1], index, strict=True)) for index in np.ndindex(*lengths)]
    pages = [np.full((8, 9), 100 * at["T"] + 10 * at["Z"] + at["C"], np.uint8) for at in where]
    names = '<Channel ID="Channel:0:0" Name="DAPI" Color="16711935"/><Channel ID="Channel:0:1" Color="-16776961"/>'
    save_ome(tmp_path / "a.ome.tif", pages, order, sizes, names + "<TiffData/>")
    stack = read_stack(tmp_path / "a.ome.tif")
    assert suffixes(stack) == ["@t1z1", "@t1z2", "@t1z3", "@t2z1", "@t2z2", "@t2z3"]
    found = [[int(plane[0, 0]) for plane in channels] for channels in values(stack)]
    assert found == [[0, 1], [10, 11], [20, 21], [100, 101], [110, 111], [120, 121]]
    assert [channel.name for channel in stack.frames[0].channels] == ["DAPI", ""]
    assert [channel.color for channel in stack.frames[0].channels] == [(0, 255, 0), (255, 0, 0)]


def test_pages_without_axes_are_slices_and_smaller_copies_of_a_page_are_none(tmp_path: Path) -> None:
    save_stack(tmp_path / "a.tif", textures(11))
    assert suffixes(read_stack(tmp_path / "a.tif"))[:2] == ["@p01", "@p02"]
    save_stack(tmp_path / "odd.tif", [textures(1)[0], textures(1, 40, 40)[0], textures(2)[1]])
    odd = read_stack(tmp_path / "odd.tif")
    assert [(frame.suffix, frame.channels[0].page.values().shape) for frame in odd.frames] == [
        ("@p1", (64, 96)), ("@p2", (40, 40)), ("@p3", (64, 96)),
    ]  # fmt: skip
    with tifffile.TiffWriter(tmp_path / "pyramid.tif") as file:
        for side in (512, 256, 128):
            file.write(np.zeros((side, side), np.uint8), tile=(64, 64), metadata=None, subfiletype=int(side < 512))
    assert suffixes(read_stack(tmp_path / "pyramid.tif")) == [""]
    with tifffile.TiffWriter(tmp_path / "below.tif") as file:
        file.write(textures(1)[0], subifds=1, metadata=None)
        file.write(textures(1, 30, 50)[0], subfiletype=1, metadata=None)
    below = read_stack(tmp_path / "below.tif")
    assert suffixes(below) == [""]
    assert below.problems == []


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("kind", [np.int8, np.uint32, np.int64, np.uint64, np.float64])
def test_values_that_pillow_cannot_hold_are_read_as_they_are(
    tmp_path: Path, kind: type, compression: str | None
) -> None:
    highest = min(float(np.finfo(kind).max if kind is np.float64 else np.iinfo(kind).max), 2**40)
    pages = [(page * (highest / 255)).astype(kind) for page in textures(2)]
    tifffile.imwrite(
        tmp_path / "a.tif", np.stack(pages), photometric="minisblack", metadata=None, compression=compression
    )
    found = [channels[0] for channels in values(read_stack(tmp_path / "a.tif"))]
    assert found[0].dtype == kind
    np.testing.assert_array_equal(found, pages)


@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_samples_that_are_no_colors_are_channels(tmp_path: Path, planar: str) -> None:
    bands = np.stack([page.astype(np.uint16) * 100 for page in textures(5)])
    stored = bands if planar == "separate" else np.moveaxis(bands, 0, 2)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="minisblack", planarconfig=planar, metadata=None)
    (channels,) = values(read_stack(tmp_path / "a.tif"))
    np.testing.assert_array_equal(channels, bands)


def test_transparency_is_no_channel(tmp_path: Path) -> None:
    gray, alpha = textures(2)
    save(tmp_path / "gray.tif", np.stack([gray, alpha], 2))
    save(tmp_path / "colors.tif", np.stack([*textures(3), alpha], 2))
    np.testing.assert_array_equal(values(read_stack(tmp_path / "gray.tif")), [[gray]])
    np.testing.assert_array_equal(values(read_stack(tmp_path / "colors.tif")), [[np.stack(textures(3), 2)]])


def test_inks_are_colors_and_a_fourth_band_of_its_own_is_a_channel(tmp_path: Path) -> None:
    bands = np.stack(textures(4), 2)
    inks = Image.frombytes("CMYK", (96, 64), bands.tobytes())
    inks.save(tmp_path / "inks.tif")
    np.testing.assert_array_equal(values(read_stack(tmp_path / "inks.tif")), [[np.asarray(inks.convert("RGB"))]])
    tifffile.imwrite(tmp_path / "infrared.tif", bands, photometric="rgb", extrasamples=["unspecified"])
    np.testing.assert_array_equal(values(read_stack(tmp_path / "infrared.tif")), [textures(4)])


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_colors_of_sixteen_bits_keep_them(tmp_path: Path) -> None:
    import rasterio

    colors = np.stack([page.astype(np.uint16) * 3 for page in textures(3)], axis=2)
    tifffile.imwrite(tmp_path / "a.tif", colors, photometric="rgb")
    with rasterio.open(tmp_path / "a.png", "w", "PNG", 96, 64, 3, dtype="uint16") as file:
        file.write(np.moveaxis(colors, 2, 0))
    for name in ("a.tif", "a.png"):
        np.testing.assert_array_equal(values(read_stack(tmp_path / name))[0][0], colors)


def test_planes_of_an_ome_tiff_in_several_files_are_slices_of_the_first(tmp_path: Path) -> None:
    pages = textures(3)
    data = "".join(
        f'<TiffData FirstZ="{z}" IFD="0" PlaneCount="1"><UUID FileName="z{z}.ome.tif">urn:uuid:{z}</UUID></TiffData>'
        for z in range(3)
    )
    for z in range(3):
        save_ome(tmp_path / f"z{z}.ome.tif", [pages[z]], "XYZCT", {"Z": 3}, data)
    stack = read_stack(tmp_path / "z0.ome.tif")
    np.testing.assert_array_equal([channels[0] for channels in values(stack)], pages)
    assert [part.name for part in stack.parts] == ["z1.ome.tif", "z2.ome.tif"]
    (tmp_path / "z1.ome.tif").unlink()
    stack = read_stack(tmp_path / "z0.ome.tif")
    np.testing.assert_array_equal([channels[0] for channels in values(stack)], pages[::2])
    assert stack.problems == ["1 of its slices lack planes: z1.ome.tif not there; they are left out"]


def test_a_link_to_a_file_is_that_file_under_its_own_name(tmp_path: Path) -> None:
    save_stack(tmp_path / "a.tif", textures(2))
    (tmp_path / "links").mkdir()
    (tmp_path / "links/b.tif").symlink_to(tmp_path / "a.tif")
    stack = read_stack(tmp_path / "links/b.tif")
    assert {frame.channels[0].page.file for frame in stack.frames} == {tmp_path / "links/b.tif"}
    assert stack.parts == ()


def _only_naming(name: str) -> str:
    return f'<?xml version="1.0"?><OME><BinaryOnly MetadataFile="{name}" UUID="urn:uuid:0"/></OME>'


def test_a_description_in_a_file_of_its_own_is_read_and_said_where_it_is_missing(tmp_path: Path) -> None:
    pages = textures(4)
    save_described(tmp_path / "a.ome.tif", pages, _only_naming("a.companion.ome"))
    missing = read_stack(tmp_path / "a.ome.tif")
    assert len(missing.frames) == 4
    assert missing.problems == [
        "its axes cannot be read (its description lies in a.companion.ome, which is not there); every page is a slice"
    ]
    data = '<TiffData IFD="0" PlaneCount="4"><UUID FileName="a.ome.tif">urn:uuid:0</UUID></TiffData>'
    (tmp_path / "a.companion.ome").write_text(
        '<?xml version="1.0"?><OME><Image ID="Image:0"><Pixels ID="Pixels:0" DimensionOrder="XYCZT" Type="uint8" '
        f'SizeX="96" SizeY="64" SizeC="2" SizeZ="2" SizeT="1">{data}</Pixels></Image></OME>'
    )
    found = read_stack(tmp_path / "a.ome.tif")
    assert suffixes(found) == ["@z1", "@z2"]
    np.testing.assert_array_equal(np.reshape(values(found), (4, 64, 96)), pages)


_ENTITIES = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'


def test_a_companion_file_declares_no_entities_either(tmp_path: Path) -> None:
    save_described(tmp_path / "a.ome.tif", textures(2), _only_naming("a.companion.ome"))
    (tmp_path / "a.companion.ome").write_text(_ENTITIES + "<OME>&b;</OME>")
    assert read_stack(tmp_path / "a.ome.tif").problems == [
        "its axes cannot be read (its XML declares entities); every page is a slice"
    ]


_PIXELS = '<?xml version="1.0"?><OME><Image><Pixels DimensionOrder="XYCZT" SizeX="96" SizeY="64" SizeT="1" {}</OME>'

_IN_ANOTHER = '<TiffData><UUID FileName="../b.tif">u</UUID></TiffData>'


@pytest.mark.parametrize(
    ("xml", "reason"),
    [
        (_ENTITIES + "<OME>&b;</OME>", "its XML declares entities"),
        (_ENTITIES + "<scn>&b;</scn>", "its XML declares entities"),  # another's, which tifffile would read
        ("<?xml version='1.0'?><OME><Image>", "its XML is broken: no element found"),
        ("<?xml version='1.0'?><OME><Image></OME>", "its XML is broken: mismatched tag"),
        (_PIXELS.format('SizeC="1" SizeZ="99999999999"/></Image>'), "it describes 99,999,999,999 planes"),
        (
            _PIXELS.format('SizeC="1" SizeZ="1"><TiffData PlaneCount="99999999999"/></Pixels></Image>'),
            "it describes 99,999,999,999 planes",
        ),
        (_PIXELS.format('SizeC="-3" SizeZ="1"/></Image>'), "'-3' stands where a number of planes should"),
        (
            _PIXELS.format(f'SizeC="1" SizeZ="1">{_IN_ANOTHER}</Pixels></Image>'),
            "it names the file '../b.tif', which is not beside it",
        ),
        (_only_naming("/etc/passwd"), "it names the file '/etc/passwd', which is not beside it"),
    ],
)  # fmt: skip
def test_a_description_that_cannot_be_used_leaves_the_pages(tmp_path: Path, xml: str, reason: str) -> None:
    save_described(tmp_path / "a.ome.tif", textures(3), xml)
    stack = read_stack(tmp_path / "a.ome.tif")
    assert suffixes(stack) == ["@p1", "@p2", "@p3"]
    assert len(stack.problems) == 1
    assert stack.problems[0].startswith(f"its axes cannot be read ({reason}")
    assert stack.problems[0].endswith("every page is a slice")


def test_what_is_no_image_or_too_large_has_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_bytes(b"II*\0garbage")
    with pytest.raises(UnreadableImageError, match="truncated|broken"):
        read_stack(tmp_path / "a.tif")
    save(tmp_path / "b.tif", textures(1)[0])
    with pytest.raises(UnreadableImageError, match="too large: 96 x 64"):
        read_stack(tmp_path / "b.tif", max_pixels=1000)
    tifffile.imwrite(tmp_path / "c.tif", np.zeros((8, 8), np.complex64))
    with pytest.raises(UnreadableImageError, match="of the type complex64; expected numbers"):
        read_stack(tmp_path / "c.tif")


def test_pages_that_cannot_be_slices_take_no_others_with_them(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for page in (textures(1)[0], np.zeros((8, 8), np.complex64), textures(2)[1]):
            file.write(page, metadata=None)
    stack = read_stack(tmp_path / "a.tif")
    assert suffixes(stack) == ["@p1", "@p3"]
    assert stack.problems == ["its values are of the type complex64; expected numbers"]


def test_pages_of_several_kinds_have_names_of_their_own(tmp_path: Path) -> None:
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for side in (40, 40, 30, 30):
            file.write(
                np.zeros((side, side, 5), np.uint8), photometric="minisblack", planarconfig="contig", metadata=None
            )
    assert suffixes(read_stack(tmp_path / "a.tif")) == ["@p1", "@p2", "@p3", "@p4"]


def test_a_file_that_is_no_tiff_is_one_slice(tmp_path: Path) -> None:
    frames = [Image.fromarray(page) for page in textures(2)]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert suffixes(read_stack(tmp_path / "a.png")) == [""]
