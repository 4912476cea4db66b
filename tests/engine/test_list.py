"""`pulumi do ... list` and `pulumi import`: every site of an account is in a stack in two commands."""

from __future__ import annotations

import json

from emulator import Emulator
from tests.support.engine import PLUGIN, Engine

BASELINE = "alicloud-esa:index:ScheduledPreloadJobsBaseline"


def test_a_whole_account_is_imported_in_two_commands(engine: Engine, emulator: Emulator) -> None:
    sites = {str(site.fields["SiteId"]): site.fields["SiteName"] for site in emulator.store.sites()}
    listed = engine.run("do", "--package", str(PLUGIN), BASELINE, "list", "--all").json()
    assert {row["id"]: row["name"] for row in listed} == sites
    engine.write("name: account\nruntime: yaml\n")
    engine.stack()
    # What `jq '{resources: map({type: "...", name, id})}'` makes of it.
    wanted = {"resources": [{"type": BASELINE, "name": row["name"], "id": row["id"]} for row in listed]}
    engine.write(json.dumps(wanted), "import.json")
    result = engine.run("import", "--file", "import.json", "--yes", "--protect=false", "--generate-code=false")
    assert result.code == 0, result.text
    exported = engine.run("stack", "export").json()["deployment"]["resources"]
    assert {r["id"] for r in exported if r["type"] == BASELINE} == set(sites)
    some = engine.run("do", "--package", str(PLUGIN), BASELINE, "list", "--name-regex", r"\.net$").json()
    assert [row["name"] for row in some] == ["example.net"]
