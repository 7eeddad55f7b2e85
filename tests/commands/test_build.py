"""`imagespace build` as a command: its flags, its exit codes, and one line for every mistake."""

import dataclasses
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from imagespace_core import __main__ as imagespace
from imagespace_core.commands.build import PROGRAM, build_command
from imagespace_core.commands.flags import as_command
from imagespace_core.commands.report import TerminalReport
from imagespace_core.commands.serve import serve_command_line
from imagespace_core.commands.summary import print_summary
from imagespace_core.images.decode import Decode
from imagespace_core.pipeline.options import Options
from imagespace_core.pipeline.pipeline import build
from imagespace_core.sources.parameters import flags
from imagespace_core.workspace import Draft, Manifest, Workspace
from tests.pipeline.building import check_rows, quick, run, write_model, write_solid

REPOSITORY = Path(__file__).parents[2]
PRECOMPUTE = REPOSITORY / "precompute.py"
FLAGS = (
    "--output", "-o", "--metadata", "--model", "--model-dir", "--projections", "--dims", "--metrics", "--trees",
    "--min-cluster-size", "--perplexity", "--n-neighbors", "--min-dist", "--thumb-size", "--atlas-size", "--quality",
    "--previews", "--limit", "--seed", "--jobs", "--device", "--relayout", "--only", "--force", "--demo", "--open",
    "--dry-run",
)  # fmt: skip


@pytest.fixture
def command() -> typer.Typer:
    """`precompute.py` as a Typer app."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    app.command()(as_command(build_command, PROGRAM))
    return app


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with photos/ and tiny.onnx."""
    base = tmp_path_factory.mktemp("place")
    write_solid(base / "photos", 12)
    write_model(base)
    return base


@pytest.fixture(autouse=True)
def wide() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COLUMNS", "200")
        yield


def _quick(place: Path, output: Path) -> list[str]:
    return [
        str(place / "photos"), "-o", str(output), "--model", str(place / "tiny.onnx"), "--projections", "pca", "--dims",
        "2", "--metrics", "angular", "--trees", "2", "--min-cluster-size", "500", "--thumb-size", "32", "--atlas-size",
        "128", "--quality", "90",
    ]  # fmt: skip


