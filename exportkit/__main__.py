"""``python -m exportkit``: the command."""

from __future__ import annotations

import sys

from exportkit.cli import main

if __name__ == "__main__":
    sys.exit(main())
