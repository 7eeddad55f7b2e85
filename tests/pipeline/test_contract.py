"""What a build writes for the viewer is what the contract declares."""

import numpy as np

from imagespace_core.pipeline.options import Options
from imagespace_core.workspace import Workspace
from tests.workspaces.files import FILES, files_of


def test_every_file_of_a_full_build_is_as_declared(full_options: Options) -> None:
    assert full_options.output is not None
    files = files_of(full_options.output)
    assert {file.relative_to(full_options.output).parts[0] for file in files} == set(FILES)
    for file in files:
        FILES[file.relative_to(full_options.output).parts[0]].validate_json(file.read_bytes(), strict=True)


def test_its_arrays_are_as_described(full_options: Options) -> None:
    assert full_options.output is not None
    opened = Workspace.open(full_options.output)
    described: dict[str, set[type]] = {
        "category": {np.int32}, "cluster": {np.int32}, "list": {np.int32}, "number": {np.float32, np.float64},
        "date": {np.float64}, "color": {np.uint8},
    }  # fmt: skip
    kinds = set()
    for column in opened.columns():
        head, array = opened.column(column["slug"])
        kinds.add(head["kind"])
        assert (array is None) == (head["kind"] == "text")
        assert array is None or array.dtype.type in described[head["kind"]]
    assert {"category", "cluster", "number", "date", "color"} <= kinds
    cells, sizes = (np.load(opened.root / f"atlas/{name}.npy") for name in ("cells", "sizes"))
    assert (cells.dtype, cells.shape) == (np.int32, (opened.rows,))
    assert (sizes.dtype, sizes.shape) == (np.uint8, (opened.rows, 2))
    assert (opened.centrality().dtype, opened.centrality().shape) == (np.float32, (opened.rows,))