def _real(*arguments: object, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    # Without uv's variables, which the suite itself may run under: they change the command that is recommended.
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("UV")}
    return subprocess.run(
        [sys.executable, str(PRECOMPUTE), *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False,
        env={**inherited, **environment}, timeout=120,
    )  # fmt: skip


def _one_line(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.stderr.startswith("precompute: ")
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr


def test_a_dry_run_prints_the_plan_exits_with_zero_and_writes_nothing(
    command: typer.Typer, place: Path, tmp_path: Path
) -> None:
    result = CliRunner().invoke(command, [*_quick(place, tmp_path / "w"), "--dry-run"])
    assert result.exit_code == 0, result.output
    assert re.search(r"^ ?redo +embed +not made yet", result.output, re.M), result.output
    assert "0 to keep, 0 to skip. Nothing was written." in result.output
    assert not (tmp_path / "w").exists()
    run(quick(place / "photos", tmp_path / "w", str(place / "tiny.onnx")))
    before = (tmp_path / "w/manifest.json").stat().st_mtime_ns
    again = CliRunner().invoke(command, [*_quick(place, tmp_path / "w"), "--dry-run", "--only", "atlas"])
    assert re.search(r"^ ?redo +atlas +asked for", again.output, re.M), again.output
    assert re.search(r"^ ?keep +embed +taken over as it is", again.output, re.M), again.output
    assert (tmp_path / "w/manifest.json").stat().st_mtime_ns == before
    both = CliRunner().invoke(command, [*_quick(place, tmp_path / "w"), "--dry-run", "--open"])
    assert both.exit_code == 2


def test_importing_the_command_loads_nothing_heavy() -> None:
    """So `--help` answers at once, however slow the disk."""
    heavy = (
        "numba", "pandas", "sklearn", "onnxruntime", "onnx", "umap", "openTSNE", "hdbscan", "pynndescent", "streamlit",
        "plotly", "annoy", "pyarrow", "scipy", "huggingface_hub", "tokenizers", "torch",
    )  # fmt: skip
    program = (
        "import sys, imagespace_core.commands.build as c\n"
        "sys.argv = ['precompute.py', '--help']\n"
        "try: c.main()\nexcept SystemExit: pass\n"
        f"print(sorted(set({heavy!r}) & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
    assert "--perplexity" in done.stdout


def test_help_tells_every_flag(command: typer.Typer) -> None:
    shown = CliRunner().invoke(command, ["--help"]).stdout
    for flag in FLAGS:
        assert re.search(rf"(^|[ ,]){flag}\b", shown, re.MULTILINE), flag
    assert "IMAGES" in shown
    for f in dataclasses.fields(Options):
        if "members" not in f.metadata:
            assert f.metadata["help"].split()[0] in shown
    for flag in flags():
        assert f"--{flag.name.replace('_', '-')} " in shown


def test_imagespace_build_has_the_same_flags(command: typer.Typer) -> None:
    runner = CliRunner()
    ours = runner.invoke(command, ["--help"]).stdout
    theirs = runner.invoke(imagespace.app, ["build", "--help"]).stdout
    assert re.findall(r"--[\w-]+", ours) == re.findall(r"--[\w-]+", theirs)
    assert ours.split("\n", 2)[2] == theirs.split("\n", 2)[2]


def test_a_real_run_ends_with_0_and_writes_plain_lines(place: Path, tmp_path: Path) -> None:
    (place / "photos/broken.png").write_bytes(b"x")
    try:
        done = _real(*_quick(place, tmp_path / "w"), cwd=tmp_path)
    finally:
        (place / "photos/broken.png").unlink()
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
    assert re.search(r"^Reading and embedding images: done in \d+\.\d s, [\d,]+/s$", done.stdout, re.MULTILINE)
    assert re.search(r"^ *\d+\.\d s  images *$", done.stdout, re.MULTILINE)
    assert f"12 images in {tmp_path}/w, model tiny" in done.stdout
    assert f"1 file was left out; the reasons are in {tmp_path}/w/failures.csv" in done.stdout
    assert done.stdout.rstrip().splitlines()[-1].endswith(" serve w")
    check_rows(tmp_path / "w", place / "photos")


def test_nothing_to_do_is_said_and_a_resumed_run_tells_what_was_done_before(place: Path, tmp_path: Path) -> None:
    options = quick(place / "photos", tmp_path / "w", str(place / "tiny.onnx"))
    real = Draft.note

    def interrupted(self: Draft, step: str, record: dict) -> None:
        if step == "columns":
            raise KeyboardInterrupt
        real(self, step, record)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Draft, "note", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(options)
    out = StringIO()
    report = TerminalReport(Console(file=out, width=200))
    summary = build(options, report)
    print_summary(report, summary, "open it")
    assert re.search(r"Seconds per step\n *[\d.]+ s  columns *\n *[\d.]+ s  layout-grid *\n", out.getvalue())
    done_before = len(Manifest.read(tmp_path / "w").steps) - len(summary.ran)
    assert f"{done_before} other steps were done before" in out.getvalue()
    print_summary(report, build(options, report), "open it")
    assert "is up to date: nothing had changed" in out.getvalue()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, ["give a folder of images, or --demo"]),
        (["gone"], 1, ["gone: no such folder"]),
        (["file.txt"], 1, ["is a file"]),
        (["empty"], 1, ["has no images"]),
        (["photos", "--dims", "4"], 2, ["--dims '4'", "2, 3"]),
        (["photos", "--metrics", "foo"], 2, ["--metrics 'foo'", "angular"]),
        (["photos", "--thumb-size", "200", "--atlas-size", "100"], 2, ["--atlas-size 100"]),
        (["photos", "--relayout"], 1, ["no workspace yet"]),
        (["--only", "tsne", "-o", "w"], 1, ["no workspace yet"]),
        (["--relayout"], 1, ["give a folder of images"]),
        (["photos", "--model", "gone.onnx"], 1, ["gone.onnx is not there"]),
        (["photos", "--model", "file.txt"], 1, ["Unknown model"]),
        (["photos", "--model", "clip-vit-b32", "--model-dir", "empty"], 1, ["--model-dir needs vision_model.onnx"]),
        (["photos", "--device", "cuda", "--model", "tiny.onnx"], 1, ["--device cuda", "--device cpu"]),
        (["photos", "--model", "tiny.onnx", "--metadata", "gone.csv"], 1, ["gone.csv"]),
        (["photos", "--model", "tiny.onnx", "--metadata", "file.txt"], 1, ["file.txt"]),
        (["photos", "-o", "file.txt/w"], 1, ["Choose a writable folder with -o"]),
        (["photos", "-o", "/proc/imagespace/w"], 1, ["Choose a writable folder with -o"]),
        (["photos", "--demo"], 2, ["leave IMAGES and --metadata out"]),
    ],
)
def test_every_mistake_is_one_line_with_a_remedy(
    arguments: list[str], code: int, words: list[str], command: typer.Typer, place: Path, tmp_path: Path
) -> None:
    (tmp_path / "photos").symlink_to(place / "photos")
    (tmp_path / "tiny.onnx").symlink_to(place / "tiny.onnx")
    (tmp_path / "file.txt").write_text("x")
    (tmp_path / "empty").mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        _one_line(CliRunner().invoke(command, arguments), code, *words)
    if "gone" in arguments:
        assert not (tmp_path / "workspaces/gone").exists(), "a mistyped folder leaves nothing behind"


