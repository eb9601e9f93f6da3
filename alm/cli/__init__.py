"""The command line: each command is one file, named in `alm.cli.app`; `alm --help` loads nothing heavy."""

from alm.cli.app import main

__all__ = ["main"]
