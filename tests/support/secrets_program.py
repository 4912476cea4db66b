"""The program of test_secrets.py, inline: asks for many sites in one run, and exports what each error says.

Usage: secrets_program.py FILE, which says in JSON what is given and which operation is run. All of it at -v=9.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pulumi
import pulumi_alicloud_esa as esa
from pulumi import automation

given = json.loads(Path(sys.argv[1]).read_text())


def provider() -> pulumi.ProviderResource | None:
    """The provider in the program, if there is one."""
    if given["how"] == "sdk":
        keys = {"access_key": given["accessKey"], "secret_key": given["secretKey"]}
        return esa.Provider("own", security_token=given["securityToken"], **keys, **given["python"])
    if given["how"] == "clear":
        # Set below the SDK's class, which would mark these values as secrets itself.
        return pulumi.ProviderResource("alicloud-esa", "own", given["properties"])
    return None


def program() -> None:
    """Each error is caught, so that one run sees them all; its text becomes an output, and so a part of the state."""
    own = provider()
    texts = {}
    for site in given["sites"]:
        try:
            found = esa.get_scheduled_preload_jobs(site_id=site, opts=pulumi.InvokeOptions(provider=own))
            texts[site] = str(found.names)
        except Exception as error:
            texts[site] = str(error)
    pulumi.export("texts", texts)
    if given["site"]:
        esa.ScheduledPreloadJobsBaseline("jobs", site_id=given["site"], opts=pulumi.ResourceOptions(provider=own))


def main() -> None:
    """Run the operation; all that the engine prints is printed."""
    workspace = automation.LocalWorkspaceOptions(work_dir=os.getcwd(), env_vars=dict(os.environ))
    stack = automation.create_or_select_stack("dev", "secrets", program, opts=workspace)
    try:
        getattr(stack, given["operation"])(
            on_output=lambda text: sys.stdout.write(f"{text}\n"),
            on_error=lambda text: sys.stderr.write(f"{text}\n"),
            log_to_std_err=True,
            log_verbosity=9,
            debug=True,
        )
    except automation.CommandError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