@pytest.mark.parametrize(
    "arguments", [["--nonsense"], ["photos", "--trees", "0"], ["photos", "--device", "tpu"], ["a", "b"]]
)
def test_what_the_parser_refuses_ends_with_2(arguments: list[str], command: typer.Typer) -> None:
    result = CliRunner().invoke(command, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr
    assert "Error:" in result.stderr


def test_a_second_build_ends_with_1_and_one_line_in_a_real_process(place: Path, tmp_path: Path) -> None:
    with Draft.open(tmp_path / "w"):
        done = _real(*_quick(place, tmp_path / "w"), cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(f"precompute: another build is writing {tmp_path}/w (process {os.getpid()})")
    assert done.stderr.count("\n") == 1


def test_a_cache_that_cannot_be_written_is_told_for_the_demo(command: typer.Typer, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        patch.setenv("IMAGESPACE_CACHE", "/proc/imagespace")
        _one_line(CliRunner().invoke(command, ["--demo"]), 1, "Set IMAGESPACE_CACHE")


def test_a_bug_keeps_its_traceback(command: typer.Typer, place: Path, tmp_path: Path) -> None:
    def broken(self: Decode, file: object) -> None:
        raise ZeroDivisionError("a bug")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Decode, "__call__", broken)
        result = CliRunner().invoke(command, _quick(place, tmp_path / "w"))
    assert isinstance(result.exception, ZeroDivisionError)


def test_without_the_hub_the_default_goes_on_with_the_bundled_model_and_says_so(place: Path, tmp_path: Path) -> None:
    offline = {"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path / "hub")}
    write_solid(tmp_path / "few", 6)
    flags = ["few", "--projections", "pca", "--dims", "2", "--metrics", "angular", "--trees", "2"]
    done = _real(*flags, cwd=tmp_path, **offline)
    assert (done.returncode, done.stderr) == (0, "")
    notes = [line for line in done.stdout.splitlines() if line.startswith("note:")]
    assert len(notes) == 1
    assert "Going on with efficientnet-lite0" in notes[0]
    manifest = Manifest.read(tmp_path / "workspaces/few")
    assert manifest.model == "efficientnet-lite0"
    assert manifest.measured("embed", "model") == "efficientnet-lite0"
    assert [f"note: {line}" for line in manifest.notes] == notes
    assert Workspace.open(tmp_path / "workspaces/few").vectors().shape == (6, 1280)
    assert " serve workspaces/few" in done.stdout

    done = _real("few", "--model", "clip-vit-b32", cwd=tmp_path, **offline)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "--model-dir DIR" in done.stderr
    assert "--model efficientnet-lite0" in done.stderr
    assert Manifest.read(tmp_path / "workspaces/few").build == manifest.build

    again = _real(*flags, cwd=tmp_path, **offline)
    assert "up to date: nothing had changed" in again.stdout
    assert "note:" not in again.stdout


@pytest.mark.parametrize("name", ["w", "two words", 'it\'s "quoted" $HOME', "été"])
def test_the_printed_command_serves_this_workspace(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run by a real shell with an `imagespace` of ours, which prints what it was given."""
    (tmp_path / "bin").mkdir()
    stub = tmp_path / "bin/imagespace"
    stub.write_text(
        f"#!{sys.executable}\nimport json, os, sys\nprint(json.dumps([sys.argv[1], os.path.realpath(sys.argv[2])]))"
    )
    stub.chmod(0o755)
    (tmp_path / "elsewhere").mkdir()
    for variable in ("UV", "UV_RUN_RECURSION_DEPTH"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    for cwd in (tmp_path, tmp_path / "elsewhere"):
        monkeypatch.chdir(cwd)
        command = serve_command_line(tmp_path / name)
        printed = subprocess.run(command, shell=True, capture_output=True, text=True, check=True).stdout
        assert json.loads(printed) == ["serve", str(tmp_path / name)]
    monkeypatch.setenv("UV", "/usr/bin/uv")
    assert shlex.split(serve_command_line(Path("workspaces/demo"))) == [
        "uv",
        "run",
        "imagespace",
        "serve",
        "workspaces/demo",
    ]
    monkeypatch.delenv("UV")
    monkeypatch.setenv("PATH", "/nowhere")
    assert shlex.split(serve_command_line(Path("w")))[1:] == ["-m", "imagespace_core", "serve", "w"]


def test_the_version_is_printed() -> None:
    import imagespace_core

    assert CliRunner().invoke(imagespace.app, ["--version"]).stdout.strip() == imagespace_core.__version__
