"""An Apache Kafka that wants TLS and a password, and lets nobody do what no access list allows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.servers.kafka import Broker

ADMINISTRATOR = "admin"
_PROPERTIES = """\
sasl.enabled.mechanisms=PLAIN
sasl.mechanism.inter.broker.protocol=PLAIN
listener.name.sasl_ssl.plain.sasl.jaas.config=\
org.apache.kafka.common.security.plain.PlainLoginModule required {users};
ssl.keystore.type=PEM
ssl.keystore.location={folder}/broker.pem
ssl.truststore.type=PEM
ssl.truststore.location={folder}/ca.pem
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:{administrator};User:ANONYMOUS
"""


@dataclass(frozen=True, slots=True)
class User:
    """One who may sign in at the broker."""

    name: str

    @property
    def password(self) -> str:
        """Invented, and another for each."""
        return f"word-of-{self.name}"


class GuardedBroker(Broker):
    """Nobody may do anything at first, but for the administrator; the controller is its own."""

    protocol = "SASL_SSL"

    def __init__(self, folder: Path, users: tuple[str, ...]) -> None:
        self.users = {name: User(name) for name in (ADMINISTRATOR, *users)}
        super().__init__(folder)

    @property
    def ca_file(self) -> Path:
        """Whom to trust."""
        return self.folder / "ca.pem"

    def further_properties(self) -> str:
        """Who may sign in, with which certificate the broker answers, and who guards it."""
        _write_certificate(self.folder)
        administrator = self.users[ADMINISTRATOR]
        users = [f'username="{administrator.name}" password="{administrator.password}"']
        users += [f'user_{user.name}="{user.password}"' for user in self.users.values()]
        return _PROPERTIES.format(
            users=" ".join(users), folder=self.folder, administrator=ADMINISTRATOR
        )

    def client_of(self, name: str) -> dict[str, str]:
        """The settings of a client of librdkafka that signs in by that name."""
        return {
            "bootstrap.servers": self.address,
            "security.protocol": self.protocol,
            "sasl.mechanisms": "PLAIN",
            "sasl.username": name,
            "sasl.password": self.users[name].password,
            "ssl.ca.location": str(self.ca_file),
        }


def _write_certificate(folder: Path) -> None:
    """One for 127.0.0.1 that has signed itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kafka of the tests")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    written = certificate.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ca.pem").write_bytes(written)
    (folder / "broker.pem").write_bytes(private + written)
