"""`python -m batchnb.local`: the emulator as a command."""

from __future__ import annotations

import sys

from batchnb.local.command import main

if __name__ == "__main__":
    sys.exit(main())
