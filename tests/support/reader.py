"""One run of the input readers on any values: what the two fuzzers, hypothesis and atheris, have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi_resource_alicloud_esa.config import Settings, read_settings
from pulumi_resource_alicloud_esa.esa.errors import InvalidInput
from pulumi_resource_alicloud_esa.esa.query import JobQuery, read_job_query


def read_query(values: Mapping[str, Any]) -> JobQuery | InvalidInput:
    """The values as a valid query, or else faults that a user may see."""
    try:
        query = read_job_query(dict(values))
    except InvalidInput as error:
        return check(error)
    assert query.site_id.isdigit()
    assert all(isinstance(value, str) for value in query.parameters().values())
    return query


def read_configuration(values: Mapping[str, Any]) -> Settings | InvalidInput:
    """The values as valid settings, or else faults that a user may see."""
    try:
        settings = read_settings(values, {})
    except InvalidInput as error:
        return check(error)
    assert 1 <= settings.max_attempts <= 20
    assert 1 <= settings.max_concurrency <= 64
    assert 1 <= settings.timeout_seconds <= 3600
    return settings


READERS: tuple[Callable[[Mapping[str, Any]], object], ...] = (read_query, read_configuration)


def check(error: InvalidInput) -> InvalidInput:
    """Each fault is one printable line that names a property, in bounds."""
    assert error.faults
    for fault in error.faults:
        assert fault.path.strip()
        assert fault.reason
        assert str(fault).isprintable(), repr(str(fault))
        assert len(str(fault)) < 600
    assert len(str(error).splitlines()) == len(error.faults)
    return error
