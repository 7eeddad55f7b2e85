import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from imagespace_core.embed.clip import PREPROCESS as CLIP
from imagespace_core.embed.preprocess import LONGEST_RESIZED_PX, Preprocess


def noise(width: int, height: int) -> np.ndarray:
    rng = np.random.default_rng(width * 10_000 + height)
    coarse = Image.fromarray(rng.integers(0, 256, (9, 9, 3), np.uint8))
    return np.asarray(coarse.resize((width, height)))


# Width, height, size after the resize, left and top of the crop: by hand from torchvision's Resize(224) and
# CenterCrop(224): the longer side is truncated, offsets of one half are rounded to even.
@pytest.mark.parametrize(
    ("size", "resized", "corner"),
    [
        ((640, 480), (298, 224), (37, 0)),
        ((480, 640), (224, 298), (0, 37)),
        ((348, 348), (224, 224), (0, 0)),
        ((500, 375), (298, 224), (37, 0)),
        ((1000, 331), (676, 224), (226, 0)),
        ((100, 101), (224, 226), (0, 1)),
        ((100, 103), (224, 230), (0, 3)),
        ((3, 5), (224, 373), (0, 74)),
        ((224, 227), (224, 227), (0, 2)),
        ((229, 224), (229, 224), (2, 0)),
    ],
)
def test_clip_pixels_are_those_of_torchvision_resize_and_center_crop(size, resized, corner) -> None:
    left, top = corner
    expected = (
        Image.fromarray(noise(*size)).resize(resized, Image.Resampling.BICUBIC).crop((left, top, left + 224, top + 224))
    )
    np.testing.assert_array_equal(CLIP.prepare(noise(*size)), np.asarray(expected))


def test_clip_numbers_are_pixels_over_255_less_mean_over_std_in_channel_planes() -> None:
    batch = np.arange(2 * 224 * 224 * 3, dtype=np.uint32).astype(np.uint8).reshape(2, 224, 224, 3)
    mean, std = np.array([0.48145466, 0.4578275, 0.40821073]), np.array([0.26862954, 0.26130258, 0.27577711])
    expected = ((batch / 255 - mean) / std).transpose(0, 3, 1, 2)
    numbers = CLIP.normalize(batch)
    assert numbers.dtype == np.float32
    assert numbers.flags.c_contiguous
    np.testing.assert_allclose(numbers, expected, atol=2e-6)


@given(side=st.integers(1, 40), extra=st.integers(0, 20), width=st.integers(1, 90), height=st.integers(1, 90))
@settings(max_examples=60, deadline=None)
def test_every_image_comes_out_square_and_full(side: int, extra: int, width: int, height: int) -> None:
    """A white image stays white to the corners: the crop never reaches beyond the resized image."""
    white = np.full((height, width, 3), 255, np.uint8)
    out = Preprocess(side=side, resize_side=side + extra).prepare(white)
    assert out.shape == (side, side, 3)
    assert out.min() == 255


def test_a_very_long_image_is_cropped_without_growing_first() -> None:
    scroll = np.repeat(noise(60, 2)[:1], 1, axis=0)
    long = np.asarray(Image.fromarray(scroll).resize((60_000, 2)))
    assert Preprocess(side=224).prepare(long).shape == (224, 224, 3)


def test_the_shortcut_for_long_images_differs_from_the_exact_way_by_rounding_only(monkeypatch) -> None:
    image = noise(700, 90)
    exact = CLIP.prepare(image).astype(int)
    monkeypatch.setattr("imagespace_core.embed.preprocess.LONGEST_RESIZED_PX", 0)
    assert LONGEST_RESIZED_PX > 0
    assert np.abs(CLIP.prepare(image).astype(int) - exact).max() <= 2


def test_squash_keeps_the_whole_image() -> None:
    image = np.zeros((10, 40, 3), np.uint8)
    image[:, :20] = 255
    out = Preprocess(side=8, crop="squash").prepare(image)
    assert out[:, :3].min() > 240
    assert out[:, -3:].max() < 15


def test_channels_beyond_three_are_resized_one_by_one() -> None:
    layers = np.concatenate([noise(50, 40) for _ in range(4)], axis=2)
    twelve = Preprocess(side=16, channels=12).prepare(layers)
    np.testing.assert_array_equal(twelve[..., 3:6], Preprocess(side=16).prepare(noise(50, 40)))


def test_bgr_models_get_blue_first_and_their_mean_in_that_order() -> None:
    red = np.zeros((1, 2, 2, 3), np.uint8)
    red[..., 0] = 255
    numbers = Preprocess(side=2, channel_order="bgr", mean=(0.1, 0.2, 0.3)).normalize(red)
    np.testing.assert_allclose(numbers[0, :, 0, 0], [-0.1, -0.2, 0.7], atol=1e-6)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint8"])
def test_layout_and_dtype_are_the_models(layout, dtype) -> None:
    batch = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3), np.uint8)
    numbers = Preprocess(side=4, layout=layout, dtype=dtype).normalize(batch)
    assert numbers.dtype == np.dtype(dtype)
    back = np.moveaxis(numbers, 1, 3) if layout == "nchw" else numbers
    np.testing.assert_allclose(back, batch if dtype == "uint8" else batch / 255, atol=1e-3)


@pytest.mark.parametrize("bad", [np.zeros((3, 3), np.uint8), np.zeros((3, 3, 3)), np.zeros((0, 3, 3), np.uint8)])
def test_what_is_no_image_is_a_programming_error(bad) -> None:
    with pytest.raises(ValueError, match="expected uint8 pixels"):
        CLIP.prepare(bad)
