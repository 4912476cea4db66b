"""Import files: for jobs that nobody's program knows, read by the real engine and by a parser of HCL."""

from __future__ import annotations

import json
import re

import hcl2
import pytest
from pulumi_resource_alicloud_esa.cli.adopt import Found, terraform_import

from emulator import EXAMPLE_JOB_ID, SITE_ID, Glitch
from tests.support.command import BASELINE, SITE, Cli

JOB, EXECUTION = (
    "alicloud:esa/scheduledPreloadJob:ScheduledPreloadJob",
    "alicloud:esa/scheduledPreloadExecution:ScheduledPreloadExecution",
)
A, B, C = "a" * 24, "b" * 24, "c" * 24
FIRST, SECOND = f"{1:024x}", f"{2:024x}"


def jobs(cli: Cli, *named: tuple[str, str | None]) -> None:
    """These jobs and no others, by id and name."""
    for job in list(cli.emulator.store.jobs(SITE_ID)):
        cli.emulator.store.delete(SITE_ID, job.id)
    # The newest comes first.
    for job_id, name in reversed(named):
        cli.emulator.store.add(SITE_ID, Id=job_id, Name=name)


def resources(text: str) -> list[tuple[str, str, str]]:
    document = json.loads(text)
    assert list(document) == ["resources"]
    return [(one["type"], one["name"], one["id"]) for one in document["resources"]]


def blocks(text: str) -> list[tuple[str, str]]:
    """Target and id of each import block, as a reader of HCL finds them; the id is a JSON text here."""
    found = []
    for block in hcl2.loads(text).get("import", []):
        assert {key for key in block if not key.startswith("__")} == {"to", "id"}
        # HCL spells what is beyond 16 bits in a way that JSON does not have.
        text = re.sub(r"\\U([0-9a-f]{8})", lambda found: chr(int(found[1], 16)), block["id"])
        found.append((re.sub(r"^\$\{(.*)\}$", r"\1", block["to"]), json.loads(text)))
    return found


def test_import_files_for_pulumi_and_terraform_name_every_job(cli: Cli) -> None:
    jobs(cli, (A, "Nightly sale"), (B, "home"))
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "pulumi-import")
    assert (ran.code, ran.err) == (0, "")
    assert resources(ran.out) == [(JOB, "nightly_sale", f"{SITE}:{A}"), (JOB, "home", f"{SITE}:{B}")]
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "terraform-import")
    assert (ran.code, ran.err) == (0, "")
    assert blocks(ran.out) == [
        ("alicloud_esa_scheduled_preload_job.nightly_sale", f"{SITE}:{A}"),
        ("alicloud_esa_scheduled_preload_job.home", f"{SITE}:{B}"),
    ]


def test_executions_are_in_the_import_file_when_asked_for(cli: Cli) -> None:
    jobs(cli, (A, "sale"))
    plans = [{"Id": plan, "Interval": 30, "SliceLen": 5, "JobId": A} for plan in (SECOND, FIRST)]
    cli.emulator.store.executions.set(A, plans)
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "pulumi-import", "--executions")
    assert resources(ran.out) == [
        (JOB, "sale", f"{SITE}:{A}"),
        (EXECUTION, "sale__1", f"{A}:{FIRST}"),
        (EXECUTION, "sale__2", f"{A}:{SECOND}"),
    ]
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "terraform-import", "--executions")
    assert blocks(ran.out)[1] == ("alicloud_esa_scheduled_preload_execution.sale__1", f"{A}:{FIRST}")
    assert cli("jobs", "list", "--site-id", SITE, "--executions").err == (
        "error: --executions: goes with --format pulumi-import or terraform-import only\n"
    )


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["预取任务", ""], [f"job_{A}", f"job_{B}"]),
        (["sale", "Sale!", "sale-2"], [f"sale_{A}", f"sale_{B}", "sale_2"]),
        (["sale", "sale", f"sale_{A}"], [f"sale_{A}_2", f"sale_{B}", f"sale_{A}"]),
        (["2024 sale"], ["job_2024_sale"]),
        (["Café, été"], ["cafe_ete"]),
        (["__x__", "::error::y", "##vso[task]z"], ["x", "error_y", "vso_task_z"]),
        (["${evil}", "%{if true}", '"\n}'], ["evil", "if_true", f"job_{C}"]),
        (["x" * 5000], ["x" * 60]),
    ],
)
def test_names_are_valid_unique_and_the_jobs_own(cli: Cli, names: list[str], expected: list[str]) -> None:
    jobs(cli, *zip((A, B, C), names, strict=False))
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "pulumi-import")
    assert [name for _, name, _ in resources(ran.out)] == expected
    ran = cli("jobs", "list", "--site-id", SITE, "--format", "terraform-import")
    assert [to.partition(".")[2] for to, _ in blocks(ran.out)] == expected
    assert "\n::" not in ran.out
    assert "##vso" not in ran.out


