"""The decoder and the input readers under atheris, which follows the branches that bytes take; `make fuzz` runs it.

Usage: coverage_guided.py decoder|inputs, then libFuzzer's arguments, or --seeds FOLDER. The first byte chooses: status
and headers for the decoder, which of the readers for the inputs. The rest is a body, or inputs as JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import atheris

with atheris.instrument_imports(include=["pulumi_resource_alicloud_esa", "json"]):
    from tests.support.decoder import decode
    from tests.support.reader import READERS

STATUS = (200, 200, 204, 302, 400, 403, 404, 429, 500, 502, 503)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "text/xml;charset=utf-8"},
    {"x-acs-retry-after": "200", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"},
    {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"},
)


def one_answer(data: bytes) -> None:
    """An answer for the decoder."""
    if data:
        decode(STATUS[data[0] % len(STATUS)], HEADERS[data[0] // 16 % len(HEADERS)], data[1:])


def one_program(data: bytes) -> None:
    """Inputs for a reader; none where the JSON is not an object."""
    try:
        values = json.loads(data[1:])
    except (ValueError, RecursionError):
        return
    if isinstance(values, dict):
        READERS[data[0] % len(READERS)](values)


def seeds(*bodies: object) -> list[bytes]:
    """Each body after the first bytes that choose what is done with it."""
    return [bytes((index,)) + json.dumps(body).encode() for index in (0, 1, 4) for body in bodies]


class Target(NamedTuple):
    """What atheris calls, what it starts from, and the words that it may put in."""

    run: Callable[[bytes], None]
    seeds: list[bytes]
    words: str


JOB = {"Id": "665d3af3621bccf3fe29e1a4\n", "SiteId": 190007158391808, "Name": "n", "UrlCount": 2}
TARGETS = {
    "decoder": Target(
        one_answer,
        seeds(
            {"RequestId": "R", "TotalCount": "1", "Jobs": [JOB]},
            {"Code": "TooManyRequests", "Message": "slow down", "RequestId": "R"},
        ),
        r"RequestId TotalCount Jobs Id SiteId Code Message <Error><Code> \\ud800 1e999 NaN",
    ),
    "inputs": Target(
        one_program,
        seeds(
            {"siteId": "190007158391808", "startTime": "2024-06-01T00:00:00Z", "endTime": 1717232000000, "pageSize": 5},
            {"siteId": 1, "nameRegex": "^a", "ids": ["a"], "hasError": "true", "pageNumber": 1, "domain": "d"},
            {"accessKey": "k", "secretKey": "s", "maxAttempts": "3", "endpoint": "esa.cn-hangzhou.aliyuncs.com"},
            {"assumeRole": {"roleArn": "r", "sessionExpiration": 900}, "assumeRoleWithOidc": '{"oidcToken": "t"}'},
        ),
        r"siteId startTime nameRegex taskType insertWay secretKey assumeRole credentialsUri https:// T00:00:00Z [ ]",
    ),
}


def main() -> None:
    """Write the seeds, or fuzz."""
    target = TARGETS[sys.argv.pop(1)]
    if sys.argv[1:2] == ["--seeds"]:
        folder = Path(sys.argv[2])
        for number, seed in enumerate(target.seeds):
            (folder / f"seed-{number}").write_bytes(seed)
        (folder.parent / f"{folder.name}.words").write_text("".join(f'"{word}"\n' for word in target.words.split()))
    else:
        atheris.Setup(sys.argv, target.run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
