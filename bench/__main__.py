"""`python -m bench`: all figures; `python -m bench job_recovery_s ...`: the named ones."""

import importlib
import pkgutil
import sys
from types import ModuleType

import bench


def main(names: list[str]) -> int:
    """Measure and print; returns the exit status."""
    modules = [module for module in _modules() if hasattr(module, "FIGURES")]
    known = {name for module in modules for name in module.FIGURES}
    if unknown := set(names) - known:
        print(f"No such figure: {', '.join(sorted(unknown))}.", file=sys.stderr)
        print(f"There are: {', '.join(sorted(known))}.", file=sys.stderr)
        return 2
    for module in modules:
        wanted = set(module.FIGURES) & set(names or known)
        for figure in module.measure(wanted) if wanted else ():
            print(figure.line(), flush=True)
    return 0


def _modules() -> list[ModuleType]:
    names = [found.name for found in pkgutil.iter_modules(bench.__path__)]
    return [importlib.import_module(f"bench.{name}") for name in names if name != "__main__"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
