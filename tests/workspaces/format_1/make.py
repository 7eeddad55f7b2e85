"""How the workspace beside this file was made: by ImageSpace at commit 0d014a3, before the packages were moved.

The images are 48 handwritten digits of scikit-learn (Alpaydin and Kaynak, UCI, CC BY 4.0), and a file that is none.
Not to be run again: what it made must stay as it is. Their modification time is 2020-01-01, which is part of the keys.

    python make.py FOLDER && cd FOLDER/.. && python precompute.py FOLDER/images --metadata FOLDER/digits.csv \
        --model efficientnet-lite0 --trees 2 --previews 64 -o FOLDER/workspace
"""

import csv
import os
import shutil
import sys
from pathlib import Path

from imagespace_core.sources.digits import write_digits

MODIFIED = 1_577_836_800  # 2020-01-01T00:00:00Z


def main(folder: Path) -> None:
    whole = write_digits()
    with (whole / "digits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))[:48]
    for number, row in enumerate(rows):
        target = folder / "images" / row["filename"]
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(whole / "images" / row["filename"], target)
        row |= {
            "shot": f"2019-{number % 12 + 1:02d}-15" if number % 5 else "",
            "longitude": str(9.4 + number % 7 / 100),
            "latitude": str(47.1 + number // 7 / 100),
        }
    (folder / "images" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nnot a picture")
    for path in (folder / "images").rglob("*.png"):
        os.utime(path, (MODIFIED, MODIFIED))
    with (folder / "digits.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
