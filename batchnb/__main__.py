"""`python -m batchnb`: the command, for where it is not on the PATH."""

from __future__ import annotations

import sys

from batchnb.cli.main import main

__all__: list[str] = []

if __name__ == "__main__":
    sys.exit(main())
