"""Reads an earlier JSON report of `drift check`, for `--since`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..drift.compare import Difference, Kind
from ..drift.record import Value, read_record
from ..esa.inputs import shown
from ..esa.json_text import RepeatedKey, decode
from ..schema import VERSION
from .reports.json_report import FORMAT, FORMAT_VERSION, FORMAT_VERSION_OF_SITES

_ACCEPTED = "give the file of an earlier `drift check --format json=FILE`"


class NoReport(Exception):
    """A file that is not an earlier report; the text says why, and what is accepted."""


Earlier = Mapping[str, Sequence[Difference]]
"""What an earlier check found, by the id of the site; of a site that it could not tell of, nothing."""


def read_earlier(path: str) -> Earlier | None:
    """The findings in a report; None if there is no file yet or that check could tell of no site. Raises NoReport."""
    try:
        with open(path, "rb") as file:
            document = decode(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise NoReport(f"{path}: {error.strerror}") from None
    except (ValueError, RepeatedKey):
        raise NoReport(f"{path}: not JSON; {_ACCEPTED}") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise NoReport(f'{path}: not a report, it has no "format": "{FORMAT}"; {_ACCEPTED}')
    version = document.get("version")
    if type(version) is not int or version not in (FORMAT_VERSION, FORMAT_VERSION_OF_SITES):
        known = f"alicloud-esa {VERSION} knows {FORMAT_VERSION} and {FORMAT_VERSION_OF_SITES}"
        raise NoReport(f"{path}: a report of version {shown(version)}, {known}; {_ACCEPTED}")
    rows = document.get("sites") if version == FORMAT_VERSION_OF_SITES else [document]
    if not isinstance(rows, list):
        raise NoReport(f"{path}: the report has no list of sites; {_ACCEPTED}")
    sites = dict(_site(path, row) for row in rows if not isinstance(row, dict) or _has_told(row))
    return sites or None


def _has_told(row: Mapping[str, Any]) -> bool:
    """Whether a site's report has findings: its own, or where nobody could tell those of the report before."""
    return row.get("verdict") != "error" or row.get("earlier") is not None


def _site(path: str, row: Any) -> tuple[str, list[Difference]]:
    if not isinstance(row, dict):
        raise NoReport(f"{path}: {shown(row)} is not a site's report; {_ACCEPTED}")
    site_id, differences = row.get("siteId"), row.get("earlier" if row.get("verdict") == "error" else "differences")
    if not isinstance(site_id, str) or not isinstance(differences, list):
        raise NoReport(f"{path}: the report has no siteId or no list of differences; {_ACCEPTED}")
    return site_id, [_difference(path, index, difference) for index, difference in enumerate(differences)]


def _difference(path: str, index: int, row: Any) -> Difference:
    if isinstance(row, dict):
        kind = next((kind for kind in Kind if kind.value == row.get("kind")), None)
        texts = [row.get("id"), row.get("name"), row.get("field", ""), row.get("executionId", "")]
        sides, job = (row.get("expected"), row.get("actual")), row.get("job")
        are_sides = all(side is None or isinstance(side, Value) for side in sides)
        if kind and are_sides and all(isinstance(text, str) for text in texts):
            job_id, name, field, execution_id = texts
            record = read_record(job)
            if job is None or record is not None:
                return Difference(kind, job_id, name, field, *sides, execution_id, record)
    raise NoReport(f"{path}: differences[{index}] is not a finding: {shown(row)}; {_ACCEPTED}")
