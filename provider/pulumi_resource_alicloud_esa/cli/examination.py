"""What the doctor checks, each check after those that it depends on; each becomes one line."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from ..config import Settings
from ..credentials.sources import choose_source, region_of
from ..esa.answer import Answer, server_date
from ..esa.deadline import Deadline
from ..esa.endpoints import ENDPOINT_VARIABLES, Endpoint, choose_endpoint
from ..esa.errors import Cancelled, EsaError
from ..esa.keys import CredentialSource
from ..esa.proxy import choose_proxy
from .consultation import OK, WARNING, WRONG, Consultation, Line, SiteAsked, Watched

SOON_SECONDS = 15 * 60
CLOCK_SECONDS = 60.0
# The service refuses requests from a clock that is further off.
CLOCK_LIMIT_SECONDS = 15 * 60.0


@dataclass
class Examination:
    """Everything that was found; `answers` are those of the service, by action, as they came."""

    lines: list[Line] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)

    @property
    def healthy(self) -> bool:
        """Whether nothing is wrong; warnings do not count."""
        return all(line.status != WRONG for line in self.lines)


def examine(
    settings: Settings, env: Mapping[str, str], site: SiteAsked, deadline: Deadline, warn: Callable[[str], None]
) -> Examination:
    """Check everything; raises nothing but Cancelled."""
    found = Examination()
    source = _keys(settings, env, deadline, found, warn)
    endpoint = _endpoint(settings, env, found)
    reachable = endpoint is not None and _proxy(endpoint, found)
    if source is None or endpoint is None or not reachable:
        return found
    consultation = Consultation(settings, source, endpoint, deadline)
    try:
        lines = consultation.actions(*site)
    finally:
        consultation.close()
    if consultation.keys is not None:
        found.lines[[line.name for line in found.lines].index("keys")] = consultation.keys
    found.answers = consultation.watched.answers
    if found.answers:
        account = consultation.account or "not known: no job was answered that would name it"
        found.lines += [_clock(consultation.watched), Line("account", OK, account)]
    found.lines += lines
    return found


def _keys(
    settings: Settings, env: Mapping[str, str], deadline: Deadline, found: Examination, warn: Callable[[str], None]
) -> CredentialSource | None:
    notes: list[str] = []
    try:
        source = choose_source(settings, env, warn, notes.append)
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
