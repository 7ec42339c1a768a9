"""The names of accounts, as the user's own file has them. A repository names none: it may call production "dev"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from batchnb.errors import InputError
from batchnb.text import shown

__all__ = ["ACCOUNT_NAMES", "read_account_names"]

ACCOUNT_NAMES = "account_names"
"""The table of the user's file: `account_names = {"123456789012" = "acme-ml-prod"}`."""

_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
_LENGTH = 63
"""As long as an alias of IAM. [guide]"""


def read_account_names(settings: Mapping[str, Any], source: str) -> dict[str, str]:
    """Return the names of accounts by their numbers. Raises InputError where the table is not one of names."""
    names = settings.get(ACCOUNT_NAMES, {})
    if not isinstance(names, Mapping):
        raise InputError(f"{ACCOUNT_NAMES} in {source}: must be a table of ids and names, got {_quoted(names)}.")
    for account, name in names.items():
        if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
            raise InputError(f"{ACCOUNT_NAMES} in {source}: {_quoted(account)} is not an account id of 12 digits.")
        if not isinstance(name, str) or not 0 < len(name.strip()) <= _LENGTH:
            raise InputError(
                f"{ACCOUNT_NAMES} in {source}: the name of {account} must be a text of 1 to {_LENGTH} characters, "
                f"got {_quoted(name)}."
            )
    return {account: name.strip() for account, name in names.items()}


def _quoted(value: object) -> str:
    return shown(repr(value), 80)
