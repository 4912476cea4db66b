"""Modules whose own code runs when something of them is first asked for; a package's submodules import as ever.

`import pulumi` runs the whole SDK for programs, but a plugin only needs the protocol's messages; libraries, too, import
modules for what a plugin never does. Nothing of them is changed: the module that takes a module's place becomes it, in
place, at the first touch. importlib.util.LazyLoader does the same, but runs a package as soon as a submodule is
imported, and imports a submodule's package first.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import module_from_spec
from threading import RLock
from types import ModuleType
from typing import Any

# Modules that import nothing from the package that they are in: those that protoc generated, and one of urllib3's.
_ALONE = ("_pb2", "_pb2_grpc", "probe")
_lock = RLock()


class _Postponed(ModuleType):
    __spec__: ModuleSpec
    _runs = False

    def __getattr__(self, name: str) -> Any:
        if name.endswith(_ALONE):
            return import_module(f"{self.__name__}.{name}")
        if name == "__path__":
            # Each import from a module asks for it; a package has it.
            raise AttributeError(name)
        with _lock:
            # Another thread may have run it meanwhile, or it is itself what asks.
            if type(self) is _Postponed and not self._runs:
                self._run()
        return ModuleType.__getattribute__(self, name)

    def _run(self) -> None:
        loader: Any = self.__spec__.loader
        self._runs = True
        try:
            loader.exec_module(self)
        finally:
            del self._runs
        self.__class__ = ModuleType  # type: ignore[assignment]


def postpone(modules: Iterable[str], **known: Any) -> None:
    """Put each in sys.modules without running it, but for one that was imported before; `known` is in it already."""
    for name in modules:
        spec = _spec(name) if name not in sys.modules else None
        if spec is None:
            continue
        module = module_from_spec(spec)
        vars(module).update(known)
        module.__class__ = _Postponed
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent in sys.modules:
            setattr(sys.modules[parent], child, module)


def _spec(name: str) -> ModuleSpec | None:
    """Where a module is, without an import of the package that it is in."""
    package = name.rpartition(".")[0]
    path = None
    if package:
        around = _spec(package)
        path = around.submodule_search_locations if around else None
        if path is None:
            return None
    return next((spec for finder in sys.meta_path if (spec := finder.find_spec(name, path))), None)
