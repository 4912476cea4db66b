"""The decoder under atheris, which follows the branches that bytes take; `make fuzz` runs it, bounded.

Run as a program: the arguments are libFuzzer's. The first byte chooses status and headers, the rest is the body.
"""

from __future__ import annotations

import json
import sys

import atheris

with atheris.instrument_imports(include=["pulumi_resource_alicloud_esa", "json"]):
    from tests.fuzz.decoder import decode

STATUS = (200, 200, 204, 302, 400, 403, 404, 429, 500, 502, 503)
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Content-Type": "text/xml;charset=utf-8"},
    {"x-acs-retry-after": "200", "Date": "Wed, 21 Oct 2015 07:28:00 GMT"},
    {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"},
)
WORDS = (
    "RequestId",
    "TotalCount",
    "Jobs",
    "Id",
    "SiteId",
    "Code",
    "Message",
    "<Error><Code>",
    "\\\\ud800",
    "1e999",
    "NaN",
)


def one_input(data: bytes) -> None:
    """What atheris calls."""
    if data:
        decode(STATUS[data[0] % len(STATUS)], HEADERS[data[0] // 16 % len(HEADERS)], data[1:])


def seeds() -> list[bytes]:
    """Right answers and errors to start from."""
    job = {"Id": "665d3af3621bccf3fe29e1a4\n", "SiteId": 190007158391808, "Name": "n", "UrlCount": 2}
    bodies: list[object] = [
        {"RequestId": "R", "TotalCount": "1", "Jobs": [job]},
        {"Code": "TooManyRequests", "Message": "slow down", "RequestId": "R"},
    ]
    return [bytes((index,)) + json.dumps(body).encode() for index in (0, 4) for body in bodies]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--seeds"]:
        from pathlib import Path

        for number, seed in enumerate(seeds()):
            (Path(sys.argv[2]) / f"seed-{number}").write_bytes(seed)
        (Path(sys.argv[2]).parent / "words").write_text("".join(f'"{word}"\n' for word in WORDS))
    else:
        atheris.Setup(sys.argv, one_input)
        atheris.Fuzz()
