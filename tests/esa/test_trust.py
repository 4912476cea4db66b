"""Whose certificates are trusted: by which variable, in which order, and alike on every Python."""

from __future__ import annotations

import ssl
import threading
from pathlib import Path
from threading import Timer
from typing import Any

import certifi
import pytest
from pulumi_resource_alicloud_esa.credentials.http import exchange
from pulumi_resource_alicloud_esa.esa import trust
from pulumi_resource_alicloud_esa.esa.errors import TransportError
from pulumi_resource_alicloud_esa.esa.trust import choose_trust, prepare_trust
from urllib3.util import ssl_

from tests.support.certificates import authority, context_of
from tests.support.clients import NewClient, Tls, call
from tests.support.servers import RawServer, answer, closing, http, page

KEYS = answer(closing(b"keys"))


def reached(url: str, new_client: NewClient) -> bool:
    """Whether both that send, the client and the source of keys, trust the server; they never differ."""
    results = []
    for send in (lambda: call(new_client(url)), lambda: exchange("GET", url, {})):
        try:
            send()
            results.append(True)
        except TransportError as error:
            assert "TLS could not be established: certificate verify failed" in str(error)  # noqa: PT017  # one of two
            results.append(False)
    assert results[0] is results[1]
    return results[0]


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_each_variable_names_whom_to_trust(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, tmp_path: Path, variable: str
) -> None:
    file = tmp_path / "certs" / "no-name-that-openssl-knows.crt"
    file.parent.mkdir()
    file.write_bytes(Path(tls.ca_file).read_bytes())
    (tmp_path / "certs" / "README").write_text("no certificate")
    value = f"/there/is/none:{file.parent}" if variable == "SSL_CERT_DIR" else str(file)
    with RawServer(answer(closing(page())), tls=tls.context) as server:
        assert not reached(server.url, new_client)
        monkeypatch.setenv(variable, value)
        assert reached(server.url, new_client)


def test_a_folder_is_taken_where_requests_takes_one(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, tmp_path: Path
) -> None:
    (tmp_path / "ca.pem").write_bytes(Path(tls.ca_file).read_bytes())
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    with RawServer(answer(closing(page())), tls=tls.context) as server:
        assert reached(server.url, new_client)


