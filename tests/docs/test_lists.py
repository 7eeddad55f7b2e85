"""Pages that list what the code has list all of it."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from imagespace_core.app.session.addresses import PARAMETERS
from imagespace_core.workspace import names
from tests.docs.pages import DOCS, ROOT, SPAN, code, files, text


def test_architecture_names_every_package() -> None:
    packages = {path.parent.name for path in (ROOT / "imagespace_core").glob("*/__init__.py")}
    named = set(re.findall(r"^\| `imagespace_core/(\w+)` \|", text(DOCS / "architecture.md"), re.MULTILINE))
    assert named == packages


def test_a_name_of_the_glossary_without_a_folder_is_that_of_one_file() -> None:
    bare = {span for span in code(DOCS / "glossary.md").spans if re.fullmatch(r"\w+\.(py|js)", span)}
    assert len(bare) > 5
    listed = [Path(name).name for name in files()]
    assert {name for name in bare if listed.count(name) != 1} == set()


def test_the_workspace_format_lists_every_file_there_is() -> None:
    made = {value for name, value in vars(names).items() if name.isupper() and isinstance(value, str)}
    made -= {names.GIVEN}
    for name, function in inspect.getmembers(names, inspect.isfunction):
        if name not in ("slug", "preview", "preferred_map", "is_inside"):  # these name no file of their own
            words = inspect.signature(function).parameters
            made.add(function(**{word: f"<{word}>" for word in words}))
    listed = re.findall(
        r"^\| ((?:`[^`]+`(?:, )?)+) \|", text(DOCS / "workspace-format.md").split("## ")[0], re.MULTILINE
    )
    documented = {span.rstrip("/") for cell in listed for span in SPAN.findall(cell)}
    assert documented == made


def test_the_page_of_links_lists_every_parameter_where_it_counts() -> None:
    sections = text(DOCS / "links.md").split("\n## ")[1:]
    tables = {
        section.split("\n")[0]: {
            name for cell in re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE) for name in SPAN.findall(cell)
        }
        for section in sections
    }
    assert {where: names for where, names in tables.items() if names} == {
        where: set(parameters) for where, parameters in PARAMETERS.items()
    }
