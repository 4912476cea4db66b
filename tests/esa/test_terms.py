"""An error names the caller's settings as its caller calls them, and nothing of a text of others is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_resource_alicloud_esa.cli.faults import TERMS
from pulumi_resource_alicloud_esa.engine.faults import PROPERTIES
from pulumi_resource_alicloud_esa.esa import codes
from pulumi_resource_alicloud_esa.esa.errors import ApiError, DeadlineExceeded, one_line
from pulumi_resource_alicloud_esa.esa.terms import NEUTRAL, spelled, term

ESA = Path(codes.__file__).parent


def test_each_caller_has_its_own_names() -> None:
    error = DeadlineExceeded(1)
    assert str(error) == "no complete answer within 1 seconds: raise the time limit, or ask for less"
    assert error.told(PROPERTIES) == "no complete answer within 1 seconds: raise timeoutSeconds, or ask for less"
    assert error.told(TERMS) == "no complete answer within 1 seconds: raise --timeout-seconds, or ask for less"


def test_names_are_given_for_settings_that_there_are() -> None:
    assert set(PROPERTIES) == set(NEUTRAL)
    assert set(TERMS) <= set(NEUTRAL)
    for key in NEUTRAL:
        assert spelled(f"a {term(key)} b") == f"a {NEUTRAL[key]} b"


@pytest.mark.parametrize("code", sorted(codes.CODES))
@pytest.mark.parametrize("names", [NEUTRAL, PROPERTIES, TERMS])
def test_no_mark_is_left_in_what_anybody_reads(code: str, names: dict[str, str]) -> None:
    error = ApiError(action="A", code=code, message="m", http_status=400)
    assert error.told(names).isprintable()
    assert error.told(names).endswith(error.advice(names))


def test_a_text_of_others_holds_no_mark() -> None:
    assert term("site") not in one_line(f"message {term('site')} {term('nothing')}")


WORDS = ["timeoutSeconds", "maxConcurrency", "accessKey", "secretKey", "--run-program", "a stack"]


@pytest.mark.parametrize("word", WORDS)
def test_esa_uses_no_word_of_its_callers(word: str) -> None:
    assert [path.name for path in ESA.glob("*.py") if word in path.read_text(encoding="utf-8")] == []
