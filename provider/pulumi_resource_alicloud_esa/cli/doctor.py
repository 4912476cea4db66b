"""`alicloud-esa doctor`: why nothing works, on one screen, and what to do about it."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from ..config import Settings
from ..context import CallContext
from ..credentials.sources import choose_source, region_of
from ..esa.answer import Answer, server_date
from ..esa.deadline import Deadline
from ..esa.endpoints import ENDPOINT_VARIABLES, Endpoint, choose_endpoint
from ..esa.errors import Cancelled, EsaError, Fault
from ..esa.inputs import Inputs
from ..esa.keys import CredentialSource
from ..esa.printable import printable
from ..esa.proxy import choose_proxy
from ..schema import VERSION
from . import say
from .consultation import OK, WARNING, WRONG, Consultation, Line, SiteAsked, Watched
from .exit_codes import CLEAN, COULD_NOT_TELL
from .files import STDOUT, unwritable, write_file, write_stdout
from .json_text import json_output
from .session import call, environment_for, read_all
from .shapes import shape
from .site_choice import choose_site

SOON_SECONDS = 15 * 60
CLOCK_SECONDS = 60.0
# The service refuses requests from a clock that is further off.
CLOCK_LIMIT_SECONDS = 15 * 60.0
_WORDS = {OK: "ok", WARNING: "warn", WRONG: "WRONG"}


@dataclass
class Examination:
    """Everything that was found; `answers` are those of the service, by action, as they came."""

    lines: list[Line] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return all(line.status != WRONG for line in self.lines)


def run(values: dict[str, Any], connection: Mapping[str, Any], form: str, record: str | None) -> int:
    """0 when nothing is wrong, else 1."""

    def read(inputs: Inputs) -> str | None:
        fault = unwritable(record) if record is not None and record != STDOUT else None
        if fault is not None:
            inputs.faults.append(Fault("--record", fault))
        return inputs.site_id() if site.given else None

    site = choose_site(values)
    site_id, settings = read_all(site, connection, read, form, ("text", "json"))

    def work(context: CallContext) -> Examination:
        find = (lambda: site.find_one(context).id) if site.names else None
        return _examine(settings, (site_id or None, find), context.deadline)

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


def _examine(settings: Settings, site: SiteAsked, deadline: Deadline) -> Examination:
    """Check everything, each check after those that it depends on; raises nothing but Cancelled."""
    found = Examination()
    env = environment_for(settings)
    source = _keys(settings, env, deadline, found)
    endpoint = _endpoint(settings, env, found)
    reachable = endpoint is not None and _proxy(endpoint, found)
    if source is None or endpoint is None or not reachable:
        return found
    with closing(Consultation(settings, source, endpoint, deadline)) as consultation:
        lines = consultation.actions(*site)
    if consultation.keys is not None:
        found.lines[[line.name for line in found.lines].index("keys")] = consultation.keys
    found.answers = consultation.watched.answers
    if found.answers:
        account = consultation.account or "not known: no job was answered that would name it"
        found.lines += [_clock(consultation.watched), Line("account", OK, account)]
    found.lines += lines
    return found


def _keys(
    settings: Settings, env: Mapping[str, str], deadline: Deadline, found: Examination
) -> CredentialSource | None:
    notes: list[str] = []
    try:
        source = choose_source(settings, env, say.warning, notes.append)
        keys = source.get(deadline)
    except Cancelled:
        raise
    except EsaError as error:
        advice = "Correct it, or give other keys: docs/installation-configuration.md lists every way."
        found.lines.append(Line("keys", WRONG, str(error), advice))
        return None
    place = notes[0].removeprefix("keys from ")
    ends = getattr(source, "ends", None)
    if ends is None:
        lasting = "temporary, and when they end is not known" if keys.security_token else "they do not end"
        found.lines.append(Line("keys", OK, f"{place}; {lasting}"))
        return source
    left = ends - time.time()
    moment = datetime.fromtimestamp(ends, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    text = f"{place}; they end in {max(0, round(left / 60))} minutes, at {moment}"
    advice = (
        "" if left > SOON_SECONDS else "They are renewed by themselves if their source gives others: see that it does."
    )
    found.lines.append(Line("keys", OK if left > SOON_SECONDS else WARNING, text, advice))
    return source


def _endpoint(settings: Settings, env: Mapping[str, str], found: Examination) -> Endpoint | None:
    region = region_of(settings, env)
    variable = next((name for name in ENDPOINT_VARIABLES if env.get(name, "").strip()), None)
    try:
        endpoint = choose_endpoint(settings.endpoint, region, env)
    except EsaError as error:
        found.lines.append(Line("endpoint", WRONG, str(error), "Correct it, or leave it out."))
        return None
    named = "given" if settings.endpoint else f"of {variable}" if variable else f"for region {region}" if region else ""
    found.lines.append(Line("endpoint", OK, f"{endpoint.url} ({named or 'the default'})"))
    return endpoint


def _proxy(endpoint: Endpoint, found: Examination) -> bool:
    try:
        proxy = choose_proxy(endpoint)
    except EsaError as error:
        found.lines.append(Line("proxy", WRONG, str(error), "Correct the variable, or name the endpoint in NO_PROXY."))
        return False
    # The host of a proxy with a login is not shown: what looks like the host may be a part of the password.
    text = (
        "none"
        if proxy is None
        else f"{proxy.variable}, with a login"
        if proxy.logins
        else f"{proxy.variable}, {proxy.url}"
    )
    found.lines.append(Line("proxy", OK, text))
    return True


def _clock(watched: Watched) -> Line:
    moment = server_date({"Date": watched.date})
    if moment is None:
        return Line("clock", WARNING, "the service did not say what time it is")
    # The Date header is cut to the second, and was written half-way between question and answer.
    skew = moment.timestamp() + 0.5 - (watched.asked_at + watched.seconds / 2)
    seconds = abs(skew)
    if seconds < CLOCK_SECONDS:
        return Line("clock", OK, "as the service's, to the minute")
    off = f"{round(seconds)} seconds" if seconds < 120 else f"{round(seconds / 60)} minutes"
    text = f"{off} {'behind' if skew > 0 else 'ahead of'} the service's"
    return Line("clock", WRONG if seconds >= CLOCK_LIMIT_SECONDS else WARNING, text, "Set this machine's clock (NTP).")
