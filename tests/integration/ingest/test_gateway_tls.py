"""A gateway over TLS: a certificate it trusts, records that hold more than one read gives."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from center.clock import now
from ingest.session import Session
from tests.integration.ingest.brokers import OwnBroker, Publisher
from tests.integration.ingest.test_gateway import READINGS, Reception
from tests.integration.patience import wait_for

LARGE = 60_000  # bytes; a TLS record holds 16 KiB


def make_certificate(folder: Path) -> Path:
    """A self-made certificate for `localhost` and its key, as `server.crt` and `server.key`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now() - timedelta(days=1))
        .not_valid_after(now() + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "server.key").write_bytes(key.private_bytes(pem, *plain))
    certificate = folder / "server.crt"
    certificate.write_bytes(made.public_bytes(pem))
    return certificate


# paho leaves a socket whose handshake failed to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    make_certificate(tmp_path)
    broker = OwnBroker(tmp_path)
    broker.start()
    session = Session(0, "ingest-1-0", broker.tls_address, 10, print, print)
    session.keep_alive()
    assert session.socket is None
    broker.kill()


def test_messages_come_over_tls_and_are_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(make_certificate(tmp_path)))
    broker = OwnBroker(tmp_path)
    broker.start()
    reception = Reception("ingest-1", broker.tls_address, commits=True)
    publisher = Publisher(broker)
    sent = [b"%d:" % n + b"x" * LARGE for n in range(50)]
    publisher.send(READINGS, *sent)
    wait_for(lambda: len(reception.came) == len(sent))
    reception.end()
    publisher.close()
    broker.kill()
    assert reception.payloads == sent
