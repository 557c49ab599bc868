"""The root command: quick, lazy, and the one place where an error becomes an exit status."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import click
import pytest

from scarscore.serve import cli

HEAVY = ("numpy", "cv2", "PIL", "onnx", "onnxruntime", "rich", "torch", "pyarrow", "concurrent", "asyncio")


def scarscore(*arguments: str, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command line in a process of its own; `code` runs before it."""
    start = f"{code}\nfrom scarscore.serve.cli import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", start, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_help_lists_every_command_with_its_line() -> None:
    done = scarscore("--help")
    assert done.returncode == 0
    for name, (_, text) in cli.COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert text in done.stdout
    assert "Not a diagnosis" in done.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("score", "--help"), ("score",)])
def test_help_and_wrong_usage_import_nothing_heavy(arguments: tuple[str, ...]) -> None:
    tell = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules))"
    loaded = scarscore(*arguments, code=tell).stdout.split("LOADED ")[1].split()
    assert "click" in loaded
    assert {name.split(".")[0] for name in loaded}.isdisjoint(HEAVY)


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_root_answers_import_no_command(argument: str) -> None:
    tell = "import atexit, sys; atexit.register(lambda: print('LOADED', *sys.modules))"
    loaded = scarscore(argument, code=tell).stdout.split("LOADED ")[1].split()
    assert "scarscore.serve.cli" in loaded
    assert {module.split(":")[0] for module, _ in cli.COMMANDS.values()}.isdisjoint(loaded)


@pytest.mark.parametrize(("argument", "most"), [("--help", 0.15), ("--version", 0.1)])
def test_root_answers_are_quick(argument: str, most: float) -> None:
    """In seconds of processor time over an empty program's, the best of five: a busy machine is no fault of ours."""
    assert processor_time("-m", "scarscore.serve", argument) - processor_time("-c", "pass") < most


def processor_time(*arguments: str) -> float:
    times = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(times)


def test_the_version_is_the_installed_one() -> None:
    assert cli.installed_version() == version("scarscore")
    assert scarscore("--version").stdout == f"scarscore {version('scarscore')}\n"


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_of_the_table_is_there_and_documented(name: str) -> None:
    command = cli.root.get_command(click.Context(cli.root), name)
    assert isinstance(command, click.Command)
    assert command.help


def test_python_dash_m_does_what_the_script_does() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "scarscore.serve", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"scarscore {version('scarscore')}\n"


def test_an_unknown_command_or_option_is_wrong_usage() -> None:
    for arguments in (("scroe",), ("--frobnicate",), ("score", "x.jpg", "--frobnicate")):
        done = scarscore(*arguments)
        assert done.returncode == 2
        assert "Error: No such" in done.stderr
        assert done.stdout == ""


@pytest.fixture
def failing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], int]:
    """Runs a command, in a module of its own as all are, that raises what the expression says."""

    def run(error: str) -> int:
        code = f"import click\n\n@click.command()\ndef fails():\n    raise {error}\n"
        (tmp_path / "failing_command.py").write_text(code)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "failing_command", raising=False)
        monkeypatch.setitem(cli.COMMANDS, "fails", ("failing_command:fails", "Fails."))
        return cli.run(["fails"])

    return run


@pytest.mark.parametrize(
    "error",
    [
        "__import__('scarscore.serve.errors').serve.errors.UsageError('said')",
        "__import__('scarscore.serve.errors').serve.errors.OutputError('said')",
        "__import__('scarscore.model.errors').model.errors.ModelTampered('said')",
        "__import__('scarscore.datasets.errors').datasets.errors.DataMissing('said')",
    ],
)
def test_our_errors_end_with_their_sentence_and_status_2(
    error: str, failing: Callable[[str], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(error) == 2
    assert capsys.readouterr().err == "Error: said\n"


def test_what_the_system_refuses_ends_with_its_sentence_and_status_2(
    failing: Callable[[str], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing("FileExistsError(17, 'File exists', 'runs')") == 2
    assert capsys.readouterr().err == "Error: runs: File exists\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_behind_standard_output_is_told_once() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "scarscore.serve", "--help"],
            stdout=full, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (2, "Error: No space left on device\n")


def test_a_fault_of_the_program_is_not_hidden(failing: Callable[[str], int]) -> None:
    with pytest.raises(ZeroDivisionError):
        failing("ZeroDivisionError")


@pytest.mark.parametrize(("package", "extra"), cli.EXTRAS.items())
def test_a_missing_extra_names_the_command_that_installs_it(
    package: str, extra: str, failing: Callable[[str], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert failing(f"ModuleNotFoundError('No such module', name='{package}.part')") == 2
    assert f'pip install "scarscore[{extra}]"' in capsys.readouterr().err


def test_a_missing_module_of_no_extra_is_a_fault_of_the_program(failing: Callable[[str], int]) -> None:
    with pytest.raises(ModuleNotFoundError):
        failing("ModuleNotFoundError('No such module', name='numpy')")


def test_training_without_torch_says_what_to_install() -> None:
    """A process in which torch cannot be found, as in the base install."""
    done = scarscore("train", code="import sys; sys.modules['torch'] = None")
    assert done.returncode == 2
    assert 'pip install "scarscore[train]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_goes_away_ends_the_command_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path\n" + "".join(f"{number}.jpg\n" for number in range(5000)))
    command = [sys.executable, "-m", "scarscore.serve", "score", "list.csv"]
    writer = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert writer.stdout is not None
    assert writer.stderr is not None
    writer.stdout.readline()
    writer.stdout.close()
    told = writer.stderr.read()
    assert writer.wait(timeout=300) == 128 + signal.SIGPIPE
    assert [line for line in told.splitlines() if "photos, " not in line] == []  # progress alone


def test_ctrl_c_ends_with_its_own_status_and_no_traceback() -> None:
    """It comes while the command waits for paths."""
    code = (
        "import os, signal, sys\n"
        "class Keyboard:\n"
        "    def read(self): os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.stdin = Keyboard()\n"
        "sys.stdin.buffer = sys.stdin"
    )
    done = scarscore("score", "-", code=code)
    assert done.returncode == 130
    assert done.stderr.strip() == ""