@pytest.mark.parametrize(
    ("first", "second"),
    [("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), ("CURL_CA_BUNDLE", "SSL_CERT_FILE"), ("CURL_CA_BUNDLE", "SSL_CERT_DIR")],
)
def test_the_variables_of_requests_come_before_those_of_go(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tls: Tls, tmp_path: Path, first: str, second: str
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(Path(tls.cert_file).read_bytes())
    other.write_bytes(authority(critical=True)[0])
    monkeypatch.setenv(first, str(other))
    monkeypatch.setenv(second, tls.ca_file if second != "SSL_CERT_DIR" else str(Path(tls.ca_file).parent))
    with RawServer(answer(closing(page())), tls=tls.context) as server:
        assert not reached(server.url, new_client)
    assert choose_trust({first: str(other), second: tls.ca_file}).variables == (first,)


def test_both_variables_of_go_count_together(tls: Tls, tmp_path: Path) -> None:
    found = choose_trust({"SSL_CERT_FILE": tls.ca_file, "SSL_CERT_DIR": str(tmp_path), "CURL_CA_BUNDLE": ""})
    assert found.variables == ("SSL_CERT_FILE", "SSL_CERT_DIR")


@pytest.mark.parametrize(
    ("variables", "advice"),
    [
        ((), "for a private CA set REQUESTS_CA_BUNDLE or SSL_CERT_FILE to its PEM file."),
        (("REQUESTS_CA_BUNDLE",), "REQUESTS_CA_BUNDLE must name the PEM file with the authority that issued it."),
        (("CURL_CA_BUNDLE",), "CURL_CA_BUNDLE must name the PEM file with the authority that issued it."),
        (("SSL_CERT_FILE",), "SSL_CERT_FILE must name the PEM file with the authority that issued it."),
    ],
)
def test_the_error_names_the_variable_that_is_set(
    new_client: NewClient,
    monkeypatch: pytest.MonkeyPatch,
    tls: Tls,
    tmp_path: Path,
    variables: tuple[str, ...],
    advice: str,
) -> None:
    other = tmp_path / "other.pem"
    other.write_bytes(authority(critical=True)[0])
    for variable in variables:
        monkeypatch.setenv(variable, str(other))
    with RawServer(KEYS, tls=tls.context) as server:
        for send in (lambda: call(new_client(server.url)), lambda: exchange("GET", server.url, {})):
            with pytest.raises(TransportError) as caught:
                send()
            assert str(caught.value).endswith(f"The certificate is always checked; {advice}")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
@pytest.mark.parametrize(
    ("content", "words"), [(None, "cannot be read (No such file or directory)"), (b"junk", "no PEM certificate in ")]
)
def test_a_file_that_holds_no_certificate_is_named_with_its_variable(
    new_client: NewClient,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    variable: str,
    content: bytes | None,
    words: str,
) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setenv(variable, str(file))
    for send in (lambda: call(new_client("https://127.0.0.1:1")), lambda: exchange("GET", "https://127.0.0.1:1", {})):
        with pytest.raises(TransportError) as caught:
            send()
        assert words in str(caught.value)
        assert str(file) in str(caught.value)
        assert str(caught.value).endswith(f"Check {variable}.")


@pytest.mark.parametrize("critical", [True, False])
@pytest.mark.parametrize("strict", [True, False], ids=["as Python 3.13 begins", "as Python 3.11 begins"])
def test_a_private_authority_without_critical_basic_constraints_is_taken_on_every_python(
    new_client: NewClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, critical: bool, strict: bool
) -> None:
    real = ssl_.create_urllib3_context

    def create() -> ssl.SSLContext:
        context = real()
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    if strict:
        monkeypatch.setattr(ssl_, "create_urllib3_context", create)
    ca, chain = authority(critical)
    (tmp_path / "ca.pem").write_bytes(ca)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with RawServer(answer(http(page())), tls=context_of(chain, tmp_path)) as server:
        assert call(new_client(server.url.replace("127.0.0.1", "localhost")))["TotalCount"] == "0"


def test_certificates_are_verified_alike_on_every_python() -> None:
    context = choose_trust({}).context
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert ssl.VERIFY_X509_PARTIAL_CHAIN in context.verify_flags
    assert ssl.VERIFY_X509_STRICT not in context.verify_flags
    assert context.cert_store_stats()["x509_ca"] > 100


def test_certifis_list_is_read_once_for_all_in_a_thread_while_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    reads, may_end = [], threading.Event()

    class Slow(ssl.SSLContext):
        def load_verify_locations(self, *args: Any) -> None:
            reads.append(threading.current_thread().name)
            assert may_end.wait(10)
            super().load_verify_locations(*args)

    monkeypatch.setattr(ssl_, "create_urllib3_context", lambda: Slow(ssl.PROTOCOL_TLS_CLIENT))
    trust._certifis.cache_clear()
    try:
        prepare_trust({})
        Timer(0.1, may_end.set).start()
        first = choose_trust({}).context
        assert first.cert_store_stats()["x509_ca"] > 100
        assert choose_trust({}).context is first
        assert reads == ["trust_0"]
    finally:
        trust._certifis.cache_clear()


def test_where_a_variable_says_whom_to_trust_certifis_list_is_not_read(
    monkeypatch: pytest.MonkeyPatch, tls: Tls
) -> None:
    monkeypatch.setattr(certifi, "where", lambda: pytest.fail("it was asked for"))
    trust._certifis.cache_clear()
    prepare_trust({"SSL_CERT_FILE": tls.ca_file})
    assert choose_trust({"SSL_CERT_FILE": tls.ca_file}).variables == ("SSL_CERT_FILE",)
