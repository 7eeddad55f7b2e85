"""Clusters by Gaussian mixtures, over image vectors and columns of the table, in a whole build."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from sklearn.metrics import adjusted_rand_score

from imagespace_core.errors import InputError
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import build
from imagespace_core.workspace import Workspace
from tests.pipeline.building import Listening, quick, run


@pytest.fixture
def villages(tmp_path: Path, model: str) -> Options:
    """120 gray-green photos that all look alike, of two villages; where each was taken stands in the metadata."""
    random = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    lines = ["filename,longitude,latitude,village"]
    for i in range(120):
        color = tuple((np.array([90, 120, 80]) + random.integers(-12, 13, 3)).tolist())
        Image.new("RGB", (20, 16), color).save(tmp_path / f"photos/{i:03d}.png")
        village = i % 2
        lng, lat = np.array([(9.50, 47.10), (9.58, 47.22)][village]) + 0.01 * random.normal(size=2)
        lines.append(f"{i:03d}.png,{lng},{lat},{'Upper' if village else 'Lower'}")
    (tmp_path / "m.csv").write_text("\n".join(lines))
    return quick(
        tmp_path / "photos", tmp_path / "w", model, metadata=tmp_path / "m.csv", layouts="clusters", clusterer="gmm",
        components=2,
    )  # fmt: skip


def opened(options: Options) -> Workspace:
    assert options.output is not None
    workspace = Workspace.open(options.output)
    workspace.check()
    return workspace


def test_coordinates_separate_two_groups_that_image_vectors_alone_do_not(villages: Options) -> None:
    run(villages)
    truth = opened(villages).items["village"]
    assert abs(adjusted_rand_score(truth, opened(villages).clusters()[0])) < 0.1
    both = replace(villages, cluster_columns="longitude, latitude", components=None)
    ran = run(both).ran
    workspace = opened(villages)
    assert "clusters" in ran
    assert not {"images", "embed", "neighbors", "pca-2d", "table"} & set(ran)
    assert adjusted_rand_score(truth, workspace.clusters()[0]) == 1
    assert workspace.manifest.measured("clusters", "clusters") == 2
    assert min(workspace.manifest.measured("clusters", "bic").items(), key=lambda pair: pair[1])[0] == "2"


def test_the_workspace_keeps_probabilities_and_shows_the_clusters_as_any_others(villages: Options) -> None:
    run(replace(villages, cluster_columns="longitude,village"))
    workspace = opened(villages)
    labels, nearest, strength = workspace.clusters()
    probabilities = workspace.cluster_probabilities()
    assert probabilities is not None
    assert probabilities.shape == (120, 2)
    np.testing.assert_allclose(probabilities.sum(1), 1, atol=1e-5)
    np.testing.assert_array_equal(probabilities.argmax(1), labels)
    np.testing.assert_allclose(probabilities.max(1), strength, atol=1e-6)
    np.testing.assert_array_equal(nearest, labels)
    head, codes = workspace.column("cluster")
    assert head["counts"] == [60, 60]
    np.testing.assert_array_equal(codes, labels)
    assert [spot["size"] for spot in workspace.manifest.measured("hotspots", "hotspots")] == [60, 60]
    assert len(workspace.layout("clusters")[1]["headings"]) == 2


def test_the_methods_replace_each_other_without_leaving_files(villages: Options) -> None:
    assert villages.output is not None
    run(villages)
    made = {path.name for path in (villages.output / "clusters").iterdir()}
    assert made == {"gmm.npy", "gmm-nearest.npy", "gmm-strength.npy", "gmm-probabilities.npy"}
    run(replace(villages, clusterer="hdbscan", components=None))
    made = {path.name for path in (villages.output / "clusters").iterdir()}
    assert made == {"hdbscan.npy", "hdbscan-nearest.npy", "hdbscan-strength.npy"}
    assert opened(villages).cluster_probabilities() is None
    assert run(villages).ran[0] == "clusters"
    assert run(villages).ran == []


def test_only_the_columns_that_count_matter_to_the_key(villages: Options) -> None:
    run(villages)
    assert villages.metadata is not None
    villages.metadata.write_text(villages.metadata.read_text().replace("Upper", "High"))
    assert "clusters" not in run(villages).ran, "without columns the table does not matter"
    run(replace(villages, cluster_columns="longitude"))
    villages.metadata.write_text(villages.metadata.read_text().replace("High", "Upper"))
    assert "clusters" in run(replace(villages, cluster_columns="longitude")).ran


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ("height_m", "there is no column 'height_m' to cluster by; there are: width, height, .*longitude, latitude"),
        ("height", "column 'height' has no two different numbers"),
        ("dominant_color", "different values; a text to cluster by has 2 to 50"),
    ],
)
def test_columns_that_cannot_be_clustered_by_are_refused(columns: str, message: str, villages: Options) -> None:
    with pytest.raises(InputError, match=message):
        run(replace(villages, cluster_columns=columns))


def test_a_column_that_no_table_has_is_refused_before_an_image_is_read(villages: Options) -> None:
    report = Listening()
    with pytest.raises(InputError, match="no column 'height_m' to cluster by; .* edge_density, .*longitude"):
        build(replace(villages, cluster_columns="height_m"), report)
    assert "Reading and embedding images" not in report.counts


def test_options_of_the_other_method_are_refused(villages: Options) -> None:
    changes: list[dict[str, Any]] = [{"cluster_columns": "x"}, {"components": 3}, {"cluster_weight": 2.0}]
    for wrong in changes:
        with pytest.raises(InputError, match="go with --clusterer gmm"):
            Options(clusterer="hdbscan", **wrong)
    with pytest.raises(InputError, match="--clusterer 'kmeans': expected one or more of hdbscan, gmm"):
        Options(clusterer="kmeans")
    with pytest.raises(InputError, match="--source 'video'"):
        Options(source="video")
