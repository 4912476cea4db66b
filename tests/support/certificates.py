"""A private certificate authority, with or without what Python 3.13 began to ask for."""

from __future__ import annotations

import datetime
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def authority(critical: bool) -> tuple[bytes, bytes]:
    """A CA's certificate, and a chain with key that it issued for this machine; `critical` as RFC 5280 wants it."""
    now = datetime.datetime.now(datetime.timezone.utc)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Private CA")])

    def build(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder().subject_name(subject).issuer_name(name).public_key(public)
        builder = builder.serial_number(x509.random_serial_number())
        return builder.not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))

    basic = x509.BasicConstraints(ca=True, path_length=None)
    ca = build(name, ca_key.public_key()).add_extension(basic, critical=critical).sign(ca_key, hashes.SHA256())
    host = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    leaf_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    leaf = build(leaf_name, key.public_key()).add_extension(host, critical=False).sign(ca_key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ca.public_bytes(pem), leaf.public_bytes(pem) + private


def context_of(chain: bytes, folder: Path) -> ssl.SSLContext:
    """What a server with this chain and key needs."""
    file = folder / "chain.pem"
    file.write_bytes(chain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
