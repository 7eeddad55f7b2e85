"""Pictures that say something of themselves: EXIF, IPTC and XMP as cameras, phones and programs write them."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from PIL import Image
from PIL.TiffImagePlugin import IFDRational

from tests.makers.photos import encoded, photo

RATIONAL = IFDRational
_NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "exifEX": "http://cipa.jp/exif/1.0/",
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}


def gps(longitude: float, latitude: float, altitude: float = 0.0) -> dict[int, object]:
    """The GPS tags of a place, as phones write them; degrees and meters."""

    def parts(degrees: float) -> tuple[IFDRational, ...]:
        whole, rest = divmod(abs(degrees), 1)
        minutes, rest = divmod(rest * 60, 1)
        return IFDRational(int(whole), 1), IFDRational(int(minutes), 1), IFDRational(round(rest * 60_000), 1000)

    return {
        1: "S" if latitude < 0 else "N", 2: parts(latitude), 3: "W" if longitude < 0 else "E", 4: parts(longitude),
        5: b"\x01" if altitude < 0 else b"\x00", 6: IFDRational(round(abs(altitude) * 100), 100),
    }  # fmt: skip


def exif(
    tags: Mapping[int, object] | None = None, details: Mapping[int, object] | None = None,
    position: Mapping[int, object] | None = None,
) -> Image.Exif:  # fmt: skip
    """EXIF with tags of the first level, of the camera's, and of GPS."""
    made = Image.Exif()
    made[0x0131] = "made by a test"  # Pillow takes EXIF without any tag of the first level for empty
    for tag, value in (tags or {}).items():
        made[tag] = value
    for number, values in ((0x8769, details), (0x8825, position)):
        if values:
            made.get_ifd(number).update(values)
    return made


def phone_exif(longitude: float = 2.2945, latitude: float = 48.8584, taken: str = "2019:07:06 05:04:03") -> Image.Exif:
    """What a phone writes."""
    return exif(
        {0x010F: "Apple", 0x0110: "iPhone 12", 0x0132: taken},
        {
            0x9003: taken, 0x829A: IFDRational(1, 120), 0x829D: IFDRational(8, 5), 0x8827: 64,
            0x920A: IFDRational(21, 5), 0xA434: "iPhone 12 back camera 4.2mm f/1.6",
        },
        gps(longitude, latitude, 35.5),
    )  # fmt: skip


def xmp(**properties: object) -> bytes:
    """An XMP packet. Keys: as `dc_title`. Values: text, a list (an rdf:Bag), a dictionary by language (an rdf:Alt)."""
    inner = "".join(_property(key.replace("_", ":", 1), value) for key, value in properties.items())
    return xmp_of(f'<rdf:Description rdf:about="">{inner}</rdf:Description>')


def xmp_of(descriptions: str) -> bytes:
    """An XMP packet around that XML."""
    spaces = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in _NAMESPACES.items())
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" {spaces}>{descriptions}</rdf:RDF>'
        f"</x:xmpmeta>{' ' * 100}<?xpacket end='w'?>"
    ).encode()


def _property(name: str, value: object) -> str:
    if isinstance(value, list):
        items = "".join(f"<rdf:li>{escape(text)}</rdf:li>" for text in value)
        value = f"<rdf:Bag>{items}</rdf:Bag>"
    elif isinstance(value, dict):
        items = "".join(f'<rdf:li xml:lang="{language}">{escape(text)}</rdf:li>' for language, text in value.items())
        value = f"<rdf:Alt>{items}</rdf:Alt>"
    else:
        value = escape(str(value))
    return f"<{name}>{value}</{name}>"


def iptc(*fields: tuple[int, bytes]) -> bytes:
    """Fields of record 2 of IPTC, by number."""
    return b"".join(struct.pack(">BBBH", 0x1C, 2, number, len(value)) + value for number, value in fields)


def jpeg_with_iptc(data: bytes, **options: Any) -> bytes:
    """A JPEG whose Photoshop segments hold that IPTC."""
    block = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(data)) + data + b"\0" * (len(data) % 2)
    plain = encoded(photo("red", "circle", 0), **options)
    segments = b""
    for start in range(0, len(block), 65_000):
        content = b"Photoshop 3.0\0" + block[start : start + 65_000]
        segments += b"\xff\xed" + struct.pack(">H", len(content) + 2) + content
    return plain[:2] + segments + plain[2:]


def looped_exif() -> bytes:
    """EXIF whose directories for the camera and for GPS are the first directory itself, which is its own next."""
    entries = struct.pack("<HHII", 0x8769, 4, 1, 8) + struct.pack("<HHII", 0x8825, 4, 1, 8)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + struct.pack("<H", 2) + entries + struct.pack("<I", 8)


def xmp_bomb(levels: int = 10) -> bytes:
    """XML whose entities stand for three hundred letters times ten to the number of levels."""
    texts = ["lol" * 100, *(f"&a{i};" * 10 for i in range(levels))]
    entities = "".join(f'<!ENTITY a{i} "{text}">' for i, text in enumerate(texts))
    packet = xmp(dc_title="&bomb;").decode().replace("&amp;bomb;", f"&a{levels};")
    return packet.replace("<x:xmpmeta", f"<!DOCTYPE x [{entities}]><x:xmpmeta", 1).encode()
