"""Objects in photos, from their annotations to a workspace whose app shows each in its photo."""

import json
from pathlib import Path

from imagespace_core.app.server import parents
from imagespace_core.workspace import Workspace
from imagespace_core.workspace.confirmed import confirm
from tests.makers.objects import coco, write_coco, write_marked
from tests.pipeline.building import Listening, quick, run


def test_objects_become_images_with_their_class_and_are_shown_in_their_photo(tmp_path: Path, model: str) -> None:
    photos = tmp_path / "photos"
    write_coco(photos / "annotations.json", coco(write_marked(photos)))
    (photos / "02.jpg").write_bytes(b"\xff\xd8\xff broken")
    report = Listening()
    run(quick(photos, tmp_path / "w", model), report)
    assert any("photos with objects marked in them" in note for note in report.notes)
    workspace = Workspace.open(tmp_path / "w")
    items = workspace.items
    assert items["class"].value_counts().to_dict() == {"boat": 4, "buoy": 3}
    assert items["width"].tolist() == [14] * 7
    failures = (tmp_path / "w/failures.csv").read_text()
    assert "02.jpg" in failures
    assert workspace.manifest.counts == {"items": 7, "failures": 1}
    confirm(workspace.root, workspace.manifest)
    assert parents.word(workspace) == "photo"
    row = items["path"].tolist().index("03.jpg#9")
    described, _ = parents.answer(workspace, str(row), {})
    assert json.loads(described)["parent"] == "03.jpg"
    picture, kind = parents.answer(workspace, f"{row}/picture", {"side": "64"})
    assert kind == "image/jpeg"
    assert picture[:2] == b"\xff\xd8"


def test_another_class_reads_no_photo_again(tmp_path: Path, model: str) -> None:
    photos = tmp_path / "photos"
    record = coco(write_marked(photos))
    write_coco(photos / "annotations.json", record)
    run(quick(photos, tmp_path / "w", model))
    record["categories"][0]["name"] = "ship"
    write_coco(photos / "annotations.json", record)
    again = run(quick(photos, tmp_path / "w", model))
    assert "images" not in again.ran
    assert "ship" in set(Workspace.open(tmp_path / "w").items["class"])
