"""Loads the model that made a workspace's vectors, to embed uploads and sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from imagespace_core.errors import ModelError

if TYPE_CHECKING:
    from imagespace_core.embed import Embedder
    from imagespace_core.workspace import Workspace

Load = Callable[[str, Path | None], "Embedder"]


def embedder_of(workspace: Workspace, load: Load | None = None) -> Embedder:
    """load: gives the model of that name or file, with its folder; for those who keep models.

    Raises ModelError if it cannot be had here, or is another by now.
    """
    made = workspace.manifest.steps["embed"]
    if made["model"] is None:
        raise ModelError(
            f"The vectors of this workspace were brought in ({made['brought']}); no model here makes others like them. "
            "Search with an image of the collection"
        )
    folder = made.get("model_dir")
    model = (load or _load)(made["model"], Path(folder) if folder else None)
    if model.fingerprint != made["parameters"]["fingerprint"]:
        raise ModelError(
            f"{made['model']} is not the model that made this workspace: the file or its preprocessing has changed. "
            f"Build the workspace again to search with it"
        )
    return model


def vector_of_image(embedder: Embedder, image: str | Path | np.ndarray) -> np.ndarray:
    """A file, or its pixels, uint8 (h, w, c) -> float32 (1, d), of unit length. Raises UnreadableImageError."""
    from imagespace_core.images.decode import Decode

    pixels = image if isinstance(image, np.ndarray) else Decode(min_side=embedder.min_side)(Path(image)).pixels
    return embedder([pixels])


def vector_of_text(embedder: Embedder, text: str) -> np.ndarray:
    """float32 (1, d), of unit length. Raises ModelError where the model knows images only."""
    from imagespace_core.embed import TextEmbedder

    if not isinstance(embedder, TextEmbedder):
        raise ModelError(
            f"This workspace was made with {embedder.name}, which knows images only. To search with words, build it "
            "with CLIP: precompute.py IMAGES --model clip-vit-b32"
        )
    return embedder.embed_text([text])


def _load(spec: str, folder: Path | None) -> Embedder:
    from imagespace_core.embed import catalog

    return catalog.load(spec, model_dir=folder)
