"""Plans for tests, made without `batchnb.plan`, that can be executed all the same."""

from __future__ import annotations

from functools import partial

from batchnb.planning import make as making
from batchnb.running.run import execute

__all__ = ["make_plan"]

make_plan = partial(making.make_plan, runner=execute)
