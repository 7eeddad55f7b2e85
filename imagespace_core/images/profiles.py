"""Color profiles: what a picture's values mean, and the way from there to sRGB, which all else here expects."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

from imagespace_core.lru import LRU

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

LARGEST_PROFILE = 8 << 20
"""Bytes. Profiles of printing presses have up to 3 MB; the format knows no limit."""
KEPT_PROFILES = 64
LEAST_CHANGE = 2
"""Of 255. A profile that changes no color by more is one of sRGB's many spellings, and is not applied."""

UNUSABLE = "its color profile cannot be used and was ignored"
TOO_LARGE = f"its color profile has more than {LARGEST_PROFILE >> 20} MB and was ignored"


@dataclass(frozen=True)
class Profile:
    """How to show pictures of one color profile.

    space: of the pictures: "RGB", "L" or "CMYK"; "" for a profile of another kind. transform: from there to sRGB, None
    where nothing is to be done. remarks: why the profile is ignored, if it is.
    """

    space: str = ""
    transform: ImageCmsTransform | None = None
    remarks: tuple[str, ...] = ()

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """An image in `space`, which may be changed in place -> RGB."""
        if self.transform is None:
            return image if image.mode == "RGB" else image.convert("RGB")
        from PIL import ImageCms

        done = ImageCms.applyTransform(image, self.transform, inPlace=self.space == "RGB")
        return image if done is None else done


NONE = Profile()
_UNUSABLE = Profile(remarks=(UNUSABLE,))
_kept: LRU[bytes, Profile] = LRU(KEPT_PROFILES, lambda profile: 1)


def profile_for(data: bytes | None, mode: str) -> Profile:
    """How a profile shows images of a Pillow mode; NONE where there is none. Made once for all files that have it.

    One that does not fit the image, such as a press's in a picture in RGB, cannot be used.
    """
    if not data or mode == "LAB":  # which means the same everywhere
        return NONE
    if len(data) > LARGEST_PROFILE:
        return Profile(remarks=(TOO_LARGE,))
    profile = _kept.made(hashlib.sha256(data).digest(), lambda: _read(data))
    return profile if profile.remarks or profile.space in _spaces(mode) else _UNUSABLE


def _spaces(mode: str) -> tuple[str, ...]:
    """Which a profile may be for; gray values are colors of any RGB space too."""
    if mode == "CMYK":
        return ("CMYK",)
    gray = mode in ("1", "L", "LA", "La", "F") or mode.startswith("I")
    return ("RGB", "L") if gray else ("RGB",)


def _read(data: bytes) -> Profile:
    try:
        from PIL import ImageCms

        profile = ImageCms.core.profile_frombytes(data)
        space = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}[profile.xcolor_space]
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(profile), ImageCms.createProfile("sRGB"), space, "RGB"
        )
    except Exception:  # LittleCMS and its binding raise several kinds on garbage
        return _UNUSABLE
    return Profile(space, transform if space == "CMYK" or _changes(transform, space) else None)


def _changes(transform: ImageCmsTransform, space: str) -> bool:
    """Whether any of some colors all over the space comes out visibly different."""
    from PIL import ImageCms

    steps = range(0, 256, 17)
    if space == "L":
        colors = Image.new("L", (len(steps), 1))
        colors.putdata(list(steps))
    else:
        colors = Image.new("RGB", (len(steps) ** 2, len(steps)))
        colors.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    shown = ImageCms.applyTransform(colors, transform)
    assert shown is not None
    pairs = zip(colors.convert("RGB").tobytes(), shown.tobytes(), strict=True)
    return max(abs(before - after) for before, after in pairs) > LEAST_CHANGE
