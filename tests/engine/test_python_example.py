"""examples/python runs as it stands, and says the same as examples/yaml."""

from __future__ import annotations

import re

import pytest

from emulator import EXAMPLE_SITE_ID, Emulator, Glitch
from tests.support.engine import ROOT, SITE_ID, Engine

pytestmark = pytest.mark.usefixtures("attached")
MAIN = ROOT / "examples" / "python" / "__main__.py"

SECRET_SITE = """
import pulumi
import pulumi_alicloud_esa as esa

site_id = pulumi.Output.secret("190007158391808")
jobs = esa.get_scheduled_preload_jobs_output(site_id=site_id)
pulumi.export("count", jobs.total_count)
"""

UNKNOWN_SITE = """
import pulumi
import pulumi_alicloud_esa as esa

# The output of a resource that does not exist yet is not known in preview.
stash = pulumi.Stash("site", input="190007158391808")
jobs = esa.get_scheduled_preload_jobs_output(site_id=stash.output)
baseline = esa.ScheduledPreloadJobsBaseline("jobs", site_id=jobs.jobs[0].site_id)
pulumi.export("count", jobs.total_count)
pulumi.export("recorded", baseline.jobs.apply(len))
"""

INTEGER_SITE = """
import pulumi
import pulumi_alicloud_esa as esa

pulumi.export("siteId", esa.get_scheduled_preload_jobs_output(site_id=190007158391808).jobs[0].site_id)
"""

SNAKE_CASE_KEYS = """
import pulumi
import pulumi_alicloud_esa as esa

drift = esa.get_scheduled_preload_jobs_drift_output(
    site_id="190007158391809", expected=[{"name": "example", "task_type": "preload", "url_count": 2}]
)
pulumi.export("summary", drift.summary)
"""

ENUMS = """
import pulumi
import pulumi_alicloud_esa as esa

found = esa.get_scheduled_preload_jobs_output(site_id="190007158391809", task_type=esa.TaskType.PRELOAD)
pulumi.export("known", found.jobs.apply(lambda jobs: [job.task_type == esa.TaskType.PRELOAD for job in jobs]))
every = esa.get_scheduled_preload_jobs_output(site_id="190007158391809")
pulumi.export("all", every.jobs.apply(lambda jobs: sorted(job.task_type for job in jobs)))
"""


@pytest.fixture(autouse=True)
def stack(engine: Engine) -> None:
    """The stack that inline.py selects; tests/sdk has it make one."""
    engine.write("name: preload-jobs\nruntime: python\n")
    engine.stack()


def test_the_example_previews_updates_and_exports_the_jobs(engine: Engine) -> None:
    preview = engine.inline(MAIN, "preview")
    assert preview.code == 0, preview.text
    assert preview.json() == {"create": 2}
    update = engine.inline(MAIN, "up")
    assert update.code == 0, update.text
    outputs = update.json()
    assert outputs["jobCount"] == 45
    assert set(outputs["nightlyNames"]) == {"nightly-homepage-warmup"}
    assert "example" in outputs["failedNames"]


def test_an_error_of_the_service_reaches_the_automation_api_as_one_line(engine: Engine, emulator: Emulator) -> None:
    emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", times=10))
    for operation in ("preview", "up"):
        result = engine.inline(MAIN, operation)
        assert result.code == 1
        assert "InvalidUid.PermissionDenied" in result.text
        assert "HTTP 403" in result.text
        # The frames of the program itself are the language's business; the provider adds none.
        assert "pulumi_resource_alicloud_esa" not in result.text


def test_a_secret_input_makes_a_secret_result(engine: Engine) -> None:
    engine.write(SECRET_SITE, "main.py")
    update = engine.inline(engine.folder / "main.py", "up")
    assert update.code == 0, update.text
    assert "count: [secret]" in update.text


def test_an_input_that_is_not_known_yet_is_no_fault(engine: Engine, emulator: Emulator) -> None:
    engine.write(UNKNOWN_SITE, "main.py")
    preview = engine.inline(engine.folder / "main.py", "preview")
    assert preview.code == 0, preview.text
    assert re.search(r"count *: \[unknown\]", preview.text)
    assert re.search(r"recorded *: \[unknown\]", preview.text)
    assert emulator.requests == []
    update = engine.inline(engine.folder / "main.py", "up")
    assert update.code == 0, update.text
    assert update.json() == {"count": 45, "recorded": 45}


def test_a_site_id_given_as_a_python_int_stays_exact(engine: Engine) -> None:
    engine.write(INTEGER_SITE, "main.py")
    update = engine.inline(engine.folder / "main.py", "up")
    assert update.code == 0, update.text
    assert update.json() == {"siteId": SITE_ID}


def test_a_dict_with_the_keys_that_the_sdk_types_is_accepted(engine: Engine) -> None:
    engine.write(SNAKE_CASE_KEYS, "main.py")
    preview = engine.inline(engine.folder / "main.py", "preview")
    assert preview.code == 0, preview.text
    assert "no drift in 1 scheduled preload job" in preview.text


def test_a_value_of_an_enum_is_an_input_and_a_value_that_no_enum_has_is_an_answer(
    engine: Engine, emulator: Emulator
) -> None:
    emulator.store.add(EXAMPLE_SITE_ID, TaskType="prefetch")
    engine.write(ENUMS, "main.py")
    update = engine.inline(engine.folder / "main.py", "up")
    assert update.code == 0, update.text
    assert update.json() == {"known": [True], "all": ["prefetch", "preload"]}
