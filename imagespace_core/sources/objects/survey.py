"""Photos and annotations brought together: which objects there are and where, before any pixel is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from imagespace_core.errors import UnreadableImageError
from imagespace_core.images.decode import upright_size
from imagespace_core.sources import Item
from imagespace_core.sources.folder import Folder
from imagespace_core.sources.objects.annotations import Annotations, Marked
from imagespace_core.sources.objects.outcomes import LEAST_IOU, MISSED, RIGHT, Compared, outcomes
from imagespace_core.sources.objects.placing import Photo, Placed, placed
from imagespace_core.sources.tables.joining import match
from imagespace_core.words import plural

COLUMNS = ("photo", "class", "area", "score", "annotated", "iou", "outcome")
"""Of the source itself; what a file says under one of these names is called <name>_annotation."""
TWICE = "object was there twice and taken once", "objects were there twice and taken once"
CLIPPED = (
    "object reaches beyond its photo and was cut at the edge",
    "objects reach beyond their photo and were cut at its edge",
)
TURNED = (
    "object was marked in its photo as it is stored, and turned upright with it",
    "objects were marked in their photo as it is stored, and turned upright with it",
)
SCALED = (
    "object was marked in a photo of another size, and scaled with it",
    "objects were marked in a photo of another size, and scaled with it",
)
"""What may be done to objects, said of one and of many."""
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Found:
    """An object that can be cut out."""

    key: str
    photo: Photo
    place: Placed
    marked: Marked
    predicted: bool


@dataclass(frozen=True)
class OfPhoto:
    """What lies in one photo. skipped: (path, reason). counted: how many objects something was done to."""

    found: Sequence[Found] = ()
    skipped: Sequence[tuple[str, str]] = ()
    counted: Counter[tuple[str, str]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Survey:
    """Objects by the photo that they are marked in; where they lie in it is known once its header is read.

    photos: by path, in their order, those with objects. marked: what is marked in each, and whether by a prediction.
    both: whether there are predictions and a truth. skipped, notes: of the annotations.
    """

    photos: Mapping[str, Item]
    marked: Mapping[str, Sequence[tuple[Marked, bool]]]
    both: bool
    skipped: Sequence[tuple[str, str]]
    notes: Sequence[str]

    def of_photo(self, path: str, folder: Folder, margin_px: int) -> OfPhoto:
        """Reads the photo's header. Nothing for a path that is no photo with objects."""
        if path not in self.photos:
            return OfPhoto()
        try:
            width, height, orientation = upright_size(folder.content(path), folder.decode.max_pixels)
        except UnreadableImageError as error:
            return OfPhoto(skipped=[(path, str(error))])
        photo = Photo(path, self.photos[path].stamp, width, height, orientation)
        found: dict[str, Found] = {}
        skipped: list[tuple[str, str]] = []
        counted: Counter[tuple[str, str]] = Counter()
        for one, predicted in self.marked[path]:
            place = placed(one, photo, margin_px)
            key = base = f"{path}#{'p' if predicted else ''}{one.number}"
            if isinstance(place, str):
                skipped.append((key, place))
                continue
            number = 2
            while key in found:
                key, number = f"{base}-{number}", number + 1
            found[key] = Found(key, photo, place, one, predicted)
            counted.update({CLIPPED: place.clipped, TURNED: place.turned, SCALED: place.scaled})
        return OfPhoto(list(found.values()), skipped, counted)


def survey(photos: Sequence[Item], truth: Annotations | None, predicted: Annotations | None) -> Survey:
    """What is marked in these photos, and what of it belongs to none."""
    marked: dict[str, list[tuple[Marked, bool]]] = defaultdict(list)
    skipped: list[tuple[str, str]] = []
    notes: list[str] = []
    twice = 0
    paths = [item.path for item in photos]
    for made, is_predicted in ((truth, False), (predicted, True)):
        if made is None:
            continue
        skipped += made.skipped
        notes += made.notes
        found = _photos_of(made, paths, skipped, notes)
        seen: set[tuple[object, ...]] = set()
        for one in made.marked:
            if (path := found.get(one.photo)) is None:
                continue
            same = (path, one.category, one.box, one.score, one.rings)
            if same in seen:
                twice += 1
                continue
            seen.add(same)
            marked[path].append((one, is_predicted))
    if twice:
        notes.append(plural(twice, *TWICE))
    having = {item.path: item for item in photos if item.path in marked}
    if bare := len(photos) - len(having):
        notes.append(f"{bare:,} of {plural(len(photos), 'photo', 'photos')} without objects, left out")
    return Survey(having, marked, truth is not None and predicted is not None, skipped, notes)


def columns(objects: Sequence[Found], survey: Survey) -> tuple[list[dict[str, object]], list[str]]:
    """What is known of each object, by column name, first what its photo's path says; and notes."""
    both = survey.both
    rows: list[dict[str, object]] = []
    for one in objects:
        of_photo = survey.photos[one.photo.path].columns
        known: dict[str, object] = {**of_photo, "photo": one.photo.path, "class": one.marked.category}
        known["area"] = round(one.place.area, 2)
        if one.marked.score is not None:
            known["score"] = one.marked.score
        if both:
            known["annotated"] = "prediction" if one.predicted else "ground truth"
        taken = (*COLUMNS, *of_photo)
        more = {f"{name}_annotation" if name in taken else name: v for name, v in one.marked.attributes.items()}
        rows.append({**known, **more})
    if not both:
        return rows, []
    compared = [
        Compared(one.photo.path, one.marked.category, one.place.box, one.marked.score, one.predicted) for one in objects
    ]
    results, overlaps = outcomes(compared)
    for row, result, overlap in zip(rows, results, overlaps.tolist(), strict=True):
        row |= {"outcome": result, "iou": round(overlap, 4)}
    predicted = sum(one.predicted for one in compared)
    note = (
        f"{results.count(RIGHT):,} of {predicted:,} predictions are right (IoU {LEAST_IOU} or more); "
        f"{results.count(MISSED):,} of {len(objects) - predicted:,} objects are missed"
    )
    return rows, [note]


def _photos_of(
    annotations: Annotations, paths: Sequence[str], skipped: list[tuple[str, str]], notes: list[str]
) -> dict[str, str]:
    """The path of each photo that annotations name, by the name."""
    names = list(dict.fromkeys(annotations.photos))
    images = match(paths, names).images.tolist()
    found = {name: str(paths[image]) for name, image in zip(names, images, strict=True) if image >= 0}
    objects = Counter(one.photo for one in annotations.marked)
    lost = [name for name in names if name not in found]
    for name in lost:
        if objects[name]:
            skipped.append(
                (
                    name,
                    f"{annotations.name} marks {plural(objects[name], 'object', 'objects')} in it, and it is not there",
                )
            )
    if lost:
        examples = ", ".join(map(repr, lost[:_EXAMPLES]))
        notes.append(
            f"{annotations.name}: {len(lost):,} of {plural(len(names), 'photo', 'photos')} not there, e.g. {examples}"
        )
    return found
