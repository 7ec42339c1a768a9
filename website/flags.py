"""Write the page that lists every flag, from the parsers that read the flags."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from batchnb.cli.main import parser as command_parser
from batchnb.magics import options
from batchnb.magics.parser import FlagParser

__all__ = ["flags_page", "magic_parsers"]

_INTRODUCTION = """\
# Every flag

This page is generated from the parsers that read the flags, so it is complete. In a notebook, each magic prints the
same with `--help all`. [Magics](magics.md) explains what the flags are for.
"""
_SPECIAL = str.maketrans({character: f"\\{character}" for character in "\\`*_{}[]<>#|"})


def magic_parsers() -> list[FlagParser]:
    """Return the parser of each magic, in the order in which they are declared."""
    return [value for value in vars(options).values() if isinstance(value, FlagParser)]


def flags_page() -> str:
    """Return the page in Markdown: a table for each group of flags of each magic, and one for the command."""
    parts = [_INTRODUCTION]
    for parser in magic_parsers():
        parts += _section(parser, 2, f"`{parser.prog}`")
    parts.append("## The command `batchnb`\n")
    for name, command in _commands(command_parser()):
        parts += _section(command, 3, f"`batchnb {name}`")
    return "\n".join(parts)


def _commands(whole: argparse.ArgumentParser) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in whole._actions:  # noqa: SLF001 - argparse has no other way to list subcommands
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            yield from action.choices.items()


def _section(parser: argparse.ArgumentParser, level: int, title: str) -> list[str]:
    parts = [f"{'#' * level} {title}\n"]
    if parser.description:
        parts.append(f"{_escaped(' '.join(parser.description.split()))}\n")
    usage = parser.format_usage().removeprefix("usage: ").rstrip()
    parts.append(f"```text\n{usage}\n```\n")
    for group in parser._action_groups:  # noqa: SLF001 - as above
        rows = [_row(action) for action in group._group_actions if action.help != argparse.SUPPRESS]  # noqa: SLF001
        if rows:
            parts.append(
                f"{_group_title(group)}\n\n| flag | value | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n"
            )
    return parts


def _group_title(group: argparse._ArgumentGroup) -> str:
    title = {"options": "Flags", "positional arguments": "Arguments"}.get(group.title or "", group.title or "Flags")
    return f"**{_escaped(title[0].upper() + title[1:])}**"


def _row(action: argparse.Action) -> str:
    names = ", ".join(f"`{name}`" for name in action.option_strings) or f"`{action.metavar or action.dest}`"
    value = ""
    if action.option_strings and action.nargs != 0:
        value = f"`{action.metavar or action.dest.upper()}`"
        if action.choices:
            value = ", ".join(f"`{choice}`" for choice in action.choices)
    return f"| {names} | {value} | {_escaped(_help(action))} |"


def _help(action: argparse.Action) -> str:
    # argparse expands %(default)s and %% where it prints.
    return (action.help or "") % {**vars(action), "prog": ""}


def _escaped(text: str) -> str:
    return text.translate(_SPECIAL)
