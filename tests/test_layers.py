"""Imports only point down the flow, and each thing that the design keeps in one place is in one place."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterable, Iterator
from graphlib import TopologicalSorter
from pathlib import Path

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
    credentials.roles credentials.profile credentials.profile_modes credentials.profile_file
    credentials.key_pair credentials.http credentials.messages credentials.renewal credentials.command
    credentials.library credentials.fetched credentials.sources client context drift.record drift.compare
    drift.text drift.markdown drift.ignore drift.since drift.health drift.reading drift.declared
    resources.protocol functions resources provider calls server process postponed cli __main__""".split()  # noqa: SIM905
)
# Of these a test names the room only: their files stand side by side.
WHOLE_ROOMS = ("cli", "functions", "resources")
HTTP = {"requests", "urllib3", "http", "socket", "ssl"}


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text(encoding="utf-8")))


@functools.cache
def import_statements(path: Path) -> list[ast.Import | ast.ImportFrom]:
    return [node for node in nodes(path) if isinstance(node, ast.Import | ast.ImportFrom)]


def path_of(module: str) -> Path:
    return PACKAGE.joinpath(*module.split(".")).with_suffix(".py")


def below(*rooms: str) -> list[str]:
    """The modules that are in these rooms."""
    return [module for module in MODULES if module.split(".")[0] in rooms]


@functools.cache
def imports(module: str) -> frozenset[str]:
    """What a module imports, anywhere in it, absolute; its own package as `.name`."""
    return frozenset(_imports(module))


def _imports(module: str) -> Iterator[str]:
    for node in import_statements(path_of(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.level == 0:
            yield node.module or ""
        else:
            base = module.split(".")[: -node.level]
            full = [*base, *(node.module or "").split(".")]
            targets = [full] if node.module else [[*base, alias.name] for alias in node.names]
            yield from ("." + ".".join(part for part in target if part) for target in targets)


def outside(module: str) -> set[str]:
    return {name.split(".")[0] for name in imports(module) if not name.startswith(".")}


def importers(names: set[str], among: Iterable[str]) -> dict[str, set[str]]:
    """The modules that import one of the names, and which."""
    return {module: found for module in among if (found := outside(module) & names)}


def place(module: str) -> str:
    """Where a module stands in OUTER."""
    room = module.split(".")[0]
    return room if room in WHOLE_ROOMS and module not in OUTER else module


def points_down(module: str, name: str) -> bool:
    parts, target = module.split("."), name.split(".")
    if target[0] == parts[0] and target[0] in WHOLE_ROOMS:
        return True
    if parts[0] == "esa":
        return target[0] == "esa" and ESA.index(target[1]) < ESA.index(parts[1])
    return target[0] == "esa" or OUTER.index(place(name)) < OUTER.index(place(module))


# Every module of the plugin, dotted, relative to the package.
MODULES = sorted(
    ".".join(path.relative_to(PACKAGE).with_suffix("").parts)
    for path in PACKAGE.rglob("*.py")
    if path.stem != "__init__"
)
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_the_lists_name_every_module() -> None:
    assert {module.removeprefix("esa.") for module in below("esa")} <= set(ESA)
    assert {place(module) for module in MODULES if module not in below("esa")} <= set(OUTER)


def test_imports_point_down() -> None:
    pairs = [(module, name) for module in MODULES for name in imports(module)]
    assert [pair for pair in pairs if pair[1].startswith(NAME)] == [], "the plugin's own modules by their full name"
    relative = [(module, name[1:]) for module, name in pairs if name.startswith(".")]
    assert [pair for pair in relative if not points_down(*pair)] == []


def test_the_command_s_files_import_each_other_in_no_circle() -> None:
    files = below("cli")
    graph = {
        module: [file for name in imports(module) for file in files if f"{name}.".startswith(f".{file}.")]
        for module in files
    }
    TopologicalSorter(graph).prepare()


def test_esa_knows_nothing_of_pulumi() -> None:
    assert importers({"pulumi", "grpc", "google"}, below("esa")) == {}


def test_http_is_in_the_transport_only() -> None:
    # Proxies and trusted certificates are read from the environment, exceptions explained; the transport and the
    # keys make requests of their own: other methods, hosts and paths for keys than ESA's one.
    allowed = {f"esa.{name}" for name in ("connections", "proxy", "trust", "causes", "exchange", "transport")}
    found = importers(HTTP, set(MODULES) - allowed - {"credentials.http"})
    # It shuts sockets down.
    assert found == {"esa.deadline": {"socket"}}


def test_functions_and_resources_know_nothing_of_http_or_of_protobuf() -> None:
    rooms = below("functions", "resources")
    assert importers({*HTTP, "google", "grpc", "pulumi"}, rooms) == {}
    hidden = {".esa.transport", ".esa.client", ".esa.signing", ".client", ".provider"}
    for module in rooms:
        assert not [name for name in imports(module) if name in hidden or name.startswith(".credentials")], module


def test_structs_are_made_in_one_place() -> None:
    assert [name for name in MODULES if "struct_pb2" in path_of(name).read_text(encoding="utf-8")] == ["engine.wire"]


def test_the_credentials_library_is_in_one_place() -> None:
    names = {"alibabacloud_credentials", "alibabacloud_credentials_api", "Tea", "alibabacloud_tea_openapi"}
    assert list(importers(names, MODULES)) == ["credentials.library"]


def test_the_emulator_and_the_plugin_do_not_know_each_other() -> None:
    for path in (ROOT / "emulator").rglob("*.py"):
        assert NAME not in path.read_text(encoding="utf-8"), path
    assert importers({"emulator"}, MODULES) == {}


def test_nothing_but_the_handshake_is_printed() -> None:
    for module in set(MODULES) - set(below("cli", "__main__")):
        for node in nodes(path_of(module)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id != "print", f"{module}:{node.lineno}"


def test_a_file_has_one_job_and_a_function_one_page() -> None:
    for module in MODULES:
        assert len(path_of(module).read_text(encoding="utf-8").splitlines()) <= 250, module
        for node in nodes(path_of(module)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 45, f"{module}: {node.name}"


def test_no_test_imports_from_another() -> None:
    """What tests share lives in tests/support/, and nothing there knows a test."""
    for path in TESTS:
        for node in import_statements(path):
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
    for path in TESTS:
        if not path.name.startswith("test_") or any(path.is_relative_to(part) for part in left_out):
            continue
        for node in import_statements(path):
            if isinstance(node, ast.ImportFrom) and node.module == "tests.support.engine":
                assert "Engine" not in [alias.name for alias in node.names], path
