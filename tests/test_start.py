"""The plugin starts without what only a call needs, and its table of tokens names modules that are there."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.provider import FUNCTIONS, RESOURCES
from pulumi_resource_alicloud_esa.schema import schema_text

from tests.support.clients import closed_port

NOT_TO_START = (
    "requests",
    "urllib3",
    "msgspec",
    "re2",
    "pathlib",
    "urllib.parse",
    "dataclasses",
    "alibabacloud_credentials",
    "alibabacloud_tea_openapi",
    "pulumi_resource_alicloud_esa.client",
    "pulumi_resource_alicloud_esa.config",
    "pulumi_resource_alicloud_esa.credentials.sources",
    "pulumi_resource_alicloud_esa.drift.compare",
    "pulumi_resource_alicloud_esa.drift.record",
    "pulumi_resource_alicloud_esa.esa.client",
    "pulumi_resource_alicloud_esa.esa.listing",
    "pulumi_resource_alicloud_esa.functions.get_scheduled_preload_jobs",
    "pulumi_resource_alicloud_esa.cli",
)


# Each module that is loaded, with its class.
SHOW = "print(*(f'{name} {type(module).__name__}' for name, module in sys.modules.items()), sep='\\n', flush=True)"
STARTED = f"""
import asyncio, sys
from pulumi_resource_alicloud_esa import __main__
asyncio.run = lambda serving: (serving.close(), {SHOW})
__main__.main()
"""
# The first call, which fails where nothing listens at its endpoint.
CALLED = """
def call():
    import contextlib
    from pulumi_resource_alicloud_esa.provider import EsaProvider
    from pulumi_resource_alicloud_esa.esa.errors import TransportError
    provider = EsaProvider()
    provider.configure({"accessKey": "id", "secretKey": "secret", "endpoint": sys.argv[1], "maxAttempts": "1"})
    with contextlib.suppress(TransportError):
        provider.invoke("alicloud-esa:index:getScheduledPreloadJobs", {"siteId": "190007158391808"})
""" + STARTED.replace("(serving.close(), ", "(serving.close(), call(), ")
# dataclasses: each frozen one takes half a millisecond; a msgspec.Struct or a NamedTuple is made in a fraction of it.
NOT_TO_CALL = {
    "dataclasses",
    "google.protobuf.text_format",
    "importlib.metadata",
    "pulumi_resource_alicloud_esa.credentials.library",
    "requests",
    "urllib.request",
}
# All of the SDK that a start may run; the packages themselves are there, but have not run.
OF_THE_SDK = {
    "pulumi",
    "pulumi.runtime",
    "pulumi.runtime._grpc_settings",
    "pulumi.runtime.proto",
    "pulumi.runtime.proto.alias_pb2",
    "pulumi.runtime.proto.plugin_pb2",
    "pulumi.runtime.proto.provider_pb2",
    "pulumi.runtime.proto.provider_pb2_grpc",
}

# They stay so through the first call: what touches one of them pays for it.
POSTPONED = {
    "google.protobuf.internal.python_message",
    "msgspec.inspect",
    "pulumi",
    "pulumi.runtime",
    "pulumi.runtime.proto",
    "urllib3.http2",
    *(["typing_extensions"] if sys.version_info >= (3, 11) else []),
}


def python(code: str, *arguments: str) -> list[str]:
    # Where the tests are measured, coverage would load modules of its own here.
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=unmeasured)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def loaded(code: str, *arguments: str) -> dict[str, str]:
    """The modules that are loaded in the end, and the class of each."""
    words = iter(python(code, *arguments))
    return dict(zip(words, words, strict=True))


@pytest.fixture(scope="module")
def started() -> dict[str, str]:
    """What a plugin has loaded when it begins to serve."""
    return loaded(STARTED)


def test_a_start_loads_nothing_that_only_a_call_needs(started: dict[str, str]) -> None:
    assert "pulumi_resource_alicloud_esa.server" in started
    assert started.keys() & NOT_TO_START == set()


def test_a_start_runs_of_the_sdk_only_the_messages_of_the_protocol(started: dict[str, str]) -> None:
    assert {name for name in started if name.split(".")[0] == "pulumi"} == OF_THE_SDK
    assert started["pulumi"] == "_Postponed"
    assert not any(name.startswith("opentelemetry") for name in started)


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_first_call_loads_nothing_that_it_does_without(monkeypatch: pytest.MonkeyPatch, scheme: str) -> None:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    there = loaded(CALLED, f"{scheme}://127.0.0.1:{closed_port()}")
    assert "urllib3.connection" in there
    assert NOT_TO_CALL & there.keys() == set()
    assert {name for name, kind in there.items() if kind == "_Postponed"} == POSTPONED
    assert ("certifi" in there) == (scheme == "https")


def test_a_start_does_not_search_for_garbage_again_and_again() -> None:
    searched = "sum(each['collections'] for each in gc.get_stats())"
    code = STARTED.replace("__main__.main()", f"import gc; before = {searched}; __main__.main()")
    assert int(python(code.replace(SHOW, f"print({searched} - before, flush=True)"))[0]) < 5


def test_a_postponed_package_is_whole_at_the_first_touch() -> None:
    code = """
