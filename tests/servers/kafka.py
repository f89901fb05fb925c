"""Apache Kafka for the tests: one broker, its own controller, out of its Maven artifacts."""

import os
import shutil
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from uuid import uuid4

from tests.servers import docker, processes, shared

ADDRESS = "JINXI_TEST_KAFKA"
"""Names a broker (host:port) on which topics may be made."""
JARS = Path(__file__).resolve().parents[2] / ".services" / "kafka" / "lib"

_QUICKLY = "-XX:TieredStopAtLevel=1"
"""Programs that end soon do not pay for being compiled well: a start takes half the time."""

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
listeners={protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners={protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
listener.security.protocol.map={protocol}:{protocol},CONTROLLER:PLAINTEXT
inter.broker.listener.name={protocol}
controller.listener.names=CONTROLLER
controller.quorum.bootstrap.servers=127.0.0.1:{controller}
log.dirs={folder}/data
auto.create.topics.enable=false
group.initial.rebalance.delay.ms=0
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
"""


def has_programs() -> bool:
    """Whether this machine can run a broker."""
    return shutil.which("java") is not None and any(JARS.glob("kafka_*.jar"))


def is_there() -> bool:
    """Whether the tests can have a broker here."""
    return bool(os.environ.get(ADDRESS)) or docker.docker_answers() or has_programs()


class Broker:
    """A broker of this machine's programs, which a test may kill and start again."""

    protocol = "PLAINTEXT"

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, processes.free_port()
        self.log = folder / "log"
        self.properties = folder / "broker.properties"
        folder.mkdir(parents=True)
        properties = _PROPERTIES.format(
            protocol=self.protocol,
            port=self.port,
            controller=processes.free_port(),
            folder=folder,
        )
        self.properties.write_text(properties + self.further_properties())
        # Kafka's own tool would draw the same, and take a second for it.
        cluster = urlsafe_b64encode(b"J" + uuid4().bytes[1:]).decode().rstrip("=")
        self._tool("format", "--standalone", "-t", cluster, "-c", str(self.properties))
        self.start()

    def further_properties(self) -> str:
        """What stands in its properties besides."""
        return ""

    @property
    def address(self) -> str:
        """host:port."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        command = ["java", _QUICKLY, "-Xmx512m", "-cp", f"{JARS}/*", "kafka.Kafka"]
        self.process = processes.start([*command, str(self.properties)], self.log)
        if not processes.wait_until(lambda: processes.answers(self.port)):
            raise processes.NotReady(processes.tail(self.log))

    def kill(self) -> None:
        """`kill -9`."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it in good order."""
        self.process.terminate()
        self.process.wait()

    def _tool(self, *arguments: str) -> None:
        command = ["java", _QUICKLY, "-cp", f"{JARS}/*", "kafka.tools.StorageTool", *arguments]
        subprocess.run(command, check=True, capture_output=True)


def broker_address() -> str:
    """A broker for the whole session: of the environment, of Docker, or of this machine."""
    given = os.environ.get(ADDRESS)
    if given:
        return given
    return shared.once("kafka", docker.start_kafka if docker.docker_answers() else _start)


def _start(folder: Path) -> shared.Running:
    broker = Broker(folder)
    return shared.Running(broker.address, process=broker.process.pid)
