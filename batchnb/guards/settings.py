"""Settings: the configured guards, their layers, and errors in them.

From strong to weak: keyword arguments, flags, `%config BatchMagics`, every `[tool.batchnb]` from the working folder up
to the root of the repository, the user's config file, the built-in defaults. A setting that cannot be read is an error:
a guard is never lost by a slip of the pen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from batchnb.errors import InputError
from batchnb.guards.account_names import ACCOUNT_NAMES, read_account_names
from batchnb.guards.config_files import project_tables, read_toml, user_config_file
from batchnb.guards.notebook_defaults import DEFAULTS
from batchnb.guards.notebook_layer import notebook_layer, set_notebook_layer
from batchnb.guards.rules import FULL, NAMES, Guards, Layer, Pattern, PatternKind, combine
from batchnb.jobs.expansion import check_expanded
from batchnb.text import shown

__all__ = [
    "FLAGS",
    "KEYWORDS",
    "NOTEBOOK",
    "PRICES",
    "account_names",
    "configured_layers",
    "guards",
    "layer",
    "pattern",
    "set_notebook_layer",
    "user_file",
]

KEYWORDS = "a keyword argument"
FLAGS = "a flag"
NOTEBOOK = "%config BatchMagics"
READ_ONLY_VARIABLE = "BATCHNB_READ_ONLY"

_EXPLICIT_ONLY = {
    "unprotect": (
        "a protection can be lifted only where a plan is made, by unprotect= or --unprotect. To end it for good, "
        "remove it where it is set."
    ),
    "accept_unseen": "this can be accepted only where a plan is made, by accept_unseen=True or --accept-unseen.",
}
"""Settings that widen a guard, and why they cannot be configured."""
_NOTEBOOK_ONLY = (
    "a file of a repository, or of somebody's home, does not choose where calls go. In a notebook: "
    "%config BatchMagics.{key} = '...'."
)
_USER_ONLY = "only your own file names accounts. A repository could call production by another name."
_KEYS = ("max_jobs", "max_percent", "protect", "accounts", "production_accounts", "read_only", "evidence")
_TABLES = {"queues": PatternKind.QUEUE, "names": PatternKind.NAME, "tags": PatternKind.TAG}
_ACCOUNT = re.compile(r"\d{12}", re.ASCII)
PRICES = "prices"
"""The one setting of a file beside the guards: see `configured_prices`."""
_YES, _NO = ("1", "true", "yes", "on"), ("", "0", "false", "no", "off")


def guards(*explicit: Layer) -> Guards:
    """Return the guards that hold here and now, with these layers above all that is configured.

    Raises InputError where a setting is wrong, naming the file and the setting.
    """
    return combine([*explicit, *configured_layers()])


def layer(source: str, settings: Mapping[str, object], *, explicit: bool = False) -> Layer:
    """Return the layer with these settings; None is a setting that was not made.

    Raises InputError that names the source and the setting that is wrong or unknown.
    """
    made = {key: value for key, value in settings.items() if value is not None}
    for key in made:
        if key in _EXPLICIT_ONLY and not explicit:
            raise InputError(f"{key} in {source}: {_EXPLICIT_ONLY[key]}")
        if key == ACCOUNT_NAMES:
            raise InputError(f"{key} in {source}: {_USER_ONLY}")
        if key in DEFAULTS:
            raise InputError(f"{key} in {source}: {_NOTEBOOK_ONLY.format(key=key)}")
        if key not in (*_KEYS, *_EXPLICIT_ONLY):
            raise InputError(
                f"{shown(key, 40)} in {source}: there is no such setting. There are: {', '.join((*_KEYS, PRICES))}."
            )

    def read(key: str, reader: Callable[[Any], Any], missing: Any) -> Any:
        if key not in made:
            return missing
        try:
            return reader(made[key])
        except InputError as error:
            raise InputError(f"{key} in {source}: {error}") from error

    return Layer(
        source,
        explicit,
        max_jobs=read("max_jobs", _count, None),
        max_percent=read("max_percent", _percent, None),
        protect=read("protect", _patterns, ()),
        unprotect=read("unprotect", _patterns, ()),
        accounts=read("accounts", _accounts, None),
        production_accounts=read("production_accounts", _accounts, ()),
        read_only=read("read_only", _flag, False),  # noqa: FBT003 - what holds where nothing is said
        accept_unseen=read("accept_unseen", _flag, False),  # noqa: FBT003
        evidence=read("evidence", _evidence, None),
    )


def pattern(text: object) -> Pattern:
    """Return the pattern in a text such as "tag:keep=yes", "name:prod-*" or "queue:live"; "tag:keep" is any value.

    >>> str(pattern("tag:keep"))
    'tag:keep=*'
    """
    kind, colon, rest = text.strip().partition(":") if isinstance(text, str) else ("", "", "")
    if colon and rest.strip() and kind in list(PatternKind):
        if kind != PatternKind.TAG:
            return _pattern(PatternKind(kind), rest)
        key, equals, value = rest.partition("=")
        if key.strip():
            return _pattern(PatternKind.TAG, value if equals else "*", key)
    raise InputError(f"{_quoted(text)} is not a pattern. Write queue:NAME, name:PATTERN, tag:KEY=VALUE or tag:KEY.")


def user_file() -> Path | None:
    """Return the user's config file, which need not exist; None for a user without a home folder."""
    return user_config_file()


