"""The kernels of the notebooks under test see no AWS settings of the machine, keep no journals, and draw no bars."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Generator

import pytest

_JOURNALS = tempfile.TemporaryDirectory(prefix="batchnb-journals-")  # as long as this process and its kernels


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None, None, None]:
    """Give a kernel, which is started here and takes over the environment, one of its own."""
    kept = dict(os.environ)
    for name in [name for name in kept if name.startswith("AWS_")]:
        del os.environ[name]
    # A bar shows on stderr when a machine is slow, and outputs are compared to the letter.
    os.environ["TQDM_DISABLE"] = "1"
    os.environ["BATCHNB_JOURNAL_DIR"] = _JOURNALS.name
    try:
        return (yield)
    finally:
        os.environ.clear()
        os.environ.update(kept)
