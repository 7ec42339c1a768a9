"""What is said of a term whose field cannot be asked for: unknown, not known in this list, or not meant as a field."""

from __future__ import annotations

import re

from batchnb.jobs.search.fields import Field
from batchnb.jobs.search.reader import Part
from batchnb.jobs.search.refusal import QueryError, as_code, in_quotes
from batchnb.jobs.search.schema import Schema, Unresolved
from batchnb.jobs.search.typed import Typed, as_name

__all__ = ["ends_in_bang", "refuse_field"]

_DEFINITION = re.compile(r"(?=.*[A-Za-z])[\w-]+:\d+", re.ASCII)


def ends_in_bang(name: Part) -> bool:
    """Whether a name ends in the sign that excludes in other languages, as in `status!=running`."""
    return bool(name.atoms) and name.atoms[-1].char == "!" and not name.atoms[-1].is_quoted


def refuse_field(resolved: Field | Unresolved, sign: str, name: Part, typed: Typed, schema: Schema) -> QueryError:
    """Return why this is not a field with values. `sign` is what follows its name."""
    itself = f"For the text itself: {as_code(typed.itself)}."
    if not name.text:
        return _without_name(sign, typed, itself)
    if ends_in_bang(name) and sign in "=:":
        return _negated_by_bang(name, typed)
    if sign == "=":
        return _equated(resolved, typed, schema, itself)
    assert isinstance(resolved, Unresolved)
    if resolved.why == "absent":
        return typed.refuse(f"{in_quotes(name.text)} is not known in this list.")
    if resolved.why == "repeated":
        line = f"Several columns are called {in_quotes(name.text)}; a search cannot tell which is meant."
        return typed.refuse(line)
    meant = [typed.named(one) for one in resolved.meant]
    if not meant and _DEFINITION.fullmatch(typed.inside):
        meant = [f"{typed.minus}definition:{typed.inside}"]
    return typed.refuse(
        f"There is no field {in_quotes(name.text)}.",
        meant=meant,
        otherwise=f"Fields: {', '.join(schema.names)}. {itself}",
        offered=[typed.itself],
    )


def _without_name(sign: str, typed: Typed, itself: str) -> QueryError:
    if sign == "=":
        meant = f"{typed.minus}name:{typed.inside}"
        return typed.refuse("An exact value needs a field.", meant=[meant], otherwise=itself)
    if sign == ":":
        return typed.refuse(f"Say which field before “:”. {itself}", offered=[typed.itself])
    return typed.refuse(f"Compare which field? For example `age:>6h`. {itself}", offered=[typed.itself])


def _negated_by_bang(name: Part, typed: Typed) -> QueryError:
    values = typed.values.lstrip("=")
    meant = f"{'' if typed.is_excluded else '-'}{as_name(name.text[:-1])}:{values}"
    return typed.refuse("There is no “!”. A “-” in front excludes.", meant=[meant])


def _equated(resolved: Field | Unresolved, typed: Typed, schema: Schema, itself: str) -> QueryError:
    if isinstance(resolved, Field):
        values = typed.values.lstrip("=")
        meant = f"{typed.minus}{as_name(resolved)}:{values}"
        return typed.refuse("There is no “=” between a field and its value.", meant=[meant])
    tag = f"{typed.minus}tag:{typed.inside}"
    has_tags = isinstance(schema.resolve("tag", is_quoted=False), Field)
    line = f"A tag is {as_code(tag)}. {itself}" if has_tags else f"“=” has no meaning here. {itself}"
    return typed.refuse(line, offered=[tag, typed.itself] if has_tags else [typed.itself])
