"""Prices are read from one place, and a mistake in them takes no guard away and stops nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchnb.errors import InputError
from batchnb.guards.prices import configured_prices
from batchnb.guards.settings import guards
from batchnb.jobs.prices import Rate
from batchnb.widget.prices_told import prices_told


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the pyproject.toml of the folder above the one that we are in."""
    inside = tmp_path / "project" / "notebooks"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    return inside.parent / "pyproject.toml"


def test_nothing_configured_is_no_price(project: Path) -> None:
    """And not a price of 0."""
    project.write_text("[tool.batchnb]\nmax_jobs = 5\n")
    assert configured_prices() is None
    assert prices_told() == {"prices": None}


def test_prices_hold_everywhere_or_by_queue(project: Path) -> None:
    """Prices beside the tables of queues are for the queues without one."""
    project.write_text(
        "[tool.batchnb]\nmax_jobs = 5\n[tool.batchnb.prices]\nvcpu_hour = 0.04\ncurrency = 'EUR'\n"
        "[tool.batchnb.prices.train-gpu]\ngpu_hour = 2.5\n"
    )
    found = configured_prices()
    assert found is not None
    assert found.currency == "EUR"
    assert found.prices.of_queue("train-gpu") == Rate(gpu_hour=2.5)
    assert found.prices.of_queue("etl") == Rate(vcpu_hour=0.04)
    assert guards().max_jobs.value == 5
    assert json.loads(json.dumps(prices_told()))["prices"] == {
        "currency": "EUR",
        "everywhere": {"vcpu": 0.04, "memory": 0, "gpu": 0},
        "byQueue": {"train-gpu": {"vcpu": 0, "memory": 0, "gpu": 2.5}},
    }


def test_the_nearest_place_has_the_prices(project: Path, user_file: Path) -> None:
    """Prices of several places are not mixed; the user's file is the last one."""
    user_file.parent.mkdir(exist_ok=True)
    user_file.write_text("[prices]\nvcpu_hour = 1\n")
    found = configured_prices()
    assert found is not None
    assert found.prices.everywhere == Rate(vcpu_hour=1.0)
    assert guards().max_jobs.value == 1000
    project.write_text("[tool.batchnb.prices]\ngpu_hour = 2\n")
    found = configured_prices()
    assert found is not None
    assert found.prices.everywhere == Rate(gpu_hour=2.0)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("vcpu_hour = -1", "at least 0"),
        ("vcpus = 1", "must have vcpu_hour"),
        ("currency = 'dollars'\nvcpu_hour = 1", "currency must be three letters"),
        ("currency = 'USD'", "must have vcpu_hour"),
    ],
)
def test_wrong_prices_are_told_and_stop_nothing(project: Path, text: str, message: str) -> None:
    """With the place where they stand; the guards beside them hold."""
    project.write_text(f"[tool.batchnb]\nmax_jobs = 5\n[tool.batchnb.prices]\n{text}\n")
    with pytest.raises(InputError, match=message) as raised:
        configured_prices()
    assert str(project) in str(raised.value)
    told = prices_told()
    assert told["prices"] is None
    assert message in told["pricesError"]
    assert guards().max_jobs.value == 5
