"""What of these tests is collected."""

from __future__ import annotations

from importlib.util import find_spec

collect_ignore = [] if find_spec("pyarrow") else ["test_pyarrow.py"]
