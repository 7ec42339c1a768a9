"""The demo: the main job from the first list to the last word, and the same in JupyterLab."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import batchnb
from batchnb.cli import demo
from batchnb.cli.main import main
from batchnb.errors import InputError

ROOT = Path(batchnb.__file__).parents[1]


def test_the_demo_prints_the_whole_road(tmp_path: Path) -> None:
    """`batchnb demo` lists, plans, ends and reports, and exits with 0, whatever the machine's AWS settings are."""
    hostile = {"AWS_PROFILE": "nobody", "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_DEFAULT_REGION": "mars-1"}
    code = "import sys; sys.argv[0] = 'batchnb'; from batchnb.cli.main import main; raise SystemExit(main())"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, "demo"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, **hostile, "PYTHONPATH": str(ROOT)},
    )
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    out = done.stdout
    parts = [out.index(text) for text in ("\n1. ", "\n2. ", "\n3. ", "\n4. ", "\nThe same in JupyterLab:")]
    assert parts == sorted(parts)
    plan, report = out[parts[1] : parts[2]], out[parts[2] : parts[3]]
    assert "EMULATOR at http://127.0.0.1:" in plan
    assert "61 jobs: 43 to terminate, 18 to cancel" in plan
    assert "60 of 61 jobs seen to end: 41 terminated, 18 cancelled, 1 succeeded anyway, 1 denied." in report
    assert report.count("sweep-lr-") == 60
    assert "sweep-lr-prod" not in plan + report
    assert "TerminationFailedError: 60 of 61" in out[parts[3] :]
    assert "demo --lab" in out[parts[4] :]
    assert ">>>" not in out


def test_the_demo_puts_the_settings_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside the demo there are the emulator's settings only; behind it they are as they were."""
    monkeypatch.setenv("AWS_PROFILE", "mine")
    before = dict(os.environ)
    with batchnb.local.start() as emulator, demo._settings_of(emulator):
        assert "AWS_PROFILE" not in os.environ
        assert os.environ["AWS_ENDPOINT_URL_BATCH"] == emulator.endpoint_url
    assert dict(os.environ) == before


@pytest.fixture
def fake_lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put a JupyterLab into the environment that only notes its arguments, and go to an empty folder."""
    package = tmp_path / "packages" / "jupyterlab"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys; print(*sys.argv[1:], file=open('arguments', 'w')); sys.exit(3)")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    monkeypatch.syspath_prepend(package.parent)
    monkeypatch.delitem(sys.modules, "jupyterlab", raising=False)
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    return here


@pytest.fixture
def user_id(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let somebody start the demo who is not root; the number may be changed."""
    number = [1000]
    monkeypatch.setattr(os, "geteuid", lambda: number[0], raising=False)
    return number


def test_lab_opens_a_copy_of_the_quickstart(
    fake_lab: Path, user_id: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """JupyterLab of this environment is started with a copy in the working directory, and its status comes back."""
    assert user_id
    assert demo.run_lab() == 3
    copy = fake_lab / "batchnb-quickstart.ipynb"
    assert (fake_lab / "arguments").read_text().strip() == str(copy)
    assert copy.read_bytes() == (ROOT / "notebooks" / "quickstart.ipynb").read_bytes()
    assert "Opening batchnb-quickstart.ipynb in JupyterLab" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ([], ""),
        (["--port", "9000"], "--port=9000"),
        (["--no-browser"], "--no-browser"),
        (["--port=0", "--no-browser"], "--port=0 --no-browser"),
    ],
)
@pytest.mark.parametrize("root", [False, True])
def test_lab_starts_in_a_container(
    fake_lab: Path, user_id: list[int], options: list[str], expected: str, *, root: bool
) -> None:
    """There somebody is root, knows which port is published, and has no browser."""
    user_id[0] = 0 if root else 1000
    assert main(["demo", "--lab", *options]) == 3
    given = (fake_lab / "arguments").read_text().split()[1:]
    assert given == [*expected.split(), *(["--allow-root"] if root else [])]


@pytest.mark.parametrize(
    "options", [["--port", "9"], ["--no-browser"], ["--lab", "--port", "-1"], ["--lab", "--port=x"]]
)
def test_options_of_lab_are_checked(options: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """They mean nothing without it, and a port is a number."""
    with pytest.raises(SystemExit) as ended:
        main(["demo", *options])
    assert ended.value.code == 2
    assert "--port" in capsys.readouterr().err


def test_lab_keeps_what_somebody_wrote(fake_lab: Path) -> None:
    """A copy that is there already is opened as it is."""
    copy = fake_lab / "batchnb-quickstart.ipynb"
    copy.write_text("mine")
    demo.run_lab()
    assert copy.read_text() == "mine"


def test_without_lab_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where JupyterLab is not installed, the error names the command that installs it, and no file is written."""
    monkeypatch.setattr(demo, "find_spec", lambda _name: None)
    monkeypatch.setattr(demo, "install_text", lambda: "pip install 'batchnb[demo]'")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"Install it with: pip install 'batchnb\[demo\]'"):
        demo.run_lab()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_an_error_with_its_name(
    fake_lab: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the copy cannot be written, the error says where, and Lab is not started."""

    def refuse(*_arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(shutil, "copyfile", refuse)
    with pytest.raises(InputError, match=r"batchnb-quickstart\.ipynb: Permission denied"):
        demo.run_lab()
    assert list(fake_lab.iterdir()) == []
