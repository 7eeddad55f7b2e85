"""The one list of colors, and its copy in the viewer."""

from __future__ import annotations

from pathlib import Path

from imagespace_core import viewer


def test_the_viewers_copy_of_the_palette_is_the_palette_word_for_word() -> None:
    palette = (Path(viewer.__file__).parent / "palette.json").read_text("utf-8").strip()
    [module] = [name for name in viewer.FILES if name.split("/")[-1] == "colors.js"]
    assert f"const PALETTE = {palette};\n" in viewer.path(module).read_text("utf-8"), "paste palette.json there"
