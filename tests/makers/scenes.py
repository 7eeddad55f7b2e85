"""Small GeoTIFFs, and annotations that fit them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

LEFT, TOP, RESOLUTION = 500_000.0, 5_200_000.0, 0.5
"""Of the scenes that `write_scene` makes: UTM zone 32 N, on its central meridian at latitude 47, half-meter pixels."""
UTM = "EPSG:32632"


def ramp(width: int = 200, height: int = 120, dtype: str = "uint8", bands: int = 3) -> np.ndarray:
    """(bands, h, w): every pixel of the first two bands says where it is: column, row."""
    y, x = np.mgrid[:height, :width]
    return np.stack([(x, y, (x + y) // 2, x)[band % 4] for band in range(bands)]).astype(dtype)


def write_scene(
    path: Path,
    pixels: np.ndarray | None = None,
    *,
    crs: str | None = UTM,
    origin: tuple[float, float] = (LEFT, TOP),
    resolution: float = RESOLUTION,
    transform: Any = None,
    **profile: Any,
) -> Path:
    """A GeoTIFF of (bands, h, w) pixels; crs None: without any georeference."""
    import warnings

    import rasterio
    from rasterio.errors import NotGeoreferencedWarning
    from rasterio.transform import from_origin

    pixels = ramp() if pixels is None else pixels
    path.parent.mkdir(parents=True, exist_ok=True)
    place = {"crs": crs, "transform": transform or from_origin(*origin, resolution, resolution)} if crs else {}
    bands, height, width = pixels.shape
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="GTiff", width=width, height=height, count=bands, dtype=pixels.dtype,
                           **place, **profile) as scene:  # fmt: skip
            scene.write(pixels)
    return path


def box(left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    """A GeoJSON polygon in the CRS of `write_scene`, from px."""
    corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)]
    return {"type": "Polygon", "coordinates": [[world(*corner) for corner in corners]]}


def world(x: float, y: float) -> tuple[float, float]:
    """px -> UTM."""
    return LEFT + x * RESOLUTION, TOP - y * RESOLUTION


def feature(geometry: dict[str, Any] | None, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def write_geojson(path: Path, features: Sequence[dict[str, Any]], crs: str | None = UTM) -> Path:
    """crs: None leaves the member out, which by RFC 7946 means WGS 84."""
    record: dict[str, Any] = {"type": "FeatureCollection", "features": list(features)}
    if crs:
        record["crs"] = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{crs.replace(':', '::')}"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(record))
    return path


def in_degrees(geometry: dict[str, Any]) -> dict[str, Any]:
    """A geometry of `box` in longitude and latitude."""
    import shapely
    from pyproj import Transformer

    to_degrees = Transformer.from_crs(UTM, "EPSG:4326", always_xy=True)
    shape = shapely.from_geojson(json.dumps(geometry))
    moved = shapely.transform(shape, lambda xy: np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])))
    return json.loads(shapely.to_geojson(moved))
