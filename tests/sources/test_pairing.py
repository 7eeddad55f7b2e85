"""Which label belongs to which slice, by their names."""

import pytest

from imagespace_core.sources.microscopy.pairing import paired
from imagespace_core.sources.natural_order import natural_path_key


@pytest.mark.parametrize(
    ("slices", "labels"),
    [
        (["a.tif", "b.tif"], ["a.png", "b.bmp"]),
        (["a.ome.tif", "b.ome.tif"], ["a.png", "b.ome.tif"]),
        (["x/a.tif", "y/b.tif"], ["a.png", "b.png"]),
        (["Cell 1.tif", "cell2.tif"], ["cell1.png", "CELL 2.png"]),
        (["Me\u0301lange.tif", "b.tif"], ["M\u00e9lange.png", "b.png"]),
        (["train-volume.tif"], ["train-labels.tif"]),
    ],
)
def test_names_that_mean_the_same_belong_together(slices: list[str], labels: list[str]) -> None:
    pairing = paired(slices, labels)
    assert pairing.labels == dict(zip(slices, labels, strict=True))
    assert pairing.how == ""


@pytest.mark.parametrize(
    ("slices", "labels", "how"),
    [
        (["00.tif", "01.tif"], ["labels00000000.png", "labels00000001.png"], "number"),
        (["im_8.tif", "im_9.tif", "im_10.tif"], ["seg008.png", "seg009.png", "seg010.png"], "number"),
        (["2020_s1.tif", "2020_s2.tif"], ["m3_1.png", "m3_2.png"], "number"),
        (["d/1.tif", "d/2.tif"], ["d/m1.png", "d/m2.png"], "name with 'm' before it"),
        (["axon.tif", "soma.tif"], ["axon_mask.png", "soma_mask.png"], "name with '_mask' after it"),
        (["s_1.tif", "s_10.tif"], ["s_1_seg.png", "s_10_seg.png"], "name with '_seg' after it"),
        (["a.tif", "b.tif"], ["seg_a_v2.png", "seg_b_v2.png"], "name with 'seg_' before it and '_v2' after it"),
    ],
)
def test_where_no_names_are_the_same_a_word_more_or_numbers_decide(
    slices: list[str], labels: list[str], how: str
) -> None:
    pairing = paired(slices, labels)
    assert pairing.labels == dict(zip(slices, labels, strict=True))
    assert pairing.how == how


@pytest.mark.parametrize(
    ("slices", "labels"),
    [
        (["0.tif", "1.tif", "2.tif"], ["m_1.png", "m_2.png", "m_3.png"]),  # counted from 0 and from 1: neither is right
        (["a1.tif", "b2.tif"], ["m1.png", "m2.png"]),  # not counted: the names differ in more than a number
        (["1.tif", "01.tif", "2.tif"], ["m0001.png", "m2.png"]),  # two slices of one number
        (["a.tif", "b.tif"], ["c.png", "d.png"]),
        (["a.tif", "b.tif"], []),
    ],
)
def test_what_only_might_belong_together_does_not(slices: list[str], labels: list[str]) -> None:
    assert paired(slices, labels).labels == {}


def test_numbers_decide_nothing_where_some_names_are_the_same() -> None:
    assert paired(["s1.tif", "s2.tif", "s3.tif"], ["s1.png", "m2.png", "m3.png"]).labels == {"s1.tif": "s1.png"}


def test_a_name_that_several_have_decides_nothing() -> None:
    assert paired(["x/a.tif", "y/a.tif", "b.tif"], ["a.png", "b.png"]).labels == {"b.tif": "b.png"}
    assert paired(["a.tif", "b.tif"], ["a.png", "a.bmp", "b.png"]).labels == {"b.tif": "b.png"}


def test_a_mark_of_ome_counts_where_it_alone_tells_files_apart() -> None:
    names = ["a.tif", "a.ome.tif", "b.ome.tif"]
    assert paired(names, names).labels == dict(zip(names, names, strict=True))


def test_labels_of_some_slices_belong_to_those_of_their_number() -> None:
    slices = [f"{number}.tif" for number in range(12)]
    assert paired(slices, ["m-03.png", "m-11.png"]).labels == {"3.tif": "m-03.png", "11.tif": "m-11.png"}


def test_people_count_ten_after_nine() -> None:
    paths = ["10.png", "9.png", "b/2.png", "b/10.png", "009.png", "b\u00b2.png", "b.png"]
    assert sorted(paths, key=natural_path_key) == [
        "009.png", "9.png", "10.png", "b/2.png", "b/10.png", "b.png", "b\u00b2.png",
    ]  # fmt: skip
