"""From an HTTP answer to a JSON object or the error that it means."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import msgspec

from .errors import ApiError, ResponseError, one_line

_SUCCESS_CODES = frozenset({"", "success", "ok", "200", "0"})
_MIN_SECRET = 16
_RETRIED_STATUS = frozenset({429, 500, 502, 503, 504})
# The service may echo what it signed, the security token included.
_ECHO = re.compile(r"[\s,.;:]*(server|client)?\s*(StringToSign|CanonicalRequest) is\b.*", re.IGNORECASE | re.DOTALL)
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos", "+": "plus", "/": "sol", "=": "equals"}
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_XML_FIELD = re.compile(r"<(Code|Message|RequestId)>([^<]*)</\1>")


@dataclass(frozen=True)
class Answer:
    """Status, headers and the whole decoded body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def interpret(action: str, answer: Answer, hidden: Iterable[str | None] = ()) -> dict[str, Any]:
    """The answer's JSON object; raises ApiError for an error body, ResponseError for anything unreadable.

    A body with a Code is an error even under HTTP 200, as in Alibaba Cloud's own Terraform provider. What is
    `hidden` (secret and token of the request) is masked wherever the service quotes it.
    """
    if 300 <= answer.status < 400:
        raise ResponseError(
            f"HTTP {answer.status}, a redirect; redirects are never followed because they would carry the "
            "credentials to another host. Check endpoint"
        )
    secrets = [secret for secret in hidden if secret]
    body = _decode(_without(secrets, answer))
    code = _text(body, "code")
    success = _get(body, "success")
    failed = success is False or (isinstance(success, str) and success.lower() == "false")
    if answer.status < 400 and code.lower() in _SUCCESS_CODES and not failed:
        return body
    if answer.status >= 400 and not code:
        raise _unreadable(answer, "without an error code")
    request_id = _text(body, "requestid") or one_line(answer.headers.get("x-acs-request-id", ""))
    raise ApiError(
        action=action,
        code=_masked(code, secrets)[:100] if code.lower() not in _SUCCESS_CODES else "UnknownError",
        message=_masked(_ECHO.sub("", _text(body, "message")), secrets)[:500],
        http_status=answer.status,
        request_id=_masked(request_id, secrets)[:100],
        note=_masked(_denied(body), secrets),
        retry_after=_retry_after(answer),
        server_date=_server_date(answer.headers),
    )


def _denied(body: Mapping[str, Any]) -> str:
    """Who lacks which action, as RAM explains a refusal; "" where it does not."""
    detail = _get(body, "accessdenieddetail")
    if not isinstance(detail, dict) or not (action := _text(detail, "authaction")):
        return ""
    who = f"{_text(detail, 'authprincipaltype')} {_text(detail, 'authprincipaldisplayname')}".strip()
    return f"Allow the RAM action {action[:100]} for {who[:100] or 'these credentials'}."


def _decode(answer: Answer) -> dict[str, Any]:
    try:
        body = msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):
        body = _decode_leniently(answer)
    if not isinstance(body, dict):
        raise ResponseError(
            f"HTTP {answer.status} with a JSON {type(body).__name__} where an object is documented",
            retryable=answer.status in _RETRIED_STATUS,
            throttled=answer.status == 429,
            retry_after=_retry_after(answer),
        )
    return body


def _decode_leniently(answer: Answer) -> Any:
    """What the fast and strict decoder refuses: a byte order mark, half a character, XML as gateways send it."""
    try:
        # Not json's own guess from bytes: JSON is UTF-8, and that guess lets lone surrogates through.
        body = json.loads(answer.body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        fields = _xml_error(answer)
        if fields:
            return fields
        raise _unreadable(answer, "that is not JSON") from None
    return _without_surrogates(body)


def _without_surrogates(value: Any) -> Any:
    """An escape of half a character, which is valid JSON, has no place in UTF-8 and could not be passed on."""
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    return value


def _xml_error(answer: Answer) -> dict[str, Any]:
    if b"<Code>" not in answer.body or b"<Error" not in answer.body:
        return {}
    return dict(_XML_FIELD.findall(answer.body[:65536].decode("utf-8", "replace")))


def _unreadable(answer: Answer, what: str) -> ResponseError:
    kind = one_line(answer.headers.get("Content-Type", "no content type").split(";")[0])[:60]
    hint = ""
    if answer.status == 407:
        hint = ". The proxy wants a login: check HTTPS_PROXY"
    elif answer.status == 502:
        hint = ". A gateway or proxy in between did not reach the service"
    retryable = answer.status in _RETRIED_STATUS or answer.status < 300
    return ResponseError(
        f"HTTP {answer.status} with {len(answer.body)} bytes of {kind} {what}{hint}",
        retryable=retryable,
        throttled=answer.status == 429,
        retry_after=_retry_after(answer),
    )


def _get(body: Mapping[str, Any], lowered: str) -> Any:
    # Gateways spell these keys in Pascal case or in camel case.
    for key, value in body.items():
        if key.lower() == lowered:
            return value
    return None


def _text(body: Mapping[str, Any], lowered: str) -> str:
    value = _get(body, lowered)
    return "" if value is None or isinstance(value, (dict, list, bool)) else one_line(str(value))


def _masked(text: str, hidden: Iterable[str]) -> str:
    for secret in hidden:
        part, pattern = _finder(secret)
        if part is not None and part in text:
            text = pattern.sub("***", text)
    return text


def _without(hidden: Iterable[str], answer: Answer) -> Answer:
    """The answer with no secret in its body: an error may quote a wrong value, and a right one goes into state."""
    body = answer.body
    for secret in hidden:
        part, pattern = _finder(secret)
        # Only then as text, which costs a hundred times as much: each page of a long listing comes by here.
        if part is not None and part.encode() in body:
            body = pattern.sub("***", body.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return answer if body is answer.body else Answer(answer.status, answer.headers, body)


@lru_cache(maxsize=64)
def _finder(secret: str) -> tuple[str | None, re.Pattern[str]]:
    """What each spelling of a secret contains, None where it is too short to be one; and a pattern of all spellings.

    URLs, JSON and HTML respell all but letters and digits, sometimes twice over. Real secrets have 30 characters
    and more; a short one of a test could be a part of an honest name, or of a code.
    """
    part = max(re.findall("[0-9A-Za-z]*", secret), key=len) if len(secret) >= _MIN_SECRET else None
    return part, re.compile("".join(_spellings(char) for char in secret))


def _spellings(char: str) -> str:
    if char.isascii() and char.isalnum():
        return char
    # All repetitions bounded: who answers must not be able to make the search slow.
    url = "".join(f"%(?:25){{0,3}}(?i:{byte:02x})" for byte in char.encode("utf-8", "replace"))
    named = f"|{_ENTITIES[char]}" if char in _ENTITIES else ""
    entity = rf"&(?:amp;){{0,3}}(?:#0{{0,6}}{ord(char)}|#[xX]0{{0,6}}(?i:{ord(char):x}){named});"
    return rf"(?:\\{{0,4}}{re.escape(char)}|{url}|\\{{1,4}}u(?i:{ord(char):04x})|{entity})"


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


def _server_date(headers: Mapping[str, str]) -> datetime | None:
    return _parse_date(headers.get("Date", ""))


def _parse_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
