"""The cache folder of ImageSpace: files that can be made or downloaded again."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """$IMAGESPACE_CACHE, else the user's cache directory."""
    import platformdirs

    return Path(os.environ.get("IMAGESPACE_CACHE") or platformdirs.user_cache_dir("imagespace"))