def configured_layers() -> list[Layer]:
    """Return what is configured, each place by itself. Raises InputError where a setting is wrong."""
    said = notebook_layer()
    layers = [layer(NOTEBOOK, said)] if said is not None else []
    layers += [layer(source, _guards_in(table)) for source, table in project_tables()]
    source, settings = _user_settings()
    if settings is not None:
        read_account_names(settings, source)
        own = {key: value for key, value in _guards_in(settings).items() if key != ACCOUNT_NAMES}
        layers.append(layer(source, own))
    read_only = os.environ.get(READ_ONLY_VARIABLE, "")
    if read_only.strip().lower() not in _NO:
        if read_only.strip().lower() not in _YES:
            raise InputError(f"{READ_ONLY_VARIABLE}: {_quoted(read_only)} is neither 1 nor 0.")
        layers.append(Layer(f"{READ_ONLY_VARIABLE}={read_only}", read_only=True))
    return layers


def account_names() -> dict[str, str]:
    """Return the names that the user's own file has for accounts. Raises InputError where it cannot be read."""
    source, settings = _user_settings()
    return read_account_names(settings or {}, source)


def _user_settings() -> tuple[str, dict[str, Any] | None]:
    """Return how the user's file is called in messages, and what is in it; None where there is none."""
    user = user_file()
    return f"the user file {shown(user, 400)}", None if user is None else read_toml(user)


def _guards_in(table: Mapping[str, object]) -> dict[str, object]:
    # Prices do not guard anything: a mistake in them is told where costs are shown, and stops nothing.
    return {key: value for key, value in table.items() if key != PRICES}


def _count(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise InputError(f"{_quoted(value)} is not a whole number, 0 or more.")
    return value


def _percent(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= 100:
        raise InputError(f"{_quoted(value)} is not a percentage above 0 and up to 100.")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise InputError(f"{_quoted(value)} is neither true nor false.")
    return value


def _evidence(value: object) -> str:
    if value not in (NAMES, FULL):
        raise InputError(f"must be '{NAMES}' or '{FULL}', got {_quoted(value)}.")
    return str(value)


def _patterns(value: object) -> tuple[Pattern, ...]:
    if isinstance(value, Pattern):
        return (_pattern(value.kind, value.value, value.key),)
    if isinstance(value, str):
        return (pattern(value),)
    if isinstance(value, Mapping):
        return tuple(found for key, entries in value.items() for found in _patterns_of(key, entries))
    if isinstance(value, Iterable):
        return tuple(found for entry in value for found in _patterns(entry))
    raise InputError(f"{_quoted(value)} is neither a pattern nor a list of patterns, such as 'tag:keep=yes'.")


def _patterns_of(key: object, entries: object) -> list[Pattern]:
    if key not in _TABLES:
        raise InputError(f"{_quoted(key)} must be one of {', '.join(_TABLES)}.")
    kind = _TABLES[str(key)]
    if kind is PatternKind.TAG:
        if not isinstance(entries, Mapping) or not all(_is_text(one) for pair in entries.items() for one in pair):
            raise InputError("tags must be a table of keys and values, such as {keep = 'yes'}; '*' is any value.")
        return [_pattern(kind, value, key) for key, value in entries.items()]
    names = [entries] if isinstance(entries, str) else entries
    if not isinstance(names, Iterable) or not all(map(_is_text, names := list(names))):
        raise InputError(f"{key} must be a list of names.")
    return [_pattern(kind, name) for name in names]


def _pattern(kind: PatternKind, value: str, key: str = "") -> Pattern:
    for text in (key, value):
        check_expanded(text, f'In Python: batchnb.plan(jobs, reason="...", protect=f"{kind}:...") with {{name}} in it.')
    # White space around a name would only keep it from being found.
    return Pattern(kind, value.strip(), key.strip())


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _accounts(value: object) -> tuple[str, ...]:
    accounts = [value] if isinstance(value, str) else value
    if not isinstance(accounts, (list, tuple, set, frozenset)) or not accounts:
        raise InputError(f"{_quoted(value)} is not a list of account ids, such as ['123456789012'].")
    for account in accounts:
        if not isinstance(account, str) or not _ACCOUNT.fullmatch(account):
            raise InputError(f"{_quoted(account)} is not an account id: a text of 12 digits, such as '123456789012'.")
    return tuple(accounts)


def _quoted(value: object) -> str:
    return shown(repr(value), 80)
