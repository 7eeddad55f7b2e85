"""Photos with objects in them, and the annotations that mark them, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

CLASSES = ("boat", "buoy")
COLORS = {"boat": (200, 30, 30), "buoy": (30, 60, 200)}

Objects = dict[str, list[tuple[str, tuple[int, int, int, int]]]]
"""By photo: (class, (left, top, width, height))."""


def write_marked(folder: Path, photos: int = 4, size: tuple[int, int] = (120, 80)) -> Objects:
    """JPEG photos on light ground; the i-th has i + 1 rectangles, boats and buoys in turn. Returns where they are."""
    folder.mkdir(parents=True, exist_ok=True)
    placed: Objects = {}
    for i in range(photos):
        image = Image.new("RGB", size, (225, 225, 215))
        draw = ImageDraw.Draw(image)
        objects = placed.setdefault(f"{i:02d}.jpg", [])
        for n in range(i + 1):
            name, box = CLASSES[n % 2], (8 + 20 * n, 10 + 5 * i, 14, 12 + 4 * n)
            left, top, width, height = box
            draw.rectangle((left, top, left + width - 1, top + height - 1), fill=COLORS[name])
            objects.append((name, box))
        image.save(folder / f"{i:02d}.jpg", quality=95, subsampling=0)
    return placed


def coco(objects: Objects, size: tuple[int, int] = (120, 80)) -> dict[str, Any]:
    """The record of a COCO file."""
    images = [{"id": 7 + i, "file_name": name, "width": size[0], "height": size[1]} for i, name in enumerate(objects)]
    categories = [{"id": 3 + i, "name": name, "supercategory": "afloat"} for i, name in enumerate(CLASSES)]
    annotations = [
        {"image_id": image["id"], "category_id": 3 + CLASSES.index(name), "bbox": list(box), "iscrowd": 0}
        for image in images for name, box in objects[image["file_name"]]
    ]  # fmt: skip
    numbered = [{"id": number, **one} for number, one in enumerate(annotations, start=1)]
    return {"images": images, "categories": categories, "annotations": numbered}


def write_coco(file: Path, record: Any) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(record))
    return file


def write_voc(folder: Path, objects: Objects, size: tuple[int, int] = (120, 80)) -> Path:
    """Pascal VOC counts px from 1, both ends included."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, marked in objects.items():
        parts = [
            f"<object><name>{what}</name><difficult>0</difficult><bndbox><xmin>{left + 1}</xmin><ymin>{top + 1}</ymin>"
            f"<xmax>{left + width}</xmax><ymax>{top + height}</ymax></bndbox></object>"
            for what, (left, top, width, height) in marked
        ]
        head = f"<filename>{name}</filename><size><width>{size[0]}</width><height>{size[1]}</height></size>"
        (folder / name).with_suffix(".xml").write_text(f"<annotation>{head}{''.join(parts)}</annotation>")
    return folder


def write_yolo(root: Path, objects: Objects, size: tuple[int, int] = (120, 80)) -> Path:
    """`labels/<photo>.txt` and `data.yaml` below the root."""
    (root / "labels").mkdir(parents=True, exist_ok=True)
    (root / "data.yaml").write_text(f"names: [{', '.join(CLASSES)}]\n")
    for name, marked in objects.items():
        lines = [
            f"{CLASSES.index(what)} {(left + width / 2) / size[0]} {(top + height / 2) / size[1]} {width / size[0]} "
            f"{height / size[1]}"
            for what, (left, top, width, height) in marked
        ]
        (root / "labels" / name).with_suffix(".txt").write_text("\n".join(lines) + "\n")
    return root


def write_boxes_csv(file: Path, objects: Objects) -> Path:
    rows = [
        f"{name},{left},{top},{left + width},{top + height},{what}"
        for name, marked in objects.items() for what, (left, top, width, height) in marked
    ]  # fmt: skip
    file.write_text("\n".join(["filename,xmin,ymin,xmax,ymax,class", *rows]) + "\n")
    return file
