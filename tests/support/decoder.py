"""One run of the decoder on any bytes: what the two fuzzers, hypothesis and atheris, have in common."""

from __future__ import annotations

from collections.abc import Mapping

from pulumi_resource_alicloud_esa.engine.wire import invoke_response
from pulumi_resource_alicloud_esa.esa.answer import Answer, interpret
from pulumi_resource_alicloud_esa.esa.errors import ApiError, EsaError, ResponseError
from pulumi_resource_alicloud_esa.esa.masking import Mask
from pulumi_resource_alicloud_esa.esa.models import JOB
from pulumi_resource_alicloud_esa.esa.rows import read_request_id, read_rows, read_total

SECRET = "fuzzSecretfuzzSecret"


def decode(status: int, headers: Mapping[str, str], body: bytes) -> EsaError | None:
    """Read one answer as a listing's page and marshal it; the error, if it is one that a user may see.

    Anything else that is raised, and any promise that is broken, is a finding.
    """
    try:
        answer = interpret("ListScheduledPreloadJobs", Answer(status, headers, body), Mask([SECRET]))
        rows = read_rows(answer, "Jobs", JOB)
        total, request_id = read_total(answer), read_request_id(answer)
    except (ApiError, ResponseError) as error:
        text = str(error)
        assert text, "an error without a text"
        assert text.isprintable(), f"not one printable line: {text!r}"
        assert len(text) < 1500, f"{len(text)} characters"
        assert SECRET not in text, "the secret is in the error"
        return error
    assert total >= 0
    for row in rows:
        assert row.id
        assert row.id == row.id.strip()
    invoke_response({"requestId": request_id, "totalCount": total, "jobs": rows})
    return None
