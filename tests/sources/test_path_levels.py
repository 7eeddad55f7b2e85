"""Which levels of the paths become columns, under which names."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from imagespace_core.sources.path_levels import path_levels


def columns(*paths: str) -> dict[str, list[str | None]]:
    """The values of each column, in the order of the paths."""
    levels = path_levels(paths)
    names = dict.fromkeys(name for level in levels for name in level)
    return {name: [level.get(name) for level in levels] for name in names}


def test_splits_and_classes_become_two_columns() -> None:
    paths = [
        f"{split}/{name}/{i:04d}.png" for split in ("train", "test") for name in ("airplane", "dog") for i in (1, 2)
    ]
    assert columns(*paths) == {
        "folder_1": ["train"] * 4 + ["test"] * 4,
        "folder": ["airplane", "airplane", "dog", "dog"] * 2,
    }


def test_a_single_level_is_called_folder() -> None:
    assert columns("cat/1.png", "cat/2.png", "dog/1.png") == {"folder": ["cat", "cat", "dog"]}


def test_levels_keep_their_number_whatever_is_left_out() -> None:
    found = columns("data/a/x/1.png", "data/a/y/1.png", "data/b/x/1.png", "data/b/y/1.png", "data/b/y/2.png")
    assert found == {"folder_2": ["a", "a", "b", "b", "b"], "folder": ["x", "y", "x", "y", "y"]}


def test_images_that_do_not_lie_so_deep_have_no_value() -> None:
    assert columns("1.png", "2.png", "2019/3.png", "2019/Paris/4.png", "2019/Paris/5.png") == {
        "folder_1": [None, None, "2019", "2019", "2019"],
        "folder_2": [None, None, None, "Paris", "Paris"],
        "folder": [None, None, "2019", "Paris", "Paris"],
    }


def test_a_level_that_is_the_same_for_all_is_left_out() -> None:
    assert columns("photos/1.png", "photos/2.png") == {}
    assert columns("1.png", "2.png") == {}
    assert columns() == {}


def test_a_level_that_differs_for_each_image_is_left_out() -> None:
    assert columns("p1/image.png", "p2/image.png", "p3/image.png") == {}
    assert columns("a/p1/i.png", "a/p2/i.png", "b/p3/i.png") == {"folder_1": ["a", "a", "b"]}


def test_an_image_outside_of_the_only_folder_makes_it_tell_images_apart() -> None:
    assert columns("1.png", "raw/2.png", "raw/3.png") == {"folder": [None, "raw", "raw"]}


def test_levels_beyond_the_tenth_are_no_columns_and_the_innermost_is() -> None:
    deep = "/".join(f"{level}" for level in range(30))
    found = columns(*(f"{top}/{deep}/{inner}/{i}.png" for top in "ab" for inner in "cd" for i in (1, 2)))
    assert list(found) == ["folder_1", "folder"]
    mixed = columns(*("/".join(c * 30) + f"/{i}.png" for c in "ab" for i in (1, 2)))
    assert list(mixed) == ["folder"]


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=4), max_size=12))
def test_columns_are_what_the_paths_hold(folders: list[list[str]]) -> None:
    paths = ["/".join([*folder, f"{i}.png"]) for i, folder in enumerate(folders)]
    for folder, level in zip(folders, path_levels(paths), strict=True):
        for name, value in level.items():
            at = -1 if name == "folder" else int(name.removeprefix("folder_")) - 1
            assert folder[at] == value
