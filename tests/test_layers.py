"""Imports only point down the flow, and each thing that the design keeps in one place is in one place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "provider" / "pulumi_resource_alicloud_esa"
NAME = PACKAGE.name

# From the ground up: a module may import those before it. Folders stand for all that is in them.
ESA = tuple(
    """printable terms codes errors moments clock pattern inputs deadline span keys signing json_text
    masking answer endpoints models rows query sites pace retry proxy trust connections causes exchange
    transport client several listing service""".split()  # noqa: SIM905
)
# The rooms beside esa/, each read from its own ground up, and what starts, serves and routes around them.
OUTER = tuple(
    """schema environment config engine.values engine.secrets engine.property_path engine.faults engine.wire
    engine.log engine.tracing
    credentials.sts credentials.profile credentials.entry credentials.profile_modes credentials.profile_file
    credentials.key_pair credentials.http credentials.messages credentials.renewal credentials.command
    credentials.library credentials.roles credentials.sources client context drift.record drift.compare
    drift.ignore drift.text drift.markdown drift.ignored drift.since drift.health drift.reading drift.fit drift.declared
    resources.protocol functions resources provider calls server process postponed cli __main__""".split()  # noqa: SIM905
)
# Of these a test names the room only: their files stand side by side.
WHOLE_ROOMS = ("cli", "functions", "resources")
HTTP = {"requests", "urllib3", "http", "socket", "ssl"}


def modules() -> list[str]:
    """Every module of the plugin, dotted, relative to the package."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py") if path.stem != "__init__")
    return sorted(".".join(path.parts) for path in paths)


def imports(module: str) -> Iterator[str]:
    """What a module imports, anywhere in it, absolute; its own package as `.name`."""
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield node.module or ""
        elif isinstance(node, ast.ImportFrom):
            base = module.split(".")[: -node.level]
            full = [*base, *(node.module or "").split(".")]
            targets = [full] if node.module else [[*base, alias.name] for alias in node.names]
            yield from ("." + ".".join(part for part in target if part) for target in targets)


def outside(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module) if not name.startswith(".")}


def place(module: str) -> str:
    """Where a module stands in OUTER."""
    room = module.split(".")[0]
    return room if room in WHOLE_ROOMS and module not in OUTER else module


def test_the_lists_name_every_module() -> None:
    assert {module.removeprefix("esa.") for module in modules() if module.startswith("esa.")} <= set(ESA)
    assert {place(module) for module in modules() if not module.startswith("esa.")} <= set(OUTER)


@pytest.mark.parametrize("module", modules())
def test_imports_point_down(module: str) -> None:
    parts = module.split(".")
    for name in imports(module):
        if not name.startswith("."):
            assert not name.startswith(NAME), f"{module} imports {name} by its full name"
            continue
        target = name[1:].split(".")
        if target[0] == parts[0] and target[0] in WHOLE_ROOMS:
            continue
        if parts[0] == "esa":
            assert target[0] == "esa", f"{module} imports {name}, which is above it"
            assert ESA.index(target[1]) < ESA.index(parts[1]), f"{module} imports {name}, which is above it"
        elif target[0] != "esa":
            assert OUTER.index(place(name[1:])) < OUTER.index(place(module)), f"{module} imports {name}, above it"


def test_the_command_s_files_import_each_other_in_no_circle() -> None:
    files = [module for module in modules() if module.startswith("cli.")]
    graph = {
        module: [file for name in imports(module) for file in files if f"{name}.".startswith(f".{file}.")]
        for module in files
    }
    TopologicalSorter(graph).prepare()


@pytest.mark.parametrize("module", [module for module in modules() if module.startswith("esa.")])
def test_esa_knows_nothing_of_pulumi(module: str) -> None:
    assert not outside(module) & {"pulumi", "grpc", "google"}


@pytest.mark.parametrize("module", modules())
def test_http_is_in_the_transport_only(module: str) -> None:
    allowed = {
        "esa.connections": HTTP,
        # Proxies and trusted certificates are read from the environment, exceptions explained.
        "esa.proxy": HTTP,
        "esa.trust": HTTP,
        "esa.causes": HTTP,
        "esa.exchange": HTTP,
        # Each makes requests of its own: other methods, hosts and paths for keys than ESA's one.
        "esa.transport": HTTP,
        "credentials.http": HTTP,
        # It shuts sockets down.
        "esa.deadline": {"socket"},
    }.get(module, set())
    assert not outside(module) & HTTP - allowed


@pytest.mark.parametrize("module", [m for m in modules() if m.split(".")[0] in ("functions", "resources")])
def test_functions_and_resources_know_nothing_of_http_or_of_protobuf(module: str) -> None:
    assert not outside(module) & {*HTTP, "google", "grpc", "pulumi"}
    below = {name for name in imports(module) if name.startswith(".")}
    assert not below & {".esa.transport", ".esa.client", ".esa.signing", ".client", ".provider"}
    assert not any(name.startswith(".credentials") for name in below)


@pytest.mark.parametrize("module", modules())
def test_structs_are_made_in_one_place(module: str) -> None:
    text = PACKAGE.joinpath(*module.split(".")).with_suffix(".py").read_text(encoding="utf-8")
    assert module == "engine.wire" or "struct_pb2" not in text


@pytest.mark.parametrize("module", modules())
def test_the_credentials_library_is_in_one_place(module: str) -> None:
    names = {"alibabacloud_credentials", "alibabacloud_credentials_api", "Tea", "alibabacloud_tea_openapi"}
    assert module == "credentials.library" or not outside(module) & names


def test_the_emulator_and_the_plugin_do_not_know_each_other() -> None:
    for path in (ROOT / "emulator").rglob("*.py"):
        assert NAME not in path.read_text(encoding="utf-8"), path
    for module in modules():
        assert "emulator" not in outside(module), module


@pytest.mark.parametrize("module", modules())
def test_nothing_but_the_handshake_is_printed(module: str) -> None:
    if module.split(".")[0] in ("cli", "__main__"):
        return
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"{module}:{node.lineno}"


@pytest.mark.parametrize("module", modules())
def test_a_file_has_one_job_and_a_function_one_page(module: str) -> None:
    path = PACKAGE.joinpath(*module.split(".")).with_suffix(".py")
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 250
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert (node.end_lineno or 0) - node.lineno < 45, f"{module}: {node.name}"


def test_no_test_imports_from_another() -> None:
    """What tests share lives in tests/support/, and nothing there knows a test."""
    for path in (ROOT / "tests").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                assert not node.level, f"{path}: a relative import"
                names = [node.module or ""]
            for name in names:
                owner = ".".join(name.split(".")[:2])
                assert not owner.startswith("tests") or owner == "tests.support", f"{path}: {name}"


def test_make_check_leaves_out_every_test_that_asks_for_the_engine() -> None:
    text = (ROOT / "tools" / "checks.py").read_text(encoding="utf-8")
    listed = re.search(r"^NEEDS_MORE = (\(.*?^\))", text, re.DOTALL | re.MULTILINE)
    assert listed
    left_out = [ROOT / path for path in ast.literal_eval(listed[1])]
    assert [path for path in left_out if not path.exists()] == []
    for path in (ROOT / "tests").rglob("test_*.py"):
        if any(path.is_relative_to(part) for part in left_out):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module == "tests.support.engine":
                assert "Engine" not in [alias.name for alias in node.names], path
