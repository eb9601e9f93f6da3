"""No check is written and forgotten."""

import importlib
import inspect
import pkgutil

from alm.verify import checks


def test_every_check_in_the_folder_is_registered_once():
    written = set()
    for module in pkgutil.iter_modules(checks.__path__):
        members = vars(importlib.import_module(f"{checks.__name__}.{module.name}"))
        for name, member in members.items():
            if inspect.isgeneratorfunction(member) and not name.startswith("_"):
                written.add(name)
    registered = [check.name for check in (*checks.FIRST, *checks.CHECKS)]
    assert sorted(registered) == sorted(written)
    assert len(written) >= 26
