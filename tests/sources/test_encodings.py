"""Tables in the encodings that spreadsheets write: none is guessed, those that fit are proposed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from imagespace_core.errors import InputError
from imagespace_core.sources.tables.encodings import text_encoding
from imagespace_core.sources.tables.metadata import read_metadata

TEXTS = {
    "cp1252": "filename;title\na.jpg;Straße in Köln – 5 €\nb.jpg;Æble på Ødegård\n",
    "cp1250": "filename;tytuł\na.jpg;Zażółć gęślą jaźń\nb.jpg;Příliš žluťoučký kůň\n",
    "cp1251": "filename;название\na.jpg;Звёздная ночь\nb.jpg;Красная площадь\n",
    "cp1253": "filename;τίτλος\na.jpg;Ακρόπολη Αθηνών\n",
    "mac_roman": "filename;title\na.jpg;Café\nb.jpg;Zürich\n",
    "cp932": "filename;題名\na.jpg;富士山の春\nb.jpg;京都\n",
    "gb18030": "filename;标题\na.jpg;长城和北京\nb.jpg;上海\n",
    "cp949": "filename;제목\na.jpg;서울의 밤\nb.jpg;부산\n",
}


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_that_fits_is_proposed_with_what_it_reads_and_is_read_when_given(
    tmp_path: Path, encoding: str
) -> None:
    file, text = tmp_path / "m.csv", TEXTS[encoding]
    file.write_bytes(text.encode(encoding))
    words = [word for word in text.replace(";", " ").replace("\n", " ").split() if not word.isascii()]
    with pytest.raises(InputError, match=rf"add .*--encoding {encoding} \(it reads “{words[0]}"):
        read_metadata(file)
    table = read_metadata(file, encoding=encoding)
    header, *rows = [line.split(";") for line in text.splitlines()]
    assert list(table.columns) == header[1:]
    assert table.columns[header[1]].tolist() == [row[1] for row in rows]


def test_letters_of_one_alphabet_are_not_proposed_as_those_of_another(tmp_path: Path) -> None:
    for encoding, text, others in (
        ("cp1252", "Straße in Köln", ("cp1251", "cp1253", "cp932")),
        ("cp1251", "Красная площадь", ("cp1252", "cp1250", "gb18030")),
    ):
        (tmp_path / "m.csv").write_bytes(f"filename;title\na.jpg;{text}\n".encode(encoding))
        with pytest.raises(InputError) as refused:
            read_metadata(tmp_path / "m.csv")
        assert f"--encoding {encoding}" in str(refused.value)
        assert not any(other in str(refused.value) for other in others)


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["filename;a\nx.jpg;1\n", "filename;a\nx.jpg;ü\n"])
def test_utf16_without_its_mark_is_proposed_and_read_when_given(tmp_path: Path, encoding: str, text: str) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes(text.encode(encoding))
    with pytest.raises(InputError, match=f"add --encoding {encoding}"):
        read_metadata(file)
    assert read_metadata(file, encoding=encoding).filenames.tolist() == ["x.jpg"]


def test_a_mark_says_more_than_an_option(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    file.write_bytes("filename;a\nx.jpg;ü\n".encode("utf-16"))
    with pytest.raises(InputError, match="begins with the mark of UTF-16; leave --encoding cp1252 out"):
        read_metadata(file, encoding="cp1252")
    for encoding in ("utf-16", "utf-16-le", None):
        assert read_metadata(file, encoding=encoding).columns["a"].tolist() == ["ü"]
    file.write_bytes("filename;a\nx.jpg;ü\n".encode("utf-8-sig"))
    with pytest.raises(InputError, match="begins with the mark of UTF-8"):
        read_metadata(file, encoding="cp1252")


def test_an_option_that_does_not_fit_is_left_out_where_the_file_is_utf8(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_text("filename;a\nx.jpg;ü\n", "utf-8")
    with pytest.raises(InputError, match="not valid ASCII: byte 0xc3 in line 2; leave --encoding ascii out"):
        read_metadata(tmp_path / "m.csv", encoding="ascii")


@pytest.mark.parametrize("wrong", ["nonsense", "base64", "rot13", "idna", "unicode_escape", "a\0b", ""])
def test_what_is_no_encoding_of_files_is_refused_with_usual_ones(tmp_path: Path, wrong: str) -> None:
    (tmp_path / "m.csv").write_text("filename\nx.jpg\n")
    with pytest.raises(InputError, match="usual are cp1252"):
        text_encoding(tmp_path / "m.csv", wrong)


def test_json_is_read_in_other_encodings_too(tmp_path: Path) -> None:
    for lines in ([{"filename": "é.jpg", "n": 1}], {"data": [{"filename": "é.jpg", "n": 1}]}):
        text = json.dumps(lines, ensure_ascii=False)
        (tmp_path / "m.json").write_bytes(text.encode("cp1252"))
        with pytest.raises(InputError, match="--encoding cp1252"):
            read_metadata(tmp_path / "m.json")
        assert read_metadata(tmp_path / "m.json", encoding="cp1252").filenames.tolist() == ["é.jpg"]
        (tmp_path / "m.json").write_bytes(text.encode("utf-16"))
        assert read_metadata(tmp_path / "m.json").filenames.tolist() == ["é.jpg"]


def test_where_people_cannot_choose_no_option_is_proposed(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("filename;a\nx.jpg;ü\n".encode("cp1252"))
    with pytest.raises(InputError, match="not valid UTF-8: byte 0xfc in line 2; save it as UTF-8"):
        text_encoding(tmp_path / "m.csv")
