"""The guards of a notebook, as `%config BatchMagics` shows and sets them. One that cannot be read stops every plan.

IPython only warns of a setting that it does not know, and logs one of a wrong type. Here the cell fails, and each plan
after it, until the setting is corrected or taken back: a guard is never lost by a typing error. The same holds for what
a configuration file or a command line has set before the extension is loaded, for the `config` of the shell, and for
the attributes of the magics.
"""

from __future__ import annotations

from copy import deepcopy
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from traitlets import Any as AnyTrait
from traitlets import Bool, Float, Int
from traitlets.config import Config, Configurable
from traitlets.config.loader import DeferredConfig, LazyConfigValue

from batchnb.errors import InputError
from batchnb.guards.notebook_defaults import DEFAULTS, check_default
from batchnb.text import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["GuardConfigError", "GuardSettings"]

_SECTION = "BatchMagics"
_ALIKE = 0.9
"""How alike the name of a section is to ours, of 1, to be taken for a typing error. `BashMagics` is somebody else's."""
_MEANT = {"batchnb"}
"""Names that are not alike, and mean us all the same."""

_LINE_LENGTH = 400


class GuardConfigError(BaseException):
    """A line of `%config` sets a guard that cannot be read. Not an Exception: those `%config` logs, and goes on."""

    def _render_traceback_(self) -> list[str]:
        return [f"{type(self).__name__}: {self}"]


class GuardSettings(Configurable):
    """What `%config BatchMagics` shows and sets: guards for all plans of this notebook."""

    max_jobs = Int(None, allow_none=True, help="the most jobs that a plan may end").tag(config=True)
    max_percent = Float(None, allow_none=True, help="the most of a queue's live jobs, in percent").tag(config=True)
    protect = AnyTrait(None, help="never ended: ['tag:keep=yes', 'name:prod-*', 'queue:live']").tag(config=True)
    accounts = AnyTrait(None, help="the accounts in which jobs may be ended: ['123456789012']").tag(config=True)
    production_accounts = AnyTrait(None, help="where the number of jobs has to be typed").tag(config=True)
    read_only = Bool(default_value=False, help="end nothing").tag(config=True)
    evidence = AnyTrait(None, help="'full': journals keep values of environment variables").tag(config=True)
    profile = AnyTrait(None, help=DEFAULTS["profile"]).tag(config=True)
    region = AnyTrait(None, help=DEFAULTS["region"]).tag(config=True)
    queue = AnyTrait(None, help=DEFAULTS["queue"]).tag(config=True)

    shell: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._mistakes: dict[str, str] = {}
        """What is wrong with settings that were made, by their full names."""
        self._seen: dict[str, str] = {}
        """The settings in the `config` of the shell that were taken over, as text."""
        super().__init__(*args, **kwargs)
        self.take_over()

    def guard_settings(self) -> dict[str, object]:
        """Return what was set, None for what was not. Raises InputError while a setting is wrong."""
        self.take_over()
        self.check()
        return {name: getattr(self, name) for name in _SETTINGS if name not in DEFAULTS}

    def default_settings(self) -> dict[str, object]:
        """Return the defaults that were set, None for what was not. Raises InputError while a setting is wrong."""
        self.take_over()
        self.check()
        return {name: getattr(self, name) for name in DEFAULTS}

    def check(self) -> None:
        """Raise InputError while a setting is wrong, with the line that takes it back."""
        if self._mistakes:
            raise InputError(" ".join(self._mistakes.values()))

    def take_over(self) -> list[str]:
        """Take over what was set in the `config` of the shell since the last time; return what is wrong with it."""
        config = self._shell_config
        if config is None:
            return []
        found = dict(self._settings_in(config))
        texts = {name: _text_of(value) for name, value in found.items()}
        for name in self._seen.keys() - texts.keys():
            self._mistakes.pop(name, None)
        # A container that was only looked at stands there as an empty one.
        fresh = [name for name in found if texts[name] != self._seen.get(name) and not _is_empty(found[name])]
        for name in fresh:
            self._set(name, found[name])
            self._own(config, name)
        self._seen = {name: _text_of(value) for name, value in self._settings_in(config)}
        return [self._mistakes[name] for name in fresh if name in self._mistakes]

    def update_config(self, config: Config) -> None:
        """Make the settings of a line of `%config`. Raises GuardConfigError, which fails the cell, for a wrong one."""
        wrong = []
        for name, value in self._settings_in(config):
            was_wrong = name in self._mistakes
            self._set(name, value)
            if name in self._mistakes:
                wrong.append(self._mistakes[name])
            else:
                self._own(config, name)
                if was_wrong:
                    self._forget(name)
        if wrong:
            raise GuardConfigError(" ".join(wrong))

    def _load_config(self, cfg: Config, section_names: object = None, traits: object = None) -> None:
        # `take_over` does it: traitlets would stop at the first mistake, and lose the guards behind it.
        pass

    def __setattr__(self, name: str, value: Any) -> None:
        full = f"{_SECTION}.{name}"
        if name in _SETTINGS:
            value = self._checked(full, value)
        elif not name.startswith("_") and not hasattr(type(self), name):
            self._mistakes[full] = _unknown(full)
            raise InputError(self._mistakes[full])
        super().__setattr__(name, value)

    def _checked(self, full: str, value: Any) -> Any:
        """Return the value of a guard as it is kept. Raises InputError, and remembers it, where it is wrong."""
        from batchnb.guards.settings import NOTEBOOK, layer

        name = full.partition(".")[2]
        try:
            kept = _kept(value)
            if name in DEFAULTS:
                check_default(name, kept)
            else:
                layer(NOTEBOOK, {name: kept})
        except (InputError, TypeError) as error:
            self._mistakes[full] = f"{error} {_way_back(full, getattr(self, name))}"
            raise InputError(self._mistakes[full]) from error
        self._mistakes.pop(full, None)
        return False if name == "read_only" and kept is None else kept

    def _set(self, full: str, value: Any) -> None:
        """Make a setting by its full name, or note what is wrong with it. None sets nothing, or takes it back."""
        section, _, name = full.partition(".")
        if section == _SECTION and name in _SETTINGS:
            try:
                setattr(self, name, self._plain(name, value))
            except InputError as error:
                self._mistakes[full] = str(error)
        elif value is None:
            self._mistakes.pop(full, None)
        else:
            self._mistakes[full] = _unknown(full)

    def _plain(self, name: str, value: Any) -> Any:
        """Return what a value stands for that a configuration file, or a command line, has collected."""
        if isinstance(value, DeferredConfig):
            if isinstance(value, list) and len(value) > 1:  # given several times
                return list(value)
            return value.get_value(self.traits()[name])
        if isinstance(value, LazyConfigValue):
            if strange := [attribute for attribute in vars(value) if not attribute.startswith("_")]:
                return _Mistake(f"{name}.{strange[0]}")
            made: Any = value.to_dict()
            if not made:
                return _Mistake(f"{name}, which is set to nothing,")
            return made["update"] if "update" in made else value.get_value(list(getattr(self, name) or ()))
        return value

    def _settings_in(self, config: Config) -> Iterator[tuple[str, Any]]:
        """Yield what a config says for us, by full name, and what it says for a section that was misspelt."""
        for name, value in self._find_my_config(config).items():
            if not isinstance(value, Config):
                yield f"{_SECTION}.{name}", value
        others = {kind.__name__ for one in getattr(self.shell, "configurables", ()) for kind in type(one).__mro__}
        for section, values in list(config.items()):
            if section not in others and _is_alike(section):
                given = values if isinstance(values, dict) else vars(values) if hasattr(values, "__dict__") else {"": 1}
                yield from ((f"{section}.{name}", value) for name, value in given.items() if not name.startswith("_"))

    def _own(self, config: Config, full: str) -> None:
        """Put our copy of a setting in the place of a list or table there, which somebody else may change."""
        name = full.partition(".")[2]
        for section in self.section_names():
            given = config.get(section, {}).get(name)
            is_ours = isinstance(given, (str, LazyConfigValue, DeferredConfig)) or full in self._mistakes
            if hasattr(given, "__iter__") and not is_ours:
                config[section][name] = deepcopy(getattr(self, name))

    def _forget(self, full: str) -> None:
        """Take a setting that was wrong from the `config` of the shell: loaded again, it would be wrong again."""
        section, _, name = full.partition(".")
        config = self._shell_config
        for one in [section] if section != _SECTION else self.section_names():
            if config is not None and isinstance(config.get(one), dict):
                config[one].pop(name, None)
            elif config is not None and one == section:
                config.pop(one, None)

    @property
    def _shell_config(self) -> Config | None:
        config = getattr(self.shell, "config", None)
        return config if isinstance(config, Config) else None