def test_nothing_of_the_service_is_code_in_hcl() -> None:
    evil = 'x"}\n${file("/etc/passwd")} %{for} $${a} \\ ::error:: \u202e\U000e0001'
    text = terraform_import([Found(SITE, evil, 'a"\n}\nresource "x" "y" {}', [evil])])
    job, execution = blocks(text)
    name = "a_resource_x_y"
    assert job == (f"alicloud_esa_scheduled_preload_job.{name}", f"{SITE}:{evil}")
    assert execution == (f"alicloud_esa_scheduled_preload_execution.{name}__1", f"{evil}:{evil}")
    code = "".join(line for line in text.splitlines() if not line.startswith("#"))
    assert "${" not in code
    assert "%{" not in code
    assert "::error::" not in text
    assert "\u202e" not in text
    assert text.count("\n") == 11


def test_a_check_writes_the_import_file_of_the_new_jobs_only(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    cli.emulator.store.add(SITE_ID, Id=A, Name="added")
    assert cli.check("--adopt", "import.json").code == 7
    assert resources(cli.read("import.json")) == [(JOB, "added", f"{SITE}:{A}")]
    assert cli.check("--adopt", "import.tf").code == 7
    assert blocks(cli.read("import.tf")) == [("alicloud_esa_scheduled_preload_job.added", f"{SITE}:{A}")]
    assert cli("drift", "record", "--again", "-o", BASELINE).code == 0
    assert cli.check("--adopt", "import.json").code == 0
    assert cli.read("import.json") == '{\n  "resources": []\n}\n'


def test_each_import_file_that_is_asked_for_is_written(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.store.add(SITE_ID, Id=A, Name="added")
    assert cli.check("--adopt", "import.json", "--adopt", "import.tf").code == 7
    assert resources(cli.read("import.json")) == [(JOB, "added", f"{SITE}:{A}")]
    assert blocks(cli.read("import.tf")) == [("alicloud_esa_scheduled_preload_job.added", f"{SITE}:{A}")]
    ran = cli.check("--adopt", "import.json", "--adopt", "./import.json")
    assert (ran.code, ran.err) == (1, "error: --adopt: ./import.json is taken by --adopt; give another file\n")


def test_no_import_file_is_written_when_the_jobs_cannot_be_read(cli: Cli) -> None:
    cli.recorded()
    cli.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    assert cli.check("--adopt", "import.json").code == 1
    assert not (cli.folder / "import.json").exists()


def test_the_import_file_takes_no_other_file_s_place(cli: Cli) -> None:
    before = cli.recorded()
    assert cli.check("--adopt", BASELINE).err == (
        f"error: --adopt: {BASELINE} is taken by the baseline; give another file\n"
    )
    assert cli.read(BASELINE) == before
    ran = cli.check("--adopt", "r.json", "--format", "json=r.json")
    assert ran.err == "error: --format: json=r.json: r.json is taken by --adopt; give each report its own file\n"
    assert "error: --adopt: the folder of no/i.json does not exist" in cli.check("--adopt", "no/i.json").err
