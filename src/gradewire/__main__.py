"""The command ``gradewire``, also as ``python -m gradewire``."""

from __future__ import annotations

import sys


def main() -> None:
    from gradewire.cli import run  # noqa: PLC0415 -- importing this module alone starts nothing

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
