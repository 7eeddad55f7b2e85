"""A user's own model: `model.onnx`, and an optional `model.json` beside it with its preprocessing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args, get_type_hints

from imagespace_core.embed.onnx import OnnxEmbedder
from imagespace_core.embed.preprocess import Preprocess
from imagespace_core.errors import ModelError

# Key in the JSON file -> field of Preprocess. Without a JSON file a model gets pixels from 0 to 1.
FIELDS = {
    "input_size": "side",
    "resize_size": "resize_side",
    "crop": "crop",
    "interpolation": "interpolation",
    "mean": "mean",
    "std": "std",
    "scale": "scale",
    "channels": "channels",
    "channel_order": "channel_order",
    "layout": "layout",
}
KEYS = (*FIELDS, "output_name")


def load(path: Path, *, device: str = "auto", threads: int | None = None) -> OnnxEmbedder:
    """The model in `path`, fed by the JSON file of the same name.

    Raises ModelError where either file is missing a promise: see `OnnxEmbedder` for the model.
    """
    sidecar = path.with_suffix(".json")
    wishes = _read(sidecar) if sidecar.is_file() else {}
    fields = {FIELDS[key]: value for key, value in wishes.items() if key in FIELDS}
    embedder = OnnxEmbedder(
        path, Preprocess(**fields), output_name=wishes.get("output_name"), device=device, threads=threads
    )
    for key in ("input_size", "channels", "layout"):
        taken = getattr(embedder.preprocess, FIELDS[key])
        if wishes.get(key, taken) != taken:
            raise ModelError(
                f"{sidecar} has {key} {wishes[key]}, but {path.name} takes {taken}. Remove {key} from the JSON file."
            )
    return embedder


def _read(sidecar: Path) -> dict[str, Any]:
    try:
        wishes = json.loads(sidecar.read_text("utf-8-sig"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{sidecar} cannot be read as JSON ({error}). Correct it or remove it.") from error
    if not isinstance(wishes, dict):
        raise ModelError(f'{sidecar} holds a {type(wishes).__name__}; expected an object, {{"input_size": 224}}.')
    unknown = [key for key in wishes if key not in KEYS]
    if unknown:
        raise ModelError(f"{sidecar} has the unknown key {', '.join(map(repr, unknown))}; known are {', '.join(KEYS)}.")
    return {key: _checked(sidecar, key, value) for key, value in wishes.items()}


def _checked(sidecar: Path, key: str, value: Any) -> Any:
    if key in ("mean", "std"):
        values = value if isinstance(value, list) else [value]
        fits = values and all(_is_number(v) and (key == "mean" or v > 0) for v in values)
        value, wanted = tuple(values), "a number or a list of numbers" + (" above 0" if key == "std" else "")
    elif key == "scale":
        fits, wanted = _is_number(value) and value > 0, "a number above 0"
    elif key == "output_name":
        fits, wanted = isinstance(value, str), "the name of an output"
    elif key in ("input_size", "resize_size", "channels"):
        fits, wanted = type(value) is int and 0 < value <= 4096, "a whole number from 1 to 4096"
    else:
        choices = get_args(get_type_hints(Preprocess)[FIELDS[key]])
        fits, wanted = value in choices, "one of " + ", ".join(choices)
    if not fits:
        raise ModelError(f"{sidecar} has {key} {value!r}; expected {wanted}.")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12
