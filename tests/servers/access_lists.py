"""The access lists that docs/operations.md gives, applied to a broker as `kafka-acls.sh` would."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourceType,
)

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
_CALL = re.compile(r"^acl ((?:.*\\\n)*.*)$", re.MULTILINE)


def documented() -> list[list[str]]:
    """The arguments of each call in the document."""
    return [
        shlex.split(call.replace("\\\n", " "))
        for call in _CALL.findall(DOCUMENT.read_text(encoding="utf-8"))
    ]


def apply(admin: KafkaAdminClient) -> int:
    """Add all of them; returns how many permissions that are."""
    wanted = [each for call in documented() for each in permissions(call)]
    answer = admin.create_acls(wanted)
    assert answer["failed"] == [], answer
    return len(wanted)


def permissions(call: list[str]) -> Iterator[ACL]:
    """What one call of `kafka-acls.sh --add` allows."""
    asked = _parser().parse_args(call)
    pattern = ACLResourcePatternType[asked.pattern.upper()]
    resources = [ResourcePattern(ResourceType.TOPIC, name, pattern) for name in asked.topic]
    resources += [ResourcePattern(ResourceType.GROUP, name, pattern) for name in asked.group]
    if asked.cluster:
        resources.append(ResourcePattern(ResourceType.CLUSTER, "kafka-cluster"))
    for resource in resources:
        for operation in asked.operation:
            # IdempotentWrite is IDEMPOTENT_WRITE there.
            name = re.sub(r"(?<!^)(?=[A-Z])", "_", operation).upper()
            yield ACL(asked.principal, "*", ACLOperation[name], ACLPermissionType.ALLOW, resource)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="acl", exit_on_error=False)
    parser.add_argument("--allow-principal", dest="principal", required=True)
    parser.add_argument("--operation", action="append", required=True)
    parser.add_argument("--topic", action="append", default=[])
    parser.add_argument("--group", action="append", default=[])
    parser.add_argument("--cluster", action="store_true")
    parser.add_argument("--resource-pattern-type", dest="pattern", default="literal")
    return parser
