"""Whose certificates are trusted, alike on every Python.

The variables that requests reads come first, then those that Go reads, and so the engine and pulumi-alicloud; without
any of them it is certifi's list. Python 3.13 began to refuse certificates that break a "must" of RFC 5280, as many a
private authority's do; all others, and Go, take them, so they are taken here: who issued them is verified all the same.
"""

from __future__ import annotations

import contextlib
import functools
import os
import ssl
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from msgspec import Struct

_OF_REQUESTS = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_OF_GO = ("SSL_CERT_FILE", "SSL_CERT_DIR")


class NotTrustable(Exception):
    """A variable names a file or folder with no usable certificate; the text says why."""

    def __init__(self, variable: str, reason: str) -> None:
        self.variables = (variable,)
        super().__init__(reason)


class Trust(Struct, frozen=True):
    """Who is trusted, and by which variables; no variables mean certifi's list."""

    context: ssl.SSLContext
    variables: tuple[str, ...]


def choose_trust(environment: Mapping[str, str]) -> Trust:
    """What the environment asks to trust; raises NotTrustable."""
    variables = _variables(environment)
    if not variables:
        return Trust(_certifis().result(), variables)
    context = _context()
    for name in variables:
        if name == "SSL_CERT_DIR":
            for folder in environment[name].split(os.pathsep):
                _load_folder(context, Path(folder))
        else:
            _load(context, name, Path(environment[name]))
    return Trust(context, variables)


def prepare_trust(environment: Mapping[str, str]) -> None:
    """Begin with what takes long, if anything will: the next `choose_trust` waits for what is left of it."""
    if not _variables(environment):
        _certifis()


def _variables(environment: Mapping[str, str]) -> tuple[str, ...]:
    first = next(((name,) for name in _OF_REQUESTS if environment.get(name)), None)
    return first or tuple(name for name in _OF_GO if environment.get(name))


@functools.cache
def _certifis() -> Future[ssl.SSLContext]:
    """A context that trusts certifi's list, for all endpoints.

    In a thread: OpenSSL takes 40 ms for the list, in which other modules can be imported.
    """
    import certifi

    context, path = _context(), certifi.where()

    def load() -> ssl.SSLContext:
        context.load_verify_locations(path)
        return context

    thread = ThreadPoolExecutor(1, thread_name_prefix="trust")
    try:
        return thread.submit(load)
    finally:
        thread.shutdown(wait=False)


def _context() -> ssl.SSLContext:
    # Here, not at the top: plain http needs none.
    from urllib3.util.ssl_ import create_urllib3_context

    context = create_urllib3_context()
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load(context: ssl.SSLContext, name: str, path: Path) -> None:
    if path.is_dir():
        _load_folder(context, path)
        return
    try:
        context.load_verify_locations(path)
    except ssl.SSLError:
        raise NotTrustable(name, f"no PEM certificate in {path}") from None
    except OSError as error:
        raise NotTrustable(name, f"{path} cannot be read ({error.strerror})") from None


def _load_folder(context: ssl.SSLContext, folder: Path) -> None:
    """Every certificate in it, as Go does: the file names that OpenSSL looks for are not always there."""
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            with contextlib.suppress(OSError):
                context.load_verify_locations(file)
