"""The contract between Python and the viewer: every message and file that crosses it, typed once.

Configurations go from Python to the viewer's modules, events come back, and both read the files of a workspace.
`contract.d.ts` is generated from these models (`python -m imagespace_core.viewer.declarations`), so that TypeScript
checks the JavaScript against them. Messages are camelCase in the browser; files keep the names that they have on disk.

Arrays are .npy: positions float32 (n, 2 | 3), y upward, NaN for rows without a place; columns as `CategoryColumn` and
its siblings say; centrality float32 (n,); atlas/cells int32 (n,), -1 for rows without a sprite; atlas/sizes uint8
(n, 2), width and height in px. Two streams are binary. A *bit mask*, packed, is a zlib stream of one bit a row, the
lowest bit first. *Outlines*, encoded, are little endian: uint32 counts of outlines, rings and points; uint32 row of
each outline; uint32 first ring of each outline, and their number; uint32 first point of each ring, and their number;
float32 x, y of each point in px of the parent, without a ring's last point, which is its first again.
"""

from __future__ import annotations

from typing import Final

MISSING: Final = -1
"""The code of a missing value in a column of categories; the label of noise among clusters."""
NAMES_PER_FILE: Final = 2048
"""Ids in each of `names/<number>.json`, a list of texts."""
LONGEST_NAME: Final = 80
"""Letters of a cluster's name."""
MOST_VERTICES: Final = 200
"""Of a polygon that selects."""
MOST_LISTED: Final = 20_000
"""Rows or codes in one event; larger sets are sent as polygons, ranges or verbs."""
LARGEST_SIDE: Final = 2048
"""Of an image that the server scales, px."""
REBUILT_HEADER: Final = "imagespace-rebuilt"
"""Of the server's answer to an address of an earlier build."""
