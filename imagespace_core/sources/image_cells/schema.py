"""Which column of a table holds images, which vectors, which labels; by types, names and first values."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from imagespace_core.errors import InputError
from imagespace_core.sources.image_cells.cell import Form, form_of
from imagespace_core.sources.vectors.roles import POSITION_NAMES, VECTOR_NAMES

if TYPE_CHECKING:
    import pyarrow as pa

_USUAL = ("image", "img", "picture", "photo", "jpg", "jpeg", "png", "webp", "pixel_values", "image_bytes")
"""Names that come first where several columns hold images."""
_NAMES = ("image_path", "file_name", "filename", "path", "url", "image_url")
_NO_IMAGES = ("Audio", "Video", "Pdf", "Nifti")
"""Features of Hugging Face that are stored like images, as {bytes, path}."""


@dataclass(frozen=True)
class Schema:
    """What the columns of a table are.

    image: of images; form: how its cells have them. others: further columns of images. vector: of vectors, or None.
    labels: the names of the ids in a column, by its name.
    """

    image: str
    form: Form
    others: tuple[str, ...]
    vector: str | None
    labels: Mapping[str, Sequence[str]]


def schema_of(schema: pa.Schema, first: Callable[[str], list[Any]], wanted: str | None = None) -> Schema | None:
    """first: the first values of a column that are there. wanted: the column of images, where people say it.

    None for a table without images; where it only names files, also for one of vectors or coordinates: that is another
    source's. Raises InputError where `wanted` is none of the columns.
    """
    features = _features(schema)
    if wanted is not None:
        if wanted not in once(schema):
            several = "there are several of this name" if wanted in schema.names else "there is no such column"
            raise InputError(f"--image-column {wanted}: {several}; there are {', '.join(schema.names)}")
        forms: dict[str, Form] = {wanted: form_of_first(first(wanted)) or "bytes"}
    else:
        forms = {name: form for name in once(schema) if (form := _form(schema.field(name), features, first))}
    held = [name for name, form in forms.items() if form in ("bytes", "text")]
    named = [name for name, form in forms.items() if form in ("path", "address")]
    vector = next((name for name in once(schema) if _is_vector(schema.field(name))), None)
    if wanted is None and not held and (vector or _has_coordinates(schema)):
        return None
    chosen = sorted(held or named, key=lambda name: _rank(name, forms[name]))
    if not chosen:
        return None
    labels = {name: names for name in schema.names if (names := _label_names(features.get(name)))}
    return Schema(chosen[0], forms[chosen[0]], tuple(held and chosen[1:]), vector, labels)


def once(schema: pa.Schema) -> list[str]:
    """The columns whose name no other has; those that share one cannot be told apart."""
    counts = Counter(schema.names)
    return [name for name in schema.names if counts[name] == 1]


def form_of_first(values: Sequence[object]) -> Form:
    """The form of the first cell that has one."""
    forms: list[Form] = [form for value in values if (form := form_of(value))]
    return forms[0] if forms else ""


def _form(field: pa.Field, features: Mapping[str, Any], first: Callable[[str], list[Any]]) -> Form:
    """How a column holds images, "" where it does not; values are looked at where its type leaves it open."""
    import pyarrow.types as pt

    kind, feature = field.type, features.get(field.name)
    feature_kind = feature.get("_type") if isinstance(feature, dict) else None
    if feature_kind in _NO_IMAGES:
        return ""
    if pt.is_struct(kind):
        names = {kind.field(at).name for at in range(kind.num_fields)}
        if "bytes" not in names or not names <= {"bytes", "path"}:
            return ""
        # A path tells it as well, and costs less than a page of images.
        if "path" in names and form_of_first(first(f"{field.name}.path")) == "path":
            return "bytes"
        return form_of_first(first(field.name)) or ("bytes" if feature_kind == "Image" else "")
    if _is_binary(kind):
        return form_of_first(first(field.name)) or ("bytes" if feature_kind == "Image" else "")
    if _is_text(kind):
        form = form_of_first(first(field.name))
        return form if form == "text" or field.name.casefold() in (*_USUAL, *_NAMES) else ""
    return ""


def _rank(name: str, form: Form) -> tuple[bool, int]:
    folded = name.casefold()
    return form == "address", _USUAL.index(folded) if folded in _USUAL else len(_USUAL)


def _is_vector(field: pa.Field) -> bool:
    import pyarrow.types as pt

    kind = field.type
    if not (pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind)):
        return False
    return field.name.strip().casefold() in VECTOR_NAMES and pt.is_floating(kind.value_type)


def _has_coordinates(schema: pa.Schema) -> bool:
    names = {name.casefold() for name in schema.names}
    return any({axes[0], axes[1]} <= names for axes in POSITION_NAMES)


def is_raw(kind: pa.DataType) -> bool:
    """Whether a column is of bytes that cannot be shown, alone or as {bytes, path}."""
    import pyarrow.types as pt

    if pt.is_struct(kind):
        return any(is_raw(kind.field(at).type) for at in range(kind.num_fields))
    return pt.is_fixed_size_binary(kind) or _is_binary(kind)


def _is_binary(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_binary(kind) or pt.is_large_binary(kind) or pt.is_binary_view(kind)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow.types as pt

    return pt.is_string(kind) or pt.is_large_string(kind) or pt.is_string_view(kind)


def _features(schema: pa.Schema) -> dict[str, Any]:
    """What Hugging Face's `datasets` says of each column, in the metadata of the schema."""
    try:
        features = json.loads((schema.metadata or {})[b"huggingface"])["info"]["features"]
    except (KeyError, TypeError, ValueError):
        return {}
    return features if isinstance(features, dict) else {}


def _label_names(feature: Any) -> list[str] | None:
    """Of a ClassLabel, or of a list of them."""
    while isinstance(feature, list) and feature:
        feature = feature[0]
    while isinstance(feature, dict) and feature.get("_type") in ("Sequence", "List", "LargeList"):
        feature = feature.get("feature")
    if not isinstance(feature, dict) or feature.get("_type") != "ClassLabel":
        return None
    names = feature.get("names")
    return [str(name) for name in names] if isinstance(names, list) else None
