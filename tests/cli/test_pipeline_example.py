"""examples/drift-pipeline: the script and the pipelines' own steps as they stand; linters read the YAML files."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from junitparser import JUnitXml

from emulator import EXAMPLE_JOB_ID, EXAMPLE_SITE_ID, SITE_ID, Glitch
from tests.support.command import SITE, Cli
from tests.support.forked_command import forked_command

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "examples" / "drift-pipeline"
BASELINE = "preload-jobs.json"
FOLDER = "baselines"
REPORTS = ("drift.json", "drift.md", "drift.xml", "drift.sarif")


@pytest.fixture
def repo(cli: Cli, tmp_path: Path) -> Iterator[Cli]:
    """A checkout with the script where the pipelines expect it, and a baseline of a site of five jobs."""
    jobs = cli.emulator.store.jobs(SITE_ID)
    few = [job for number, job in enumerate(jobs) if number < 4 or job.id == EXAMPLE_JOB_ID]
    cli.emulator.store.set_jobs(SITE_ID, few)
    (cli.folder / "ci").mkdir()
    shutil.copy(EXAMPLE / "check-drift.sh", cli.folder / "ci")
    assert cli("drift", "record", "--executions", "--site-id", SITE, "-o", BASELINE).code == 0
    (tmp_path / "bin").mkdir()
    with forked_command(tmp_path / "bin") as path:
        cli.extra["PATH"] = path
        yield cli


@pytest.fixture
def account(cli: Cli, repo: Cli) -> Cli:
    """The same checkout with a folder of baselines for every site of the account."""
    (cli.folder / BASELINE).unlink()
    assert cli("drift", "record", "--executions", "--all-sites", "-o", FOLDER).code == 0
    return repo


def sh(repo: Cli, *command: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {**repo.environment(), **env}
    return subprocess.run(
        command, cwd=repo.folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


def check(repo: Cli, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return sh(repo, "ci/check-drift.sh", *arguments, **env)


def verdict(repo: Cli, folder: str = "drift-reports") -> str:
    assert sorted(os.listdir(repo.folder / folder)) == sorted(REPORTS)
    return str(json.loads(repo.read(f"{folder}/drift.json"))["verdict"])


def test_the_script_says_clean_drift_and_could_not_tell(repo: Cli) -> None:
    done = check(repo)
    assert (done.returncode, done.stderr) == (0, "")
    assert verdict(repo) == "clean"

    repo.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    done = check(repo)
    assert done.returncode == 7
    assert "1 gone: example" in done.stdout
    # Once, in the report.
    assert done.stderr == ""
    assert done.stdout.endswith("to accept this: alicloud-esa drift record --again -o preload-jobs.json\n")
    assert verdict(repo) == "drift"

    repo.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    done = check(repo)
    assert done.returncode == 1
    assert "InvalidUid.PermissionDenied" in done.stderr
    assert "--again" not in done.stderr
    assert verdict(repo) == "error"


def test_the_script_takes_other_names(repo: Cli) -> None:
    (repo.folder / BASELINE).rename(repo.folder / "other file.json")
    assert check(repo, "other file.json", "out of it").returncode == 0
    assert verdict(repo, "out of it") == "clean"


def test_a_missing_command_fails_and_leaves_no_old_report(repo: Cli) -> None:
    assert check(repo).returncode == 0
    done = check(repo, PATH="/usr/bin:/bin")
    assert done.returncode not in (0, 7)
    assert os.listdir(repo.folder / "drift-reports") == []


@pytest.mark.parametrize("happens", ["clean", "drift", "error"])
def test_github_gets_the_summary_and_the_verdict(repo: Cli, happens: str) -> None:
    if happens == "drift":
        repo.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    if happens == "error":
        repo.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied"))
    repo.write("summary", "before\n")
    check(repo, GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="summary", GITHUB_OUTPUT="output")
    assert repo.read("output") == f"verdict={happens}\n"
    assert repo.read("summary") == "before\n" + repo.read("drift-reports/drift.md")


def outputs_of(repo: Cli, baseline: str) -> tuple[int, list[str]]:
    """The exit code and the outputs of a check that knows of the one before."""
    (repo.folder / "output").unlink(missing_ok=True)
    done = check(repo, baseline, "drift-reports", "earlier.json", GITHUB_OUTPUT="output")
    return done.returncode, repo.read("output").splitlines()


def test_github_gets_how_many_findings_are_new_known_and_resolved(repo: Cli) -> None:
    def outputs() -> list[str]:
        return outputs_of(repo, BASELINE)[1]

    repo.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    assert outputs() == ["verdict=drift", "new=1", "known=0", "resolved=0"]
    gone = repo.emulator.store.jobs(SITE_ID)[0].id
    repo.emulator.store.delete(SITE_ID, gone)
    assert outputs() == ["verdict=drift", "new=1", "known=1", "resolved=0"]
    repo.emulator.glitches.add(Glitch(code="InvalidUid.PermissionDenied", times=1))
    assert outputs() == ["verdict=error"]
    assert outputs() == ["verdict=drift", "new=0", "known=2", "resolved=0"]
    assert repo("drift", "record", "--again", "-o", BASELINE).code == 0
    assert outputs() == ["verdict=clean", "new=0", "known=0", "resolved=2"]


@pytest.mark.parametrize("shell", ["dash", "bash"])
def test_the_script_is_plain_sh(repo: Cli, shell: str) -> None:
    if shutil.which(shell) is None:
        # In CI both must be there; on a person's machine it may be skipped.
        assert not os.environ.get("CI"), f"no {shell} here"
        pytest.skip(f"no {shell} here")
    assert sh(repo, shell, "ci/check-drift.sh").returncode == 0


def load(name: str) -> Any:
    return yaml.safe_load((EXAMPLE / name).read_text())


def origin(repo: Cli) -> Path:
    """The checkout as a git repo on `main`, and the bare repo that it pushes to."""
    bare = repo.folder.parent / "origin.git"
    git = ("git", "-c", "user.name=t", "-c", "user.email=t@example.com")
    for command in (
        ("git", "init", "--quiet", "--bare", str(bare)),
        ("git", "-C", str(bare), "config", "receive.advertisePushOptions", "true"),
        ("git", "init", "--quiet", "--initial-branch", "main"),
        ("git", "remote", "add", "origin", str(bare)),
        ("git", "config", f"url.{bare}.insteadOf", "https://oauth2:token@gitlab.example.com/group/project.git"),
        ("git", "add", "."),
        (*git, "commit", "--quiet", "-m", "start"),
        ("git", "push", "--quiet", "origin", "main"),
    ):
        done = sh(repo, *command)
        assert done.returncode == 0, done.stderr
    return bare


def accepted(bare: Path, branch: str, baseline: str = BASELINE) -> Any:
    """The baseline on a pushed branch, which changes nothing else."""
    git = ["git", "-C", str(bare)]
    changed = subprocess.run([*git, "diff", "--name-only", "main", branch], capture_output=True, text=True, check=True)
    assert changed.stdout == f"{baseline}\n"
    shown = subprocess.run([*git, "show", f"{branch}:{baseline}"], capture_output=True, text=True, check=True)
    return json.loads(shown.stdout)["jobs"]


def test_accepting_on_github_opens_a_pull_request_with_the_new_baseline(repo: Cli) -> None:
    bare = origin(repo)
    tools = repo.folder.parent / "tools"
    tools.mkdir()
    (tools / "gh").write_text('#!/bin/sh\necho "$@" >> gh.log\n')
    (tools / "gh").chmod(0o755)
    repo.extra["PATH"] = os.pathsep.join([str(tools), repo.extra["PATH"]])
    steps = [step["run"] for step in load("github-actions.yml")["jobs"]["accept"]["steps"] if "run" in step][1:]
    variables = {"BASELINE": BASELINE, "GITHUB_RUN_ID": "5", "GITHUB_REF_NAME": "main"}
    assert [sh(repo, "bash", "-e", "-c", step, **variables).returncode for step in steps] == [0, 0]
    assert not (repo.folder / "gh.log").exists()  # nothing to accept

    repo.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    done = [sh(repo, "bash", "-e", "-c", step, **variables) for step in steps]
    assert [step.returncode for step in done] == [0, 0], done
    assert EXAMPLE_JOB_ID not in accepted(bare, "accept-preload-jobs-5")
    assert repo.read("gh.log").splitlines()[1] == "pr create --base main --head accept-preload-jobs-5 --fill"
    assert check(repo).returncode == 0


def accept_on_gitlab(repo: Cli, baseline: str, pipeline: str) -> None:
    variables = {"BASELINE": baseline, "CI_PIPELINE_ID": pipeline, "CI_DEFAULT_BRANCH": "main", "ACCEPT_TOKEN": "token"}
    variables |= {"CI_SERVER_HOST": "gitlab.example.com", "CI_PROJECT_PATH": "group/project"}
    variables |= {"GITLAB_USER_NAME": "t", "GITLAB_USER_EMAIL": "t@example.com"}
    for step in load("gitlab-ci.yml")["accept"]["script"]:
        done = sh(repo, "bash", "-e", "-c", step, **variables)
        assert done.returncode == 0, done.stderr


def test_accepting_on_gitlab_opens_a_merge_request_with_the_new_baseline(repo: Cli) -> None:
    bare = origin(repo)
    repo.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    hook = bare / "hooks" / "pre-receive"
    hook.write_text('#!/bin/sh\necho "$GIT_PUSH_OPTION_0 $GIT_PUSH_OPTION_1" > options\n')
    hook.chmod(0o755)
    accept_on_gitlab(repo, BASELINE, "6")
    assert EXAMPLE_JOB_ID not in accepted(bare, "accept-preload-jobs-6")
    assert (bare / "options").read_text() == "merge_request.create merge_request.target=main\n"


def test_gitlab_finds_its_junit_report(repo: Cli) -> None:
    pipeline = load("gitlab-ci.yml")
    (step,) = pipeline["check-drift"]["script"]
    assert sh(repo, "bash", "-e", "-c", step, **pipeline["variables"]).returncode == 0
    report = JUnitXml.fromfile(str(repo.folder / pipeline["check-drift"]["artifacts"]["reports"]["junit"]))
    assert report.tests == 5


def run_linter(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_gitlab_s_schema_accepts_the_pipeline() -> None:
    linter = Path(sys.executable).with_name("check-jsonschema")
    options = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    run_linter(linter, *options, EXAMPLE / "gitlab-ci.yml")


def test_github_s_linters_accept_the_workflow() -> None:
    workflow = EXAMPLE / "github-actions.yml"
    run_linter(Path(sys.executable).with_name("zizmor"), "--offline", "--quiet", "--no-progress", workflow)
    run_linter(sys.executable, ROOT / "tools" / "go_tools.py", "actionlint")
    run_linter(ROOT / "bin" / "actionlint", workflow)


def test_every_action_is_pinned_by_commit() -> None:
    for job in load("github-actions.yml")["jobs"].values():
        for step in job["steps"]:
            if "uses" in step:
                assert len(step["uses"].partition("@")[2]) == 40


def test_a_folder_is_every_site_with_one_verdict(account: Cli) -> None:
    done = check(account, FOLDER)
    assert (done.returncode, done.stderr) == (0, "")
    assert verdict(account) == "clean"

    account.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    done = check(account, FOLDER)
    assert done.returncode == 7
    assert done.stdout.startswith("4 sites: 1 with drift, 3 as recorded\n")
    assert "1 gone: example" in done.stdout
    assert done.stderr.endswith(f"drift record --again -o {FOLDER}, and commit it.\n")


def test_a_new_site_of_the_account_is_an_error_that_says_how_to_record_it(account: Cli) -> None:
    (site,) = account.emulator.store.add_sites(1, 2)
    done = check(account, FOLDER)
    assert (done.returncode, verdict(account)) == (1, "error")
    advice = f"alicloud-esa drift record --executions --site-id {site} -o {FOLDER}"
    assert advice in done.stderr
    assert account(*advice.split()[1:]).code == 0
    assert check(account, FOLDER).returncode == 0


def test_where_one_site_drifted_and_another_cannot_be_read_nothing_known_is_lost(account: Cli) -> None:
    only = account.emulator.store.jobs(EXAMPLE_SITE_ID)[0].id
    account.emulator.store.delete(EXAMPLE_SITE_ID, only)
    assert outputs_of(account, FOLDER) == (7, ["verdict=drift", "new=1", "known=0", "resolved=0"])
    account.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    account.emulator.glitches.add(Glitch(code="SiteNotFound", site_id=EXAMPLE_SITE_ID))
    assert outputs_of(account, FOLDER) == (7, ["verdict=partial", "new=1", "known=0", "resolved=0"])
    account.emulator.glitches.clear()
    assert outputs_of(account, FOLDER) == (7, ["verdict=drift", "new=0", "known=2", "resolved=0"])
    upload = load("github-actions.yml")["jobs"]["check"]["steps"][-2]
    assert upload["if"] == (
        "always() && (steps.drift.outputs.verdict == 'clean' || steps.drift.outputs.verdict == 'drift')"
    )


def test_accepting_for_every_site_changes_the_file_of_the_site_that_drifted_only(account: Cli) -> None:
    bare = origin(account)
    account.emulator.store.delete(SITE_ID, EXAMPLE_JOB_ID)
    accept_on_gitlab(account, FOLDER, "7")
    file = f"{FOLDER}/example.com-{SITE}.json"
    assert EXAMPLE_JOB_ID not in accepted(bare, "accept-preload-jobs-7", file)
    assert check(account, FOLDER).returncode == 0
