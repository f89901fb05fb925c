"""`jinxi clashes`: ids that two parties claim; one has it, the other must be asked."""

from dataclasses import asdict
from typing import Any

from campaigns.times import rfc3339
from crm.operations.clashes import Claim, Clash, clashes
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import AsJson, clock_text
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_first, print_lines
from streams.wording.say import say, words


def list_clashes(as_json: AsJson = False) -> None:
    """两方用了同一个编号：先收到的算数，后来的没有入档。

    jinxi clashes
    jinxi clashes --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = clashes(SCOPE, connection)
    if as_json:
        print_lines(map(_as_json, found))
        return
    print_first(
        say("编号相撞"),
        words("编号", "归谁", "谁也用了", "收到时间"),
        map(_shown, found),
        say("没有。经销商和公司用了同一个编号的时候，会列在这里。"),
    )


def _as_json(clash: Clash) -> dict[str, Any]:
    claims = {"stands": _claim(clash.stands), "refused": _claim(clash.refused)}
    return {"kind": clash.kind, "id": clash.name} | claims


def _claim(claim: Claim) -> dict[str, Any]:
    told = asdict(claim)
    return told | {"received_at": rfc3339(told.pop("received_us"))}


def _shown(clash: Clash) -> tuple[Any, ...]:
    return (
        Whole(f"{clash.kind}/{clash.name}"),
        _party(clash.stands),
        f"{_party(clash.refused)} {clash.refused.source}",
        clock_text(clash.refused.received_us),
    )


def _party(claim: Claim) -> str:
    kind, _, code = claim.party.partition("/")
    return code if kind == "dealer" else say("公司")
