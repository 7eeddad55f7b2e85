"""Every query parameter of the app's addresses and every address that its server answers: promises to whoever kept one.

They are only ever added to. `<column>` stands for a column's slug. `docs/links.md` describes the parameters for people.
"""

from __future__ import annotations

from typing import Final

WORKSPACE: Final = "workspace"
IMAGE: Final = "image"
CAMERA: Final = "camera"

PARAMETERS: Final[dict[str, dict[str, str]]] = {
    "On every page": {
        WORKSPACE: "Name of the workspace.",
    },
    "Where there is a map (Explore, Search)": {
        "map": "The map or layout, by its title.",
        "dims": "Its dimensions, 2D or 3D.",
        "color": "Column that colors the points, or none.",
        "size": "Factor for the size of the points.",
        "opacity": "Of the points.",
        "palette": "Colors of categories.",
        "colors": "One's own colors, with the palette Custom.",
        "apart": "Whether images of a 2D map are kept from covering each other.",
        "group": "Column that a layout groups by.",
        "only": "Whether only what the filters leave is arranged.",
        "layers": "Layers of tiles that the detail panel shows.",
    },
    "Explore": {
        IMAGE: "Id of the open image.",
        CAMERA: "What the map shows: its name and dimensions, and the camera's numbers.",
        "filters": "Columns that are filtered by.",
        "f-<column>": "The values, range or part of a text that pass.",
        "match-<column>": "Of several chosen values of a row, whether one is enough or all must be there.",
        "file": "Part of a file name.",
        "sort": "What the selection's gallery is sorted by.",
        "order": "Ascending or descending.",
        "per-page": "Images on a page of the gallery.",
    },
    "Search": {
        "from": "The way to search.",
        IMAGE: "Id of the image that is the query.",
        "sentence": "The sentence that is the query.",
        "coordinate": "The coordinate that is the query.",
        "coordinate-order": "How the coordinate is written.",
        "metric": "Distance.",
        "count": "Number of results.",
        "quality": "Search quality, in large workspaces.",
    },
    "Evaluate": {
        "part": "Section of the page.",
        "label": "Column that says what should be found.",
        "is-<column>": "The value that should be found.",
        "overlap": "Least overlap to count.",
        "searches": "How many searches are made.",
        "wanted": "Positive examples of each.",
        "unwanted": "Negative examples of each.",
        "batches": "The fewest and the most results looked at.",
        "left-out": "Column whose images are left out with an example.",
        "by": "Distance.",
        "index": "Exact search, or Annoy with some trees.",
        "seed": "Of the random choice of examples.",
        "subgroup-column": "Column that Subgroups groups by.",
        "subgroup-point": "Whether a point is an image or the mean of its group.",
        "subgroup-most": "Images of each kind at most.",
        "subgroup-structures": "Structures that color the points.",
        "subgroups-<column>": "The groups that are looked at.",
    },
    "Overview": {
        "section": "Section of the page.",
    },
}
"""By where they count, as the headings of `docs/links.md` have it."""

ROUTES: Final[dict[str, str]] = {
    "imagespace/viewer/<version>/<file>": "A module or style sheet of the viewer.",
    "imagespace/<token>/<build>/<file>": "A public file of a workspace, see `workspace.public_files`.",
    "imagespace/<token>/<build>/image/<row>": "An image, JPEG: ?side=<px>, and &layer=<name> for each of some layers.",
    "imagespace/<token>/<build>/offered/<name>": "What a page made for its viewer: a bit mask, positions, guides.",
    "imagespace/<token>/<build>/still-map/<map>.png": "A still map: ?positions= &color= &mask= &palette=.",
    "imagespace/<token>/<build>/parent/<row>": "The image that a row was cut from, and where, JSON.",
    "imagespace/<token>/<build>/parent/<row>/picture": "Its pixels, JPEG: ?side= and &left= &top= &right= &bottom=.",
    "imagespace/<token>/<build>/parent/<row>/mask": "What is marked in it, PNG, likewise.",
    "imagespace/<token>/<build>/parent/<row>/outlines": "Of every image of the workspace in it, encoded.",
}
"""Below the app's own address. A token opens one workspace; a build's answers never change."""
