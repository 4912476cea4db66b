"""From an HTTP answer to a JSON object or the error that it means."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from .codes import Retry, retry_of_status
from .errors import ApiError, ResponseError, one_line
from .inputs import shown
from .json_text import ExactPage, RepeatedKey, decode, decode_page, has_more_values
from .masking import Mask
from .terms import term

_SUCCESS_CODES = frozenset({"", "success", "ok", "200", "0"})
# Longer than any text that is shown; texts from outside are cut to this before they are searched.
_LONGEST = 4000
# The service may echo what it signed, the security token included.
_ECHO = re.compile(r"(StringToSign|CanonicalRequest) is\b", re.IGNORECASE)
# A page of MAX_BODY_BYTES with the smallest jobs that the service can have has fewer.
_MOST_VALUES = 1_000_000
_NOTHING = Mask()
_REQUEST_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_MEDIA_TYPES = ("application/json", "application/xml", "text/html", "text/plain", "text/xml")
_XML_FIELD = re.compile(r"<(Code|Message|RequestId)>([^<]*)</\1>")


class Answer(Struct, frozen=True):
    """Status, headers and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def interpret(action: str, answer: Answer, mask: Mask = _NOTHING, page: ExactPage | None = None) -> dict[str, Any]:
    """The answer's JSON object; raises ApiError for an error body, ResponseError for anything unreadable.

    A body with a Code is an error even under HTTP 200, as in Alibaba Cloud's own Terraform provider. Secrets are
    masked wherever the service quotes them: an error may quote a wrong value, and a right one goes into state. The rows
    come typed where the body is exactly such a `page`.
    """
    if 300 <= answer.status < 400:
        raise ResponseError(
            f"HTTP {answer.status}, a redirect; redirects are never followed because they would carry the "
            "credentials to another host. Check endpoint"
        )
    body = _decode(Answer(answer.status, answer.headers, mask.body(answer.body)), page)
    # All spellings are looked at: where one says that it failed, it did.
    given = [value for value in _values(body, "code") if value is not None]
    if answer.status < 400 and any(isinstance(value, (dict, list, bool)) for value in given):
        raise _odd(answer, "a Code that is neither a text nor a number")
    codes = [_plain(value) for value in given]
    code = next((code for code in codes if code.lower() not in _SUCCESS_CODES), "".join(codes[:1]))
    failed = any(value is not None and str(value).lower() != "true" for value in _values(body, "success"))
    if answer.status < 400 and code.lower() in _SUCCESS_CODES and not failed:
        return body
    if answer.status >= 400 and not code:
        raise _unreadable(answer, "without an error code")
    raise ApiError(
        action=action,
        code=mask.text(code)[:100] if code.lower() not in _SUCCESS_CODES else "UnknownError",
        message=_without_echo(mask.text(_text(body, "message")))[:500],
        http_status=answer.status,
        request_id=mask.text(_text(body, "requestid") or _request_id(answer.headers))[:100],
        note=mask.text(_denied(body)),
        retry_after=_retry_after(answer),
        server_date=server_date(answer.headers),
    )


def _without_echo(message: str) -> str:
    """The message up to where it quotes what was signed."""
    found = _ECHO.search(message)
    if found is None:
        return message
    before = message[: found.start()].rstrip()
    for side in ("server", "client"):
        if before.lower().endswith(side):
            before = before[: -len(side)]
    return before.rstrip(" ,.;:")


def _denied(body: Mapping[str, Any]) -> str:
    """Which identity lacks which permission, when RAM explains a refusal; "" when it does not."""
    detail = next(iter(_values(body, "accessdenieddetail")), None)
    if not isinstance(detail, dict) or not (action := _text(detail, "authaction")):
        return ""
    who = f"{_text(detail, 'authprincipaltype')} {_text(detail, 'authprincipaldisplayname')}".strip()
    return f"Allow the RAM action {action[:100]} for {who[:100] or 'these credentials'}."


def _decode(answer: Answer, page: ExactPage | None) -> dict[str, Any]:
    if has_more_values(answer.body, _MOST_VALUES):
        raise ResponseError(f"more than {_MOST_VALUES:,} values in one page: lower {term('page size')}")
    if page is not None and (found := decode_page(answer.body, page)) is not None:
        return found
    try:
        body = decode(answer.body)
    except RepeatedKey as error:
        raise _odd(answer, f"an object that gives {shown(one_line(str(error)))} twice") from None
    except ValueError:
        body = _xml_error(answer)
        if not body:
            raise _unreadable(answer, "that is not JSON") from None
    if not isinstance(body, dict):
        raise _odd(answer, f"a JSON {type(body).__name__} where an object is documented")
    return body


def _odd(answer: Answer, what: str) -> ResponseError:
    return ResponseError(
        f"HTTP {answer.status} with {what}",
        retry=retry_of_status(answer.status),
        retry_after=_retry_after(answer),
    )


def _xml_error(answer: Answer) -> dict[str, Any]:
    if b"<Code>" not in answer.body or b"<Error" not in answer.body:
        return {}
    return dict(_XML_FIELD.findall(answer.body[:65536].decode("utf-8", "replace")))


def _unreadable(answer: Answer, what: str) -> ResponseError:
    kind = answer.headers.get("Content-Type", "")[:100].split(";")[0].strip().lower()
    # Only a known encoding is named: a header comes from outside and could quote anything.
    kind = kind if kind in _MEDIA_TYPES else "another content type" if kind else "no content type"
    hint = ""
    if answer.status == 407:
        hint = ". The proxy wants a login: check HTTPS_PROXY"
    elif answer.status == 502:
        hint = ". A gateway or proxy in between did not reach the service"
    return ResponseError(
        f"HTTP {answer.status} with {len(answer.body)} bytes of {kind} {what}{hint}",
        retry=Retry.BACKOFF if answer.status < 300 else retry_of_status(answer.status),
        retry_after=_retry_after(answer),
    )


def _values(body: Mapping[str, Any], lowered: str) -> list[Any]:
    # Gateways spell these keys in Pascal case or in camel case.
    return [value for key, value in body.items() if key.lower() == lowered]


def _text(body: Mapping[str, Any], lowered: str) -> str:
    return next((text for value in _values(body, lowered) if (text := _plain(value))), "")


def _plain(value: Any) -> str:
    return "" if value is None or isinstance(value, (dict, list, bool)) else one_line(str(value)[:_LONGEST])


def _request_id(headers: Mapping[str, str]) -> str:
    value = headers.get("x-acs-request-id", "")
    return value if _REQUEST_ID.fullmatch(value) else ""


def _retry_after(answer: Answer) -> float | None:
    """Seconds the service asks to wait: x-acs-retry-after in milliseconds under any code, Retry-After under 429/503."""
    milliseconds = _whole_number(answer.headers.get("x-acs-retry-after", ""))
    if milliseconds:
        return milliseconds / 1000
    if answer.status not in (429, 503):
        return None
    standard = answer.headers.get("Retry-After", "")
    seconds = _whole_number(standard)
    if seconds:
        return float(seconds)
    moment = _parse_date(standard)
    wait = (moment - datetime.now(timezone.utc)).total_seconds() if moment else 0.0
    return wait if wait > 0 else None


def _whole_number(text: str) -> int | None:
    stripped = text.strip()
    return int(stripped[:18]) if stripped.isascii() and stripped.isdigit() else None


def server_date(headers: Mapping[str, str]) -> datetime | None:
    """The moment of an answer's Date header, None where it has none."""
    return _parse_date(headers.get("Date", ""))


# Many answers come within one second.
@lru_cache(maxsize=16)
def _parse_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text[:100])
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
