"""A file of annotations: outlines or points, what is said of them, and in which CRS that must be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imagespace_core.errors import InputError
from imagespace_core.sources.geotiff.scene import Scene
from imagespace_core.sources.tables.inference import from_arrow

if TYPE_CHECKING:
    import pyarrow as pa
    import pyproj

SUFFIXES = frozenset({".geojson", ".gpkg", ".shp"})
"""What is taken for annotations where it lies beside scenes, and .json with GeoJSON or COCO in it; a file that is named
may be any that OGR reads."""


@dataclass(frozen=True)
class Annotations:
    """One layer of a file.

    name: of the file without suffix, and of the layer where there are several. file: as people know it. ids: (n,), the
    file's own numbers; <number>-1, <number>-2 ... of a group of points, each of which stands here alone. geometries:
    shapely objects (n,), 2D, None where there is none. columns: values by name, (n,) lists of plain Python values, None
    where missing. crs: None where the file does not say. stamp: changes with the file. unused: how many attributes were
    left out because they are empty throughout. picture: the file in whose pixels they are, if they are in pixels; size:
    its width and height, if the file says so. note: what else people should know, a sentence.
    """

    name: str
    file: str
    ids: np.ndarray
    geometries: np.ndarray
    columns: dict[str, list[Any]]
    crs: pyproj.CRS | None
    stamp: str
    unused: int = 0
    picture: str | None = None
    size: tuple[int, int] | None = None
    note: str = ""

    def __len__(self) -> int:
        return len(self.ids)


def read_annotations(file: Path, shown: str, stamp: str) -> list[Annotations]:
    """The layers of a file that have geometries. Raises InputError for one that cannot be read or has none."""
    import pyogrio
    from pyogrio.errors import DataLayerError, DataSourceError

    try:
        layers = [name for name, kind in pyogrio.list_layers(file) if kind is not None]
        found = [_read_layer(file, shown, stamp, layer if len(layers) > 1 else None) for layer in layers]
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise InputError(
            f"annotations {file} cannot be read: {_first(str(error))}; expected GeoJSON, GeoPackage or Shapefile"
        ) from error
    if not any(len(annotations) for annotations in found):
        raise InputError(f"annotations {file} are empty; give a file with polygons, boxes or points")
    return found


def _read_layer(file: Path, shown: str, stamp: str, layer: str | None) -> Annotations:
    import pyogrio
    import pyproj
    import shapely

    meta, table = pyogrio.read_arrow(file, layer=layer, return_fids=True)
    geometry = meta["geometry_name"] or "wkb_geometry"
    at = table.column_names.index(geometry)
    wkb = table.column(at).to_numpy(zero_copy_only=False)
    geometries = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    columns, unused = _attributes(table.remove_column(at).remove_column(0))
    ids = table.column(0).to_numpy()
    groups = (shapely.get_type_id(geometries) == 4) & (shapely.get_num_geometries(geometries) > 1)
    if groups.any():
        ids, geometries, rows = _each_point(ids, geometries, groups)
        columns = {name: [values[row] for row in rows] for name, values in columns.items()}
    crs = pyproj.CRS.from_user_input(meta["crs"]) if meta["crs"] else None
    name = file.stem if layer is None else f"{file.stem}/{layer}"
    return Annotations(name, shown, ids, geometries, columns, crs, stamp, unused)


def _each_point(
    ids: np.ndarray, geometries: np.ndarray, groups: np.ndarray
) -> tuple[np.ndarray, np.ndarray, list[int]]:
    """Ids and geometries with each point of some groups alone, and the rows that they are of."""
    import shapely

    counts = np.where(groups, shapely.get_num_geometries(geometries), 1)
    rows = np.repeat(np.arange(len(ids)), counts)
    which = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    single = geometries[rows]
    of_group = groups[rows]
    single[of_group] = shapely.get_geometry(single[of_group], which[of_group])
    names = [
        f"{ids[row]}-{place + 1}" if groups[row] else int(ids[row]) for row, place in zip(rows, which, strict=True)
    ]
    return np.array(names, object), single, rows.tolist()


def _first(text: str) -> str:
    """The first sentence: GDAL goes on with advice for its own commands.

    >>> _first("'a.b' not recognized.; It might help to specify the driver")
    "'a.b' not recognized"
    """
    return text.splitlines()[0].split("; ")[0].rstrip(".")


def _attributes(table: pa.Table) -> tuple[dict[str, list[Any]], int]:
    """Values by name, and how many columns are empty throughout or cannot be shown."""
    columns: dict[str, list[Any]] = {}
    unused = 0
    for name, values in zip(table.column_names, table.columns, strict=True):
        column, _ = from_arrow(values)
        if column is None or column.isna().all():
            unused += 1
            continue
        plain = column.astype(object)
        columns[" ".join(name.split()) or "column"] = plain.where(column.notna(), None).tolist()
    return columns, unused


def in_crs(annotations: Annotations, scenes: Sequence[Scene], stated: str | None) -> tuple[Annotations, str]:
    """The annotations with the CRS that they are to be read in, and what was decided ("" for what they say).

    stated: what the user says of them, e.g. "EPSG:32616"; it outranks the file. Else the file counts, and GeoJSON that
    does not say is WGS 84 (RFC 7946, section 4). But numbers that can be no degrees, and those of a file that says
    nothing, are taken to be in the CRS of the scenes if that is where they lie.

    Raises InputError, with the remedy, where there is no telling.
    """
    import pyproj
    import shapely
    from pyproj.exceptions import CRSError

    if stated:
        try:
            return replace(annotations, crs=pyproj.CRS.from_user_input(stated)), ""
        except CRSError:
            raise InputError(
                f"--annotations-crs {stated!r} is no coordinate reference system; expected one like EPSG:32616"
            ) from None
    left, bottom, right, top = bounds = shapely.total_bounds(annotations.geometries).tolist()
    degrees = left >= -361 and right <= 361 and bottom >= -91 and top <= 91
    declared = annotations.crs
    if declared is not None and (degrees or not declared.is_geographic or np.isnan(left)):
        return annotations, ""
    numbers = f"x from {left:,.8g} to {right:,.8g}, y from {bottom:,.8g} to {top:,.8g}"
    claim = (
        f"says {declared.name}, but its numbers ({numbers}) are no degrees" if declared else "does not state its CRS"
    )
    for scene in scenes:
        if _overlap(bounds, scene.bounds):
            read = f"they are read in the CRS of {scene.name}, {scene.crs.name}, where they lie"
            return replace(annotations, crs=scene.crs), f"{annotations.file} {claim}; {read}"
    if declared is None and degrees:
        return replace(annotations, crs=pyproj.CRS("EPSG:4326")), f"{annotations.file} {claim}; it is read as WGS 84"
    raise InputError(
        f"annotations {annotations.file}: the file {claim}, and they do not lie in a scene's own CRS either "
        f"({scenes[0].name}: {scenes[0].crs.name}); name theirs by --annotations-crs EPSG:<code>"
    )


def why_outside(annotations: Annotations, scenes: Sequence[Scene]) -> str:
    """Why none of the annotations lies in any scene: where both are, and the mistake it looks like."""
    import pyproj
    import shapely

    left, bottom, right, top = shapely.total_bounds(annotations.geometries).tolist()
    degrees = pyproj.Transformer.from_crs(annotations.crs, "EPSG:4326", always_xy=True)
    lng, lat = degrees.transform((left + right) / 2, (bottom + top) / 2)
    scene = scenes[0]
    at_lng, at_lat = (float(value) for value in scene.lnglat(scene.width / 2, scene.height / 2))
    where = f"they lie around {_place(lng, lat)}, {scene.name} around {_place(at_lng, at_lat)}"
    swapped = degrees.transform((bottom + top) / 2, (left + right) / 2)
    remedy = "give the annotations of these scenes, or name their CRS by --annotations-crs EPSG:<code>"
    if any(_covers(scene, *swapped) for scene in scenes):
        remedy = "with x and y exchanged they would fit: write longitude first"
    elif any(min(left, bottom) >= 0 and right <= scene.width and top <= scene.height for scene in scenes):
        remedy = "they look like pixels of the image: write them in its coordinate reference system"
    return f"none of the {len(annotations):,} annotations of {annotations.file} lies in a scene: {where}; {remedy}"


def _overlap(one: Sequence[float], other: Sequence[float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _covers(scene: Scene, lng: float, lat: float) -> bool:
    import pyproj

    x, y = pyproj.Transformer.from_crs("EPSG:4326", scene.crs, always_xy=True).transform(lng, lat)
    px, py = scene.to_px(x, y)
    return bool(0 <= px <= scene.width and 0 <= py <= scene.height)


def _place(lng: float, lat: float) -> str:
    return f"longitude {lng:.4f}, latitude {lat:.4f}"
