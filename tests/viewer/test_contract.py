"""What crosses between Python and the viewer is what the contract says: declarations, constants, modules and files."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from imagespace_core import viewer
from imagespace_core.collection.arrange import arrange
from imagespace_core.layout import LAYOUTS
from imagespace_core.layout.apart import Apart
from imagespace_core.selection import MODES, packed
from imagespace_core.selection import Mode as OwnMode
from imagespace_core.viewer import contract, declarations
from imagespace_core.viewer.contract import configurations
from imagespace_core.viewer.contract.configurations import Config, MapConfig
from imagespace_core.viewer.contract.files import AtlasFile, ColumnFile, GuidesFile
from imagespace_core.viewer.contract.model import Mode
from imagespace_core.workspace import Workspace, cluster_names, names
from imagespace_core.workspace.columns import encode, encode_clusters, encode_lists
from tests.browser.standalone import Build
from tests.workspaces.files import FILES, KEPT, files_of

CONFIGURATIONS = [
    value for value in vars(configurations).values()
    if isinstance(value, type) and issubclass(value, Config) and value is not Config
]  # fmt: skip


def test_the_declarations_are_those_of_the_models() -> None:
    written = declarations.FILE.read_text("utf-8")
    assert written == declarations.declarations(), "run: python -m imagespace_core.viewer.declarations"


def test_a_type_that_typescript_has_no_counterpart_for_is_named() -> None:
    with pytest.raises(TypeError, match="set"):
        declarations._type(set[int])


@pytest.mark.parametrize("config", CONFIGURATIONS)
def test_a_configuration_names_a_module_that_mounts(config: type[Config]) -> None:
    assert config.MODULE in viewer.FILES
    assert re.search(r"^export function mount\(", viewer.path(config.MODULE).read_text("utf-8"), re.MULTILINE)
    kind = config.__name__.removesuffix("Config")
    assert f"export interface {kind}Events" in declarations.FILE.read_text("utf-8")


def test_what_the_browser_gets_is_camel_case_and_nothing_unknown() -> None:
    sent = MapConfig(base="/", rows=3, layout="tsne", dims=2, point_size=2).model_dump(by_alias=True)
    assert sent["pointSize"] == 2
    assert {"stillMap", "cardLayer", "cameraParam"} <= set(sent)
    with pytest.raises(ValidationError, match="pointsize"):
        MapConfig(base="/", rows=3, layout="tsne", dims=2, pointsize=2)  # pyright: ignore[reportCallIssue]


def test_python_keeps_to_the_constants() -> None:
    assert names.NAMES_PER_PAGE == contract.NAMES_PER_FILE
    assert cluster_names.LONGEST == contract.LONGEST_NAME
    assert get_args(Mode) == get_args(OwnMode) == tuple(MODES)
    assert encode(pd.Series(["a", None], name="size"), "size")[1].tolist() == [0, contract.MISSING]  # pyright: ignore[reportOptionalMemberAccess]


def test_javascript_keeps_to_the_constants() -> None:
    """The type checker compares the values: each has the type that the contract declares for its name."""
    code = viewer.path("core/constants.js").read_text("utf-8")
    exported = re.findall(r"^export const (\w+)", code, re.MULTILINE)
    typed = re.findall(r'@type \{typeof import\("\.\./contract"\)\.(\w+)\} \*/\nexport const (\w+)', code)
    assert [(name, name) for name in exported] == typed
    assert set(exported) == {name for name in vars(contract) if name.isupper()} - {"MOST_LISTED"}


def test_no_module_writes_down_again_what_the_contract_declares() -> None:
    declared = {name for name in vars(declarations.events) if isinstance(vars(declarations.events)[name], type)}
    declared |= {one.__name__ for one in CONFIGURATIONS} | {"GuidesFile", "AtlasFile", "ParentFile", "Heading", "Axis"}
    for name in viewer.FILES:
        if name.endswith(".js"):
            own = re.findall(r"@typedef (?:\{object\}|\{\{.*\}\}) (\w+)", viewer.path(name).read_text("utf-8"))
            assert declared.isdisjoint(own), name


@pytest.mark.parametrize("file", files_of(KEPT), ids=lambda file: file.relative_to(KEPT).as_posix())
def test_a_file_of_the_kept_workspace_is_as_declared(file: Path) -> None:
    FILES[file.relative_to(KEPT).parts[0]].validate_json(file.read_bytes(), strict=True)


def test_the_kept_workspace_has_files_of_every_kind() -> None:
    assert {file.relative_to(KEPT).parts[0] for file in files_of(KEPT)} == set(FILES)
    kinds = {json.loads(file.read_bytes())["kind"] for file in (KEPT / "columns").glob("*.json")}
    assert {"category", "cluster", "number", "date", "color"} <= kinds


def test_the_build_that_browser_tests_make_is_as_declared(tmp_path: Path) -> None:
    Build(tmp_path).write()
    files = files_of(tmp_path)
    assert {file.relative_to(tmp_path).parts[0] for file in files} == set(FILES)
    for file in files:
        FILES[file.relative_to(tmp_path).parts[0]].validate_json(file.read_bytes(), strict=True)


def test_guides_are_as_declared_with_headings_axes_and_lines() -> None:
    opened = Workspace.open(KEPT)
    made = [arrange(opened, name).guides for name in LAYOUTS]
    made.append(Apart()(np.asarray(opened.positions("tsne", 2)), "tsne", "t-SNE").guides)
    found = [_checked(GuidesFile, guides) for guides in made]
    for part in ("headings", "axes", "lines", "notes", "apart", "cell"):
        assert any(getattr(guides, part) for guides in found), part


@pytest.mark.parametrize(
    "values",
    [
        ["a", None, "b"], [1, 2, 2], [0.5, None, 1e300], [None, None, 1.5], [True, False, None],
        pd.to_datetime(["2024-01-01", None, "9999-12-31"]), ["#ff0000", "#00ff00", "#0000ff"],
        [f"name {i}" for i in range(60)], [float("inf"), float("nan"), float("-inf")],
    ],
    ids=repr,
)  # fmt: skip
def test_a_column_of_any_kind_is_as_declared(values: Any) -> None:
    head, array = encode(pd.Series(values, name="any"), "any")
    column = _checked(ColumnFile, head)
    assert (array is None) == (column.kind == "text")


def test_a_column_of_clusters_is_as_declared() -> None:
    _checked(ColumnFile, encode_clusters(np.array([0, 1, -1], np.int32))[0])


def test_a_column_of_several_values_a_row_is_as_declared() -> None:
    import pyarrow as pa

    column = pd.Series(pd.array([["a", "b"], None], dtype=pd.ArrowDtype(pa.list_(pa.string()))), name="keywords")
    assert _checked(ColumnFile, encode_lists(column, "keywords")[0]).kind == "list"


def test_a_bit_mask_is_read_as_described() -> None:
    import zlib

    mask = np.array([True, False, True, *[False] * 6, True])
    bits = zlib.decompress(packed(mask))
    assert [bits[row >> 3] >> (row & 7) & 1 for row in range(len(mask))] == mask.astype(int).tolist()
    assert len(bits) == 2


def _checked(declared: Any, record: Any) -> Any:
    """A record as it would be read from its file."""
    return TypeAdapter(declared).validate_json(json.dumps(record), strict=True)


def test_an_atlas_is_as_declared(tmp_path: Path) -> None:
    from imagespace_core.images.atlas import Atlas

    _checked(AtlasFile, Atlas(cell=16, page=64).description(rows=30, pages=2))
