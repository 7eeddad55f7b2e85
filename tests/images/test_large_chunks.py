"""PNGs with much beside the picture: workflows as text, large color profiles."""

from __future__ import annotations

import os

import pytest
from PIL import Image, PngImagePlugin

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images.decode import Decode
from tests.makers.photos import encoded, photo, png_with_text_bomb

PHOTO = photo("red", "circle", 1)


@pytest.mark.parametrize("zip", [True, False], ids=["zTXt", "tEXt"])
@pytest.mark.parametrize("international", [True, False])
def test_a_picture_with_its_workflow_inside_is_a_picture(zip: bool, international: bool) -> None:
    text = PngImagePlugin.PngInfo()
    (text.add_itxt if international else text.add_text)("workflow", "x" * 20_000_000, zip=zip)
    assert Decode()(encoded(PHOTO, "PNG", pnginfo=text)).width == 128


def test_a_picture_with_a_large_profile_is_a_picture() -> None:
    assert Decode()(encoded(PHOTO, "PNG", icc_profile=bytes(1_500_000))).width == 128
    assert Decode()(encoded(PHOTO, "PNG", icc_profile=os.urandom(20_000_000))).width == 128


def test_a_bomb_of_text_is_refused_with_its_reason() -> None:
    with pytest.raises(UnreadableImageError, match="a text or color profile in it unpacks to more than 64 MB"):
        Decode()(png_with_text_bomb())


def test_many_texts_are_bounded_together() -> None:
    text = PngImagePlugin.PngInfo()
    for number in range(3):
        text.add_text(f"workflow {number}", "x" * 30_000_000, zip=True)
    with pytest.raises(UnreadableImageError, match="unpacks to more than 64 MB"):
        Decode()(encoded(Image.new("L", (9, 9)), "PNG", pnginfo=text))
