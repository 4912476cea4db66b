"""An import file in the real engine: drift, adopt, and what the engine then asks for is pulumi-alicloud's plugin."""

from __future__ import annotations

import json

from emulator import Emulator
from tests.support.engine import SITE_ID, Engine


def test_the_engine_reads_the_file_and_asks_for_the_plugin_of_pulumi_alicloud(
    engine: Engine, emulator: Emulator
) -> None:
    record = ("alicloud-esa", "drift", "record", "--site-id", SITE_ID, "-o", "preload-jobs.json")
    assert engine.command(*record).code == 0
    for job_id, name in (("a" * 24, "预取"), ("b" * 24, "sale"), ("c" * 24, "sale")):
        emulator.store.add(int(SITE_ID), Id=job_id, Name=name)
    check = ("alicloud-esa", "drift", "check", "--baseline", "preload-jobs.json", "--adopt", "import.json")
    assert engine.command(*check).code == 7
    engine.write("name: adopting\nruntime: yaml\n")
    engine.stack()
    adopt = ("import", "--file", "import.json", "--yes", "--skip-preview", "--generate-code=false")
    result = engine.run(*adopt)
    assert result.code != 0
    assert "no resource plugin 'pulumi-resource-alicloud' found" in result.text, result.text
    # The same of a resource without an id ends before any plugin is asked for: so the file above was read whole.
    document = json.loads((engine.folder / "import.json").read_text())
    del document["resources"][2]["id"]
    (engine.folder / "import.json").write_text(json.dumps(document))
    refused = engine.run(*adopt)
    assert refused.code != 0
    assert refused.text.count("has no ID") == 1
    assert engine.command("alicloud-esa", "drift", "record", "--again", "-o", "preload-jobs.json").code == 0
    assert engine.command(*check).code == 0
    assert json.loads((engine.folder / "import.json").read_text()) == {"resources": []}
