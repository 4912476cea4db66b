"""Packages whose own code runs when something of them is first asked for; their submodules import as ever.

`import pulumi` runs the whole SDK for programs, but a plugin only needs the protocol's messages. Nothing of the
SDK is changed: the module that takes a package's place becomes the package, in place, at the first touch.
importlib.util.LazyLoader does the same, but runs the package as soon as a submodule is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any

# Modules that protoc generated: they import nothing from the package that they are in.
_GENERATED = ("_pb2", "_pb2_grpc")


class _Postponed(ModuleType):
    __spec__: ModuleSpec

    def __getattr__(self, name: str) -> Any:
        if name.endswith(_GENERATED):
            return import_module(f"{self.__name__}.{name}")
        self.__class__ = ModuleType  # type: ignore[assignment]
        loader: Any = self.__spec__.loader
        loader.exec_module(self)
        return getattr(self, name)


def postpone(packages: Iterable[str]) -> None:
    """Put each in sys.modules without running it, but for one that was imported before."""
    for name in packages:
        spec = find_spec(name) if name not in sys.modules else None
        if spec is None:
            continue
        module = module_from_spec(spec)
        module.__class__ = _Postponed
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)
