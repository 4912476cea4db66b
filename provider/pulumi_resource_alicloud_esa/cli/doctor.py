"""`alicloud-esa doctor`: why nothing works, on one screen, and what to do about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ..context import CallContext
from ..esa.answer import Answer
from ..esa.errors import Fault
from ..esa.inputs import Inputs
from ..esa.printable import printable
from ..schema import VERSION
from . import say
from .consultation import OK, WARNING, WRONG, Line
from .examination import Examination, examine
from .exit_codes import CLEAN, COULD_NOT_TELL
from .files import STDOUT, unwritable, write_file, write_stdout
from .json_text import json_output
from .session import call, environment_for, read_all
from .shapes import shape
from .site_choice import choose_site

_WORDS = {OK: "ok", WARNING: "warn", WRONG: "WRONG"}


def run(values: dict[str, Any], connection: Mapping[str, Any], form: str, record: str | None) -> int:
    """0 when nothing is wrong, else 1."""

    def read(inputs: Inputs) -> str | None:
        fault = unwritable(record) if record is not None and record != STDOUT else None
        if fault is not None:
            inputs.faults.append(Fault("--record", fault))
        return inputs.site_id() if site.given else None

    site = choose_site(values)
    site_id, settings = read_all(site.values, connection, site.reading(read), form, ("text", "json"))
    env = environment_for(settings)

    def work(context: CallContext) -> Examination:
        find = (lambda: site.find_one(context).id) if site.names else None
        return examine(settings, env, (site_id or None, find), context.deadline, say.warning)

    found = call(settings, "the service", work)
    if record is not None:
        # The shapes of the answers, without their values: ready to be attached to a bug report.
        answers = {action: _answer(answer) for action, answer in found.answers.items()}
        shapes = json_output({"version": VERSION, "answers": answers})
        (write_stdout if record == STDOUT else lambda text: write_file(record, text))(shapes)
    if record != STDOUT:
        write_stdout(json_output(_as_data(found)) if form == "json" else _screen(found))
    return CLEAN if found.healthy else COULD_NOT_TELL


def _screen(found: Examination) -> str:
    width = max(len(line.name) for line in found.lines)
    wrong = ", ".join(line.name for line in found.lines if line.status == WRONG)
    verdict = f"{f'wrong: {wrong}' if wrong else 'nothing is wrong'} (alicloud-esa {VERSION})"
    return "\n".join((verdict, *(row for line in found.lines for row in _rows(line, width)))) + "\n"


def _rows(line: Line, width: int) -> list[str]:
    rows = [f"{_WORDS[line.status]:<6}{line.name:<{width}}  {printable(line.text)}"]
    return [*rows, f"{'':<{width + 8}}{printable(line.advice)}"] if line.advice else rows


def _as_data(found: Examination) -> dict[str, Any]:
    checks = [
        {
            "name": line.name,
            "status": line.status,
            "text": printable(line.text),
            **({"advice": printable(line.advice)} if line.advice else {}),
            **({"seconds": line.seconds} if line.seconds is not None else {}),
        }
        for line in found.lines
    ]
    return {"version": VERSION, "healthy": found.healthy, "checks": checks}


def _answer(answer: Answer) -> dict[str, Any]:
    try:
        body: dict[str, Any] = shape([json.loads(answer.body)])
    except (ValueError, RecursionError):
        body = {"is": ["not JSON"]}
    return {"status": answer.status, "body": body}
