"""The names of accounts: the user's own file may say them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchnb.errors import InputError
from batchnb.guards.settings import account_names, guards, set_notebook_layer


def write(path: Path, text: str) -> None:
    """Write a file, with its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")


def test_the_users_file_names_accounts_beside_its_guards(user_file: Path) -> None:
    """The names are no guard, and keep none from being read."""
    assert account_names() == {}
    write(user_file, 'max_jobs = 7\naccount_names = {"123456789012" = " acme-ml-prod "}\n')
    assert account_names() == {"123456789012": "acme-ml-prod"}
    assert guards().max_jobs.value == 7


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('account_names = "acme"', "must be a table"),
        ('account_names = {"123" = "acme"}', "'123' is not an account id"),
        ('account_names = {"123456789012" = 5}', "the name of 123456789012 must be a text"),
        ('account_names = {"123456789012" = " "}', "must be a text of 1 to 63"),
        (f'account_names = {{"123456789012" = "{"x" * 64}"}}', "must be a text of 1 to 63"),
    ],
)
def test_a_table_of_other_things_is_an_error(user_file: Path, text: str, why: str) -> None:
    """Also where only guards are asked for: a slip in this file must not go unnoticed."""
    write(user_file, text)
    for read in (account_names, guards):
        with pytest.raises(InputError, match=why):
            read()


def test_a_repository_names_no_account(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A clone could call production "dev"; nor does a notebook."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "pyproject.toml", '[tool.batchnb]\naccount_names = {"123456789012" = "dev"}\n')
    with pytest.raises(InputError, match=r"account_names in \[tool\.batchnb\].*only your own file names accounts"):
        guards()
    assert account_names() == {}
    (tmp_path / "pyproject.toml").unlink()
    set_notebook_layer(lambda: {"account_names": {"123456789012": "dev"}})
    try:
        with pytest.raises(InputError, match="only your own file"):
            guards()
    finally:
        set_notebook_layer(None)
