"""The console script: every command is found, and none is imported before it is called."""

import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from imagespace_core import __main__ as imagespace
from imagespace_core import commands

REPOSITORY = Path(__file__).parents[2]
NOT_COMMANDS = {"__init__", "flags", "mishaps", "report", "summary"}


@pytest.mark.parametrize("flag", ["--help", "--version"])
def test_help_and_version_import_no_command(flag: str) -> None:
    """They answer at once, also on a busy machine: neither NumPy nor a source is loaded for a list of names."""
    program = (
        "import sys\nfrom imagespace_core.__main__ import main\n"
        f"sys.argv = ['imagespace', {flag!r}]\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print(sorted(m for m in sys.modules if m.startswith('imagespace_core.') or m == 'numpy'), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "['imagespace_core.__main__']"
    assert done.stdout


def test_every_module_of_commands_is_a_command() -> None:
    folder = Path(str(commands.__file__)).parent
    assert {file.stem for file in folder.glob("*.py")} - NOT_COMMANDS == set(imagespace.COMMANDS)


@pytest.mark.parametrize("name", imagespace.COMMANDS)
def test_help_lists_the_command_and_the_command_explains_itself(name: str) -> None:
    runner = CliRunner()
    assert f"  {name} " in runner.invoke(imagespace.app, ["--help"]).stdout
    own = runner.invoke(imagespace.app, [name, "--help"])
    assert own.exit_code == 0
    assert f" {name} " in own.stdout.splitlines()[0]


def test_an_unknown_command_is_refused() -> None:
    refused = CliRunner().invoke(imagespace.app, ["bulid"])
    assert refused.exit_code == 2
    assert "No such command 'bulid'" in refused.stderr


def test_serve_refuses_a_workspace_that_is_not_there(tmp_path: Path) -> None:
    refused = CliRunner().invoke(imagespace.app, ["serve", str(tmp_path / "missing")])
    assert refused.exit_code == 2
    assert refused.stderr.startswith("serve: ")
    assert "is not there" in refused.stderr


def test_serve_refuses_a_port_in_use_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = CliRunner().invoke(imagespace.app, ["serve", "--port", str(port)])
    assert refused.exit_code == 1
    assert refused.stderr == f"serve: port {port} is in use. Leave --port out, or choose another\n"


def test_serve_refuses_an_address_that_is_none_in_one_line() -> None:
    refused = CliRunner().invoke(imagespace.app, ["serve", "--host", "999.1.1.1"])
    assert refused.exit_code == 1
    assert refused.stderr.startswith("serve: 999.1.1.1 is no address of this machine")
    assert refused.stderr.count("\n") == 1


def test_serve_says_that_a_folder_holds_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class NotStarted(Exception):
        pass

    def start(*_: object, **__: object) -> None:
        raise NotStarted

    monkeypatch.setattr(subprocess, "Popen", start)
    result = CliRunner().invoke(imagespace.app, ["serve", str(tmp_path)])
    assert isinstance(result.exception, NotStarted)
    assert f"there is no workspace in {tmp_path} yet" in result.stderr


def test_the_package_has_the_settings_of_the_checkout() -> None:
    """`streamlit run` reads the one, `imagespace serve` the other."""
    checkout, package = (
        tomllib.loads((REPOSITORY / name).read_text("utf-8"))
        for name in (".streamlit/config.toml", "imagespace_core/app/config.toml")
    )
    assert checkout == package