class _Mistake:
    """A value that no guard has."""

    def __init__(self, what: str) -> None:
        self._what = what

    def __repr__(self) -> str:
        return self._what


_SETTINGS = tuple(GuardSettings.class_own_traits(config=True))
"""The guards and the defaults."""


def _kept(value: Any) -> Any:
    """Return a copy: what happens to the original later must not change a guard, nor an iterator be read once only."""
    if value is None or isinstance(value, (str, bool, int, float, dict)):
        return deepcopy(value)
    return deepcopy(list(value)) if hasattr(value, "__iter__") else value


def _is_empty(value: Any) -> bool:
    return isinstance(value, LazyConfigValue) and not value.to_dict() and not any(_public(value))


def _public(value: Any) -> Iterable[str]:
    return (name for name in vars(value) if not name.startswith("_"))


def _text_of(value: Any) -> str:
    strange = {name: vars(value)[name] for name in _public(value)} if isinstance(value, LazyConfigValue) else None
    return f"{value!r} {strange}"


def _is_alike(section: str) -> bool:
    folded = section.casefold()
    return section != _SECTION and (
        folded in _MEANT or bool(get_close_matches(folded, [_SECTION.casefold()], 1, _ALIKE))
    )


def _unknown(full: str) -> str:
    from batchnb.guards.settings import NOTEBOOK, layer

    section, _, name = full.partition(".")
    close = get_close_matches(name, _SETTINGS, 1) if name not in _SETTINGS else [name]
    meant = f" Did you mean %config {_SECTION}.{close[0]}?" if close and name != "unprotect" else ""
    try:
        layer(NOTEBOOK, {name: ""} if section == _SECTION else {full: ""})
    except InputError as error:
        return f"{error}{meant} {_way_back(full, None)}"
    return ""


def _way_back(full: str, value: object) -> str:
    """Return the sentence that says how a setting is taken back: by the value that holds."""
    section, _, name = full.partition(".")
    line = f"%config {full} = {value!r}"
    if not name.isidentifier():
        line = f"del get_ipython().config[{section!r}][{name!r}]"
    return f"No plan is made until you correct it, or take it back: {shown(line, _LINE_LENGTH)}"
