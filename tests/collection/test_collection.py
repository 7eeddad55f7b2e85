"""The Python API, on a workspace of solid images known by their color."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import imagespace_core as imagespace
from imagespace_core.collection.collection import Collection
from imagespace_core.collection.evaluate import EvaluationSettings
from imagespace_core.embed import TextEmbedder
from imagespace_core.errors import InputError, ModelError, WorkspaceError
from imagespace_core.evaluate.experiment import Experiment
from imagespace_core.search import METRICS, Metric
from imagespace_core.search.exact import distances
from imagespace_core.workspace import cluster_names
from tests.collection.conftest import ROWS, Build
from tests.makers.patches import write_patches
from tests.makers.tiny_clip import write_tiny_clip
from tests.makers.workspaces import write_workspace
from tests.pipeline.building import color_of


@pytest.fixture(scope="module")
def collection(root: Path) -> Collection:
    return imagespace.open(root)


def test_importing_the_package_loads_nothing_that_takes_time() -> None:
    code = "import sys, imagespace_core as imagespace; imagespace.open; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "streamlit", "imagespace_core.collection"} & set(loaded)


def test_opening_a_collection_needs_no_streamlit_and_no_model(root: Path) -> None:
    code = f"import sys, imagespace_core as i; len(i.open({str(root)!r})); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"streamlit", "onnxruntime", "torch", "numba", "rasterio", "sklearn"} & set(loaded)


def test_a_folder_that_is_no_workspace_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="is not a workspace"):
        imagespace.open(tmp_path)


def test_everything_has_the_same_rows(collection: Collection) -> None:
    assert len(collection) == len(collection.items) == len(collection.vectors()) == len(collection.ids) == ROWS
    assert collection.items["id"].tolist() == collection.ids
    assert set(collection.items["cluster"]) <= {"Cluster 0", "Cluster 1", "Cluster 2", "noise"}
    assert collection.rows(["003.png", "001.png"]).tolist() == [3, 1]
    with pytest.raises(InputError, match=r"no image has the id 'x'; ids are like '000\.png'"):
        collection.rows(["x"])


def test_positions_are_those_of_the_files_by_name(collection: Collection) -> None:
    maps = collection.maps
    assert maps["pca"] == [2, 3]
    assert maps["carousel"] == [3]
    assert maps["pca-apart"] == [2]
    for name, several in maps.items():
        for dims in several:
            assert collection.positions(name, dims).shape == (ROWS, dims)
    opened = collection.workspace
    np.testing.assert_array_equal(collection.positions("pca"), opened.positions("pca", 2))
    np.testing.assert_array_equal(collection.positions("pca", 3), opened.positions("pca", 3))
    np.testing.assert_array_equal(collection.positions("carousel"), opened.layout("carousel")[0])
    np.testing.assert_array_equal(collection.positions("pca-apart", 2), opened.layout("pca-apart")[0])


@pytest.mark.parametrize(
    ("name", "dims", "message"),
    [
        ("tsne", None, "there is no such map; choose one of pca, grid"),
        ("pca", 4, "pca is there in 2 and 3 dimensions, not in 4"),
        ("grid", 3, "grid is there in 2 dimensions, not in 3"),
    ],
)
def test_positions_that_there_are_not_are_refused(
    collection: Collection, name: str, dims: int | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        collection.positions(name, dims)


def test_a_layout_that_could_not_be_made_says_why(build: Build) -> None:
    with pytest.raises(InputError, match="there is none, because of this: no image has a date"):
        imagespace.open(build("nothing").root).positions("timeline")


def brute_force(vectors: np.ndarray, query: np.ndarray, metric: str, exclude: list[int], k: int) -> list[int]:
    """Rows by distance, computed plainly."""
    found = {
        "angular": lambda: np.linalg.norm(vectors - query, axis=1),
        "euclidean": lambda: np.linalg.norm(vectors - query, axis=1),
        "manhattan": lambda: np.abs(vectors - query).sum(axis=1),
        "dot": lambda: -(vectors @ query),
    }[metric]()
    return [row for row in np.argsort(found, kind="stable").tolist() if row not in exclude][:k]


@settings(max_examples=60, deadline=None)
@given(
    positive=st.lists(st.integers(0, ROWS - 1), min_size=1, max_size=5, unique=True),
    negative=st.lists(st.integers(0, ROWS - 1), max_size=3, unique=True),
    metric=st.sampled_from(METRICS),
    k=st.integers(1, ROWS),
)
def test_search_by_rows_finds_the_nearest_without_the_examples(
    collection: Collection, positive: list[int], negative: list[int], metric: Metric, k: int
) -> None:
    found = collection.search(rows=positive, negative=negative, metric=metric, k=k)
    vectors = np.array(collection.vectors(), np.float64)
    query = vectors[positive].mean(axis=0) - (0.5 * vectors[negative].mean(axis=0) if negative else 0)
    query = query / np.linalg.norm(query) if np.linalg.norm(query) > 1e-6 else vectors[positive].mean(axis=0)
    expected = brute_force(vectors, query, metric, [*positive, *negative], k)
    rows = found["row"].tolist()
    assert not set(rows) & {*positive, *negative}
    assert len(rows) == len(expected)
    # Of rows at the same distance either may come first.
    exact = distances(metric, query.astype(np.float32), np.asarray(collection.vectors()))
    np.testing.assert_allclose(exact[rows], exact[expected], atol=1e-5)
    assert found["distance"].is_monotonic_increasing
    assert found["id"].tolist() == [collection.ids[row] for row in rows]


def test_search_by_an_image_file_and_by_its_pixels_finds_the_image(
    collection: Collection, root: Path, tmp_path: Path
) -> None:
    pixels = np.full((16, 25, 3), color_of(5), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "query.png")
    for image in (pixels, tmp_path / "query.png", str(root.parents[1] / "photos/005.png")):
        found = collection.search(image, k=3)
        assert found["row"].tolist()[0] == 5
        assert found["distance"].to_list()[0] < 1e-2


def test_words_need_a_model_that_knows_them(collection: Collection, build: Build, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="knows images only"):
        collection.search(text="a red apple")
    write_tiny_clip(tmp_path)
    words = imagespace.open(build("words", model="clip-vit-b32", model_dir=tmp_path).root)
    found = words.search(text="a red apple", k=4)
    assert isinstance(words.embedder, TextEmbedder)
    query = words.embedder.embed_text(["a red apple"])[0]
    assert found["row"].tolist() == brute_force(np.array(words.vectors()), query, "angular", [], 4)
    both = words.query(text="a red apple", rows=[3])
    np.testing.assert_array_equal(both.positive, np.stack([words.vectors()[3], query]))


def test_a_search_without_examples_is_refused(collection: Collection) -> None:
    with pytest.raises(InputError, match="at least one example"):
        collection.search()


def test_rows_are_selected_by_values_ranges_and_polygons(collection: Collection) -> None:
    items = collection.items
    assert collection.select().tolist() == list(range(ROWS))
    assert collection.select({"kind": ["a"]}).tolist() == list(range(0, ROWS, 2))
    ranged = collection.select(ranges={"lon_deg": (-2.0, 5.5)})
    assert ranged.tolist() == np.flatnonzero(items["lon_deg"].between(-2, 5.5)).tolist()
    place = collection.positions("pca")
    (left, bottom), (right, top) = np.median(place, axis=0), place.max(axis=0) + 1
    box = [(left, bottom), (right, bottom), (right, top), (left, top)]
    inside = collection.select(polygons={"pca": box})
    assert inside.tolist() == np.flatnonzero((place > np.median(place, axis=0)).all(axis=1)).tolist()
    every = collection.select({"kind": ["a"]}, {"lon_deg": (-2.0, 5.5)}, {"pca": box})
    assert every.tolist() == [row for row in ranged if row % 2 == 0 and row in inside]


def test_the_extremes_of_a_column_are_within_its_range(collection: Collection) -> None:
    brightness = collection.items["brightness"].to_numpy(float)
    assert len(collection.select(ranges={"brightness": (brightness.min(), brightness.max())})) == ROWS


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"values": {"kind": ["c"]}}, "kind has no value 'c'; choose one of a, b"),
        ({"values": {"brightness": ["1"]}}, "of kind number; values to choose from need categories"),
        ({"values": {"nothing": ["1"]}}, "no column 'nothing'"),
        ({"ranges": {"kind": (0, 1)}}, "of kind category; a range needs numbers or dates"),
        ({"polygons": {"pca": [(0, 0), (1, 1)]}}, "3 corners or more"),
        ({"polygons": {"carousel": [(0, 0), (1, 1), (0, 1)]}}, "carousel is there in 3 dimensions, not in 2"),
    ],
)
def test_conditions_that_mean_nothing_are_refused(collection: Collection, conditions: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        collection.select(**conditions)


def test_clusters_have_labels_names_and_sizes(collection: Collection) -> None:
    clusters = collection.clusters
    assert clusters.labels.shape == clusters.nearest.shape == clusters.strength.shape == (ROWS,)
    assert clusters.probabilities is not None
    assert clusters.table["size"].tolist() == np.bincount(clusters.labels[clusters.labels >= 0]).tolist()
    assert (clusters.labels[clusters.table["central"]] == clusters.table["label"]).all()
    key = collection.workspace.manifest.steps["clusters"]["key"]
    cluster_names.rename(collection.workspace.root, key, 1, "Apples")
    try:
        again = imagespace.open(collection.workspace.root)
        assert again.clusters.table["name"].tolist() == ["Cluster 0", "Apples", "Cluster 2"]
        assert again.items["cluster"].to_list().count("Apples") == again.clusters.table["size"].to_list()[1]
        assert again.select({"cluster": ["Apples"]}).tolist() == np.flatnonzero(clusters.labels == 1).tolist()
        assert "Apples" in {heading["text"] for heading in again.arrange("clusters").guides["headings"]}
    finally:
        cluster_names.rename(collection.workspace.root, key, 1, "")


def test_a_workspace_without_clusters_says_how_to_get_them(tmp_path: Path) -> None:
    write_workspace(tmp_path / "plain")
    with pytest.raises(WorkspaceError, match="--only clusters"):
        _ = imagespace.open(tmp_path / "plain").clusters


def test_arranged_rows_are_the_rows_given(collection: Collection) -> None:
    made = collection.arrange("timeline", [7, 3, 3])
    assert np.flatnonzero(np.isfinite(made.positions).all(axis=1)).tolist() == [3, 7]


def test_an_evaluation_counts_what_a_plain_count_gives(collection: Collection) -> None:
    dark = collection.items["dark"].to_numpy(bool)
    done = collection.evaluate(EvaluationSettings("dark", positives=(0, 1), negatives=(20,)))
    (trial,) = done.trials
    assert trial.relevant == dark.sum() - 2
    assert trial.candidates == ROWS - 3
    ten = collection.search(rows=[0, 1], negative=[20], metric="euclidean", k=10)["row"].to_numpy()
    assert done.measured("precision")[0, 0] == pytest.approx(dark[ten].mean())


def test_examples_drawn_are_the_same_for_the_same_seed(collection: Collection) -> None:
    settings = EvaluationSettings("kind", "a", experiment=Experiment(3, 2, 2, (5,)))
    first, again = (collection.evaluate(settings) for _ in range(2))
    assert [trial.positive.tolist() for trial in first.trials] == [trial.positive.tolist() for trial in again.trials]


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"negatives": (1,)}, "negative examples need positive ones"),
        ({"positives": (1, 2), "negatives": (2,)}, "row 2 is among the positive and the negative"),
    ],
)
def test_examples_that_contradict_each_other_are_refused(wishes: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        EvaluationSettings("dark", **wishes)


def test_patches_of_an_examples_slice_are_left_out_unless_told_otherwise(tmp_path: Path) -> None:
    patches = Collection(write_patches(tmp_path / "patches", tmp_path / "data"))
    assert EvaluationSettings("structure").resolved(patches.workspace).exclude_by == "slice"
    few = Experiment(2, 2, 2)
    slices = patches.items["slice"].to_numpy(object)
    for trial in patches.evaluate(EvaluationSettings("structure", experiment=few)).trials:
        examples = set(slices[[*trial.positive, *trial.negative]])
        assert not examples & set(slices[trial.ranking])
    alone = patches.evaluate(EvaluationSettings("structure", exclude_by=None, experiment=few))
    assert {trial.candidates for trial in alone.trials} == {len(patches) - 4}


def test_a_retrieval_map_is_bright_where_the_scores_are_high(tmp_path: Path) -> None:
    patches = Collection(write_patches(tmp_path / "patches", tmp_path / "data"))
    scores = patches.items["overlap"].to_numpy(float)
    parent = patches.parent_boxes.ordered(scores)[0]
    made = patches.retrieval_map(parent, scores)
    assert made.values.shape == made.image.shape[:2] == (64, 96)
    assert made.values[:, :32].min() > made.values[:, 32:].max()
    assert made.image[:, :32].mean() > made.image[:, 32:].mean()


def test_images_that_were_not_cut_from_larger_ones_have_no_retrieval_map(collection: Collection) -> None:
    with pytest.raises(InputError, match="not cut from larger ones"):
        collection.retrieval_map("x", np.zeros(ROWS))


def test_a_figure_is_written_as_its_name_says(collection: Collection, tmp_path: Path) -> None:
    drawing = collection.figure("pca", color="kind", width=640, height=480, thumbnails=3)
    drawing.save(tmp_path / "map.png")
    drawing.save(str(tmp_path / "map.svg"))
    assert Image.open(tmp_path / "map.png").size == (640, 480)
    assert "places: PCA, by kind" in (tmp_path / "map.svg").read_text()
    assert collection.figure(color=None).title == "places: PCA"
    assert collection.figure("map", color="taken_at").title == "places: Map, by taken_at"
    with pytest.raises(InputError, match=r"written as \.png or \.svg"):
        drawing.save(tmp_path / "map.pdf")


@pytest.mark.parametrize(
    ("name", "color", "message"),
    [("tsne", None, "no such map"), ("pca", "nothing", "no column 'nothing'")],
)
def test_a_figure_that_cannot_be_drawn_is_refused(
    collection: Collection, name: str, color: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        collection.figure(name, color=color)