import sys
from pulumi_resource_alicloud_esa.postponed import postpone
postpone(["pulumi", "pulumi.runtime", "pulumi.runtime.proto"])
import pulumi.runtime.proto.provider_pb2 as early
before = type(sys.modules["pulumi"]).__name__
import pulumi
from pulumi import *
from pulumi.runtime import invoke
from pulumi.runtime.proto import InvokeRequest
assert InvokeRequest is early.InvokeRequest
assert invoke is pulumi.runtime.invoke and callable(invoke)
assert {*pulumi.__all__} <= {*globals()}
print(before, type(pulumi).__name__, type(pulumi.runtime).__name__, Output.__name__)
print(pulumi.Output.from_input(1) is not None, pulumi.automation.Stack.__name__, pulumi is sys.modules["pulumi"])
"""
    assert python(code) == ["_Postponed", "module", "module", "Output", "True", "Stack", "True"]


def test_a_postponed_module_is_whole_for_each_of_many_threads(tmp_path: Path) -> None:
    (tmp_path / "slow_module.py").write_text("import time; runs = [1]; time.sleep(0.2); last = 'last'")
    code = f"""
import sys
from concurrent.futures import ThreadPoolExecutor
sys.path.insert(0, {str(tmp_path)!r})
from pulumi_resource_alicloud_esa.postponed import postpone
postpone(["slow_module", "no_such_module", "no_such_package.module"], first="first")
from slow_module import first
print(first, type(sys.modules["slow_module"]).__name__)
import slow_module
print(*ThreadPoolExecutor(8).map(lambda _: slow_module.last, range(8)), type(slow_module).__name__)
"""
    assert python(code) == ["first", "_Postponed", *["last"] * 8, "module"]


def test_a_program_that_imports_the_plugins_package_has_the_sdk_as_it_is() -> None:
    code = "import sys, pulumi_resource_alicloud_esa.__main__, pulumi_resource_alicloud_esa.process"
    assert python(f"{code}; import pulumi; print(type(pulumi), pulumi.Output)") == python(
        "import pulumi; print(type(pulumi), pulumi.Output)"
    )


@pytest.mark.parametrize(
    ("folder", "token", "module"),
    [("functions", *row) for row in FUNCTIONS.items()] + [("resources", *row) for row in RESOURCES.items()],
)
def test_each_token_has_its_module_and_stands_in_the_schema(folder: str, token: str, module: str) -> None:
    document = import_module(f"pulumi_resource_alicloud_esa.{folder}.{module}").__doc__
    assert document is not None
    assert document.split()[0].rstrip(":") == token
    assert f'"{token}"' in schema_text()
