"""A web server of the tests that receives events, over TLS with a certificate of its own authority."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from msgspec import Struct


class Received(Struct, frozen=True):
    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """What came, in the order in which it was accepted, and how to answer: ``answer(received) -> (status, headers, body)``."""

    def __init__(self, url: str, ca_file: Path) -> None:
        self.url = url
        self.ca_file = ca_file
        self.received: list[Received] = []
        self.connections = 0
        self.answer: Callable[[Received], tuple[int, dict[str, str], bytes]] = lambda _received: (200, {}, b"")
        self.delay: Callable[[Received], float] = lambda _received: 0.0
        self.lock = threading.Lock()
        self.clients = ExitStack()
        """What is closed before the receiver ends."""


@contextmanager
def receiving(directory: Path, *, secure: bool = True) -> Iterator[Receiver]:
    """A receiver on a free port of 127.0.0.1."""
    ca_file, chain = make_certificates(directory)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(chain)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    receiver = Receiver(f"{'https' if secure else 'http'}://localhost:{server.server_address[1]}/events", ca_file)
    server.receiver = receiver  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        with receiver.clients:
            yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def setup(self) -> None:
        super().setup()
        self._receiver.connections += 1

    @property
    def _receiver(self) -> Receiver:
        found: Receiver = self.server.receiver  # type: ignore[attr-defined]
        return found

    def do_POST(self) -> None:
        receiver = self._receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if len(body) < int(self.headers["Content-Length"]):  # whoever sent it was killed
            return
        got = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        time.sleep(receiver.delay(got))
        status, headers, content = receiver.answer(got)
        with receiver.lock:
            if status in range(200, 300):
                receiver.received.append(got)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Quiet."""

    def handle(self) -> None:
        try:
            super().handle()
        except (OSError, ssl.SSLError):  # the client hung up
            self.close_connection = True


def make_certificates(directory: Path) -> tuple[Path, Path]:
    """An authority and a certificate for localhost: the file of the authority, and the file with key and certificate."""
    now = dt.datetime.now(dt.UTC)
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the tests")])

    def begun(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
        )

    authority = (
        begun(issuer, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))])
    own = (
        begun(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), key.public_key())
        .add_extension(names, critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    ca_file, chain = directory / "authority.pem", directory / "server.pem"
    ca_file.write_bytes(authority.public_bytes(pem))
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    chain.write_bytes(private + own.public_bytes(pem))
    return ca_file, chain
