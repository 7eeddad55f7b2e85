"""Pages that list what the code has list all of it."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

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
        if name not in ("slug", "preview", "preferred_map"):  # these name no file of their own
            words = inspect.signature(function).parameters
            made.add(function(**{word: f"<{word}>" for word in words}))
    listed = re.findall(
        r"^\| ((?:`[^`]+`(?:, )?)+) \|", text(DOCS / "workspace-format.md").split("## ")[0], re.MULTILINE
    )
    documented = {span.rstrip("/") for cell in listed for span in SPAN.findall(cell)}
    assert documented == made


def bound_parameters() -> set[str]:
    """The keys of all widgets that keep themselves in the address; a part that varies is `<column>`."""
    found = set()
    for file in (*(ROOT / "imagespace_core/app").rglob("*.py"), *(ROOT / "pages").glob("*.py")):
        tree = ast.parse(file.read_text("utf-8"))
        for function in ast.walk(tree):
            if not isinstance(function, (ast.FunctionDef, ast.Module)):
                continue
            kept = {
                target.id: node.value for node in ast.walk(function) if isinstance(node, ast.Assign)
                for target in node.targets if isinstance(target, ast.Name)
            }  # fmt: skip
            for node in ast.walk(function):
                words = {word.arg: word.value for word in node.keywords} if isinstance(node, ast.Call) else {}
                if isinstance(bind := words.get("bind"), ast.Constant) and bind.value == "query-params":
                    key = words["key"]
                    found.add(_key(kept.get(key.id) if isinstance(key, ast.Name) else key))
    return found - {""}


def _key(node: ast.expr | None) -> str:
    """A key as it is written; "" for one that comes from elsewhere."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "<column>" for part in node.values)
    return ""


PASSED_ON = {"f-<column>", "file"}
"""Keys that a function of the filters gets from its caller."""
UNBOUND = {"workspace", "image", "camera"}
"""Parameters that no widget keeps."""


def test_the_page_of_links_lists_every_parameter() -> None:
    documented = set()
    for row in re.findall(r"^\| (`[^|]+) \|", text(DOCS / "links.md"), re.MULTILINE):
        documented |= set(SPAN.findall(row))
    assert len(bound_parameters()) > 30
    assert documented == bound_parameters() | PASSED_ON | UNBOUND
    filters = (ROOT / "imagespace_core/app/explore/filters.py").read_text("utf-8")
    assert '"file"' in filters
    assert 'f"f-{' in filters
