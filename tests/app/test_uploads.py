"""A picture that a visitor sends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pillow_jxl  # noqa: F401
import pytest
from PIL import Image

from imagespace_core.app.search import query_form
from imagespace_core.errors import UnreadableImageError
from imagespace_core.images.formats import formats
from imagespace_core.workspace import Workspace
from tests.makers.photos import encoded, photo, png_of_size
from tests.makers.raw import dng

formats()  # HEIF is Pillow's with them, JXL with its plugin


def test_an_upload_of_more_than_40_million_pixels_is_refused_by_its_header(one_image: Path) -> None:
    workspace = Workspace.open(one_image / "one")
    with pytest.raises(UnreadableImageError, match=r"too large: 8000 x 5001 pixels \(limit 40 million\); scale it"):
        query_form._read_upload("b", "refused", workspace, png_of_size(8000, 5001))
    vectors, _ = query_form._read_upload("b", "taken", workspace, encoded(photo("red", "circle", 1)))
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("format", ["HEIF", "AVIF", "JXL", "RAW", "JPEG2000"])
def test_what_phones_and_cameras_make_can_be_sent(format: str, one_image: Path) -> None:
    image = photo("red", "circle", 1, (640, 480))
    data = dng(image, image) if format == "RAW" else encoded(image, format)
    workspace = Workspace.open(one_image / "one")
    vectors, picture = query_form._read_upload("b", format, workspace, data)
    assert picture.shape == (150, 200, 3)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_of_an_upload_a_small_picture_is_kept_whatever_its_proportions(one_image: Path) -> None:
    scroll = encoded(Image.new("RGB", (20, 40_000), "teal"), "PNG")
    _, picture = query_form._read_upload("b", "scroll", Workspace.open(one_image / "one"), scroll)
    assert picture.shape == (200, 1, 3)
