"""The kernels of the notebooks under test see no AWS settings of the machine, keep no journals, and draw no bars."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from tests.refresh_notebooks import environment


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Give a kernel, which is started here and takes over the environment, one of its own."""
    with environment():
        return (yield)
