"""Which image formats are decoded, and by whom."""

from __future__ import annotations

import functools

from PIL import Image

FORMATS = (
    "JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "DIB", "MPO", "AVIF", "JPEG2000", "PPM", "QOI", "HEIF",
)  # fmt: skip
"""What Pillow decodes, with pillow-heif, by its names. A list of our own: among Pillow's are formats that start other
programs (EPS) and formats without a signature, for which any garbage passes (TGA). Camera RAW and JPEG XL are read by
`raw` and `jpeg_xl`."""

_RAW = """
.3fr .arw .cr2 .cr3 .crw .dcr .dng .erf .fff .gpr .iiq .kdc .mef .mos .mrw .nef .nrw .orf .pef .raf .rw2 .rwl
.sr2 .srf .srw .x3f
"""
RAW_SUFFIXES = frozenset(_RAW.split())
"""Of camera RAW. Not .raw, which may be anything: such a file goes by its first bytes."""

_OTHERS = """
.txt .csv .tsv .json .jsonl .geojson .ndjson .xml .xmp .yaml .yml .toml .ini .cfg .conf .log .md .rst .tex .bib
.html .htm .css .js .ts .py .ipynb .sh .bat .r .m .c .h .cpp .java .go .rs .sql .aae .srt .vtt .url .lnk
.pdf .doc .docx .odt .rtf .xls .xlsx .ods .ppt .pptx .odp .epub .psd .psb .ai .eps .ps .svg .ico .xcf
.mp4 .mov .avi .mkv .webm .m4v .mpg .mpeg .wmv .flv .3gp .mts .m2ts .mp3 .wav .flac .aac .m4a .ogg .opus .mid
.zip .tar .gz .tgz .bz2 .xz .zst .7z .rar .iso .dmg .exe .dll .so .jar .whl .deb
.npy .npz .parquet .arrow .feather .pkl .pickle .h5 .hdf5 .nc .mat .onnx .pt .pth .safetensors .ckpt .bin
.db .sqlite .sqlite3 .gpkg .shp .shx .dbf .prj .cpg .qgz .ttf .otf .woff .woff2 .obj .stl .ply .glb
"""
OTHER_SUFFIXES = frozenset(_OTHERS.split())
"""Of files that need not be opened to know that they are no images."""

_WITHOUT_LIBRARY = frozenset({".heic", ".heif", ".hif", ".avif", ".jxl"})


@functools.cache
def formats() -> tuple[str, ...]:
    """Those of FORMATS that can be opened here."""
    Image.init()
    try:
        import pillow_heif
    except ImportError:  # its reason is said of each file, see `missing_library`
        pass
    else:
        # One thread, as images are read side by side. Thumbnails, which some files bring, need not show the same.
        pillow_heif.register_heif_opener(decode_threads=1, thumbnails=False)
    return tuple(name for name in FORMATS if name in Image.OPEN)


@functools.cache
def suffixes() -> frozenset[str]:
    """File suffixes, lower case with the dot, that are taken for images.

    Those of formats whose library is not installed are among them: such files belong into the list of failures, with
    what to do about it, rather than among the files that nobody mentions.
    """
    known = formats()
    registered = frozenset(suffix for suffix, name in Image.registered_extensions().items() if name in known)
    return registered | _WITHOUT_LIBRARY | RAW_SUFFIXES


def missing_library(format: str) -> str | None:
    """How to make a format readable that is not; None where it is."""
    match format:
        case "HEIF" if "HEIF" not in formats():
            return "pip install pillow-heif"
        case "AVIF" if "AVIF" not in formats():
            return 'pip install "pillow>=11.3"'
    return None
