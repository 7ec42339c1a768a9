"""Asks for an MFA code only where you can type one: elsewhere a prompt would hang."""

from __future__ import annotations

import getpass
import inspect
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

__all__ = ["CodeNotTypedError", "guard_prompts"]


class CodeNotTypedError(Exception):
    """An MFA code is needed, and cannot be typed here. `why` says what is wrong with the place."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def guard_prompts(session: boto3.Session) -> None:
    """Let the session ask for MFA codes in the main thread only, by the `getpass` of that moment.

    A worker thread has no line to a person: a notebook's front end shows no question after the cell has ended. botocore
    keeps the `getpass.getpass` of the moment when it was imported, which in a kernel is that of another cell.
    botocore has no public way to do this; where its private names change, its own behaviour stays.
    """
    for holder, name in _prompters(session):
        asks = getattr(holder, name)
        if not isinstance(asks, _Prompt):
            setattr(holder, name, _Prompt(None if asks is _botocore_default() else asks))


class _Prompt:
    """Asks for a code, or raises CodeNotTypedError."""

    def __init__(self, asks: Callable[[str], str] | None) -> None:
        self._asks = asks

    def __call__(self, prompt: str) -> str:
        if threading.current_thread() is not threading.main_thread():
            raise CodeNotTypedError("a code cannot be typed into a background thread")
        try:
            return (self._asks or getpass.getpass)(prompt)
        except Exception as error:
            # EOFError of a script without a terminal, StdinNotImplementedError of a notebook that nobody attends, ...
            raise CodeNotTypedError(f"nobody can type it here ({type(error).__name__})") from error


def _prompters(session: boto3.Session) -> Iterator[tuple[Any, str]]:
    core: Any = session._session  # noqa: SLF001 - boto3 has no other way to it
    for provider in core.get_component("credential_provider").providers:
        if callable(getattr(provider, "_prompter", None)):
            yield provider, "_prompter"
    # Those of a session that has logged in before we met it.
    fetch = getattr(getattr(core, "_credentials", None), "_refresh_using", None)
    fetcher = getattr(getattr(fetch, "_refresh", fetch), "__self__", None)  # one for MFA is wrapped, to be called once
    if callable(getattr(fetcher, "_mfa_prompter", None)):
        yield fetcher, "_mfa_prompter"


def _botocore_default() -> object:
    from botocore.credentials import AssumeRoleProvider

    return inspect.signature(AssumeRoleProvider).parameters["prompter"].default
