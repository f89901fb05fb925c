"""`jinxi demo`: an invented season taken in, recorded, and shown."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer

from campaigns.catalogue import wire_name
from campaigns.intake import HEADQUARTERS, Credential
from campaigns.season import SEASON_DAYS, generate
from campaigns.times import shanghai_day
from crm.accounts.people import add_user, change_password, find_user
from crm.accounts.roles import ROLES, AccountRole
from crm.clock import now_us
from crm.copies.queries import dealer_names
from crm.journal.events import last_position
from crm.storage.database import reading
from streams.cli.commands.glance import print_glance
from streams.cli.commands.serve import DEFAULT_PORT, must_be_free, run_server
from streams.cli.commands.work import tell_outcomes
from streams.embedded.worker import Worker
from streams.running.installation import Installation, started_installation
from streams.running.lease import lease
from streams.wording.output import print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say

DEMO_USER = "demo"
HEADQUARTERS_ROLE: AccountRole = "headquarters"
"""Of the account whose password is told."""
NOTE = "demo.json"
_REGISTERED, _ENROLLED = wire_name("card.registered"), wire_name("member.enrolled")
_LINES_AT_ONCE = 2000
_PASSWORD_BYTES = 9


@dataclass(frozen=True, slots=True)
class Season:
    """Which season a folder holds; the same arguments make the same events."""

    people: int
    seed: int
    starts_on: date
    complete: bool = False


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="只算出来，不打开网页")] = False,
    people: Annotated[int, typer.Option(min=1, help="多少人")] = 2000,
    seed: Annotated[int, typer.Option(help="同样的种子得同样的一季")] = 7,
    port: Annotated[int, typer.Option(min=1, max=65535, help="端口")] = DEFAULT_PORT,
) -> None:
    """一季“金色夕阳”：编造的事件，和由它们来的档案、奖励、漏斗、网页。

    jinxi demo
    jinxi demo --no-serve --people 300
    """
    if not no_serve:
        must_be_free(port)
    installation = started_installation()
    asked = Season(people, seed, shanghai_day(now_us()) - timedelta(days=SEASON_DAYS))
    kept = _take_in_once(installation, asked)
    with lease(installation.settings), progress_bar(say("入档"), shown=True) as report:
        worker = Worker(installation.engine, installation.keyring)
        tally = worker.until_idle(report)
        outcomes = worker.outcomes(tally)
    if any(outcomes.values()):
        tell_outcomes(outcomes, tally.seconds)
    print_glance(installation, (kept or asked).starts_on)
    password = _password(installation, is_demo=kept is not None)
    if password is not None:
        _add_faces(installation)
        print_text(say("打开网址，点一个身份就能进去看；人和事全是编造的。"))
        print_text(say("登录名 {name}，密码 {password}", name=DEMO_USER, password=password))
    if no_serve:
        print_text(say("下一步：jinxi serve 打开网页，或 jinxi --help 看全部命令"))
    else:
        run_server(port)


def _add_faces(installation: Installation) -> None:
    """An account of every role, each opened by a tap on the sign-in page; none is made twice."""
    with reading(installation.engine) as connection:
        dealer = next(iter(dealer_names(connection)), None)
        missing = [
            role
            for role in ROLES
            if role != HEADQUARTERS_ROLE and find_user(connection, _face(role)) is None
        ]
    for role in missing:
        of_dealer = ROLES[role].of_dealer
        if of_dealer and dealer is None:
            continue
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        named = dealer if of_dealer else None
        add_user(installation.engine, _face(role), password, (role,), named, is_demo=True)


def _face(role: AccountRole) -> str:
    return f"{DEMO_USER}-{role.replace('_', '-')}"


def _take_in_once(installation: Installation, asked: Season) -> Season | None:
    """The season that the folder holds afterwards; None where the data are somebody's own.

    One that was interrupted is gone on with as it was begun: two seasons never mix.
    """
    folder = installation.settings.data_folder
    note = folder / NOTE
    kept = _read(note)
    if kept is None:
        with reading(installation.engine) as connection:
            if last_position(connection):
                print_text(say("{folder} 里已有自己的数据，不加编造的。", folder=folder))
                return None
    season = kept or asked
    if kept is not None and (kept.people, kept.seed) != (asked.people, asked.seed):
        print_text(
            say(
                "{folder} 里已有一季（{people:,} 人，种子 {seed}），接着用它。"
                "要另做一季，请用 JINXI_DATA 指定一个新文件夹。",
                folder=folder,
                people=kept.people,
                seed=kept.seed,
            )
        )
    if not season.complete:
        _write(note, season)
        _take_in(installation, season)
        season = Season(season.people, season.seed, season.starts_on, complete=True)
        _write(note, season)
    return season


def _read(note: Path) -> Season | None:
    if not note.exists():
        return None
    return msgspec.json.decode(note.read_bytes(), type=Season)


def _write(note: Path, season: Season) -> None:
    note.write_bytes(orjson.dumps(asdict(season)))


def _take_in(installation: Installation, season: Season) -> None:
    def events() -> Iterator[dict[str, Any]]:
        return generate(season.people, season.seed, season.starts_on)

    dealer_of = _own_cards(events())
    done = repeated = 0
    with progress_bar(say("收下编造的一季"), shown=True) as report:
        for piece in _pieces(events()):
            for credential, lines in _by_speaker(piece, dealer_of).items():
                receipts = installation.intake.accept(lines, credential, history=True)
                repeated += sum(receipt.status == "duplicate" for receipt in receipts)
            done += len(piece)
            report(done, 0)
    print_text(
        say(
            "收下了编造的一季：{events:,} 条事件，人物全属虚构。"
            "另有 {repeated:,} 条是重复送来的，只记一次。",
            events=done - repeated,
            repeated=repeated,
        )
    )


def _pieces(events: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while piece := list(islice(events, _LINES_AT_ONCE)):
        yield piece


def _own_cards(events: Iterator[dict[str, Any]]) -> dict[str, str]:
    """Card of a member → the dealer that enrolled the member, and writes the card as well."""
    written: dict[str, dict[str, Any]] = {}
    carried: dict[str, set[str]] = {}
    found: dict[str, str] = {}
    for event in events:
        said = event["data"]
        if event["type"] == _REGISTERED:
            written[said["card_id"]] = said
        elif event["type"] == _ENROLLED and "card_id" in said:
            found[said["card_id"]] = said["dealer"]
        elif "activity_id" in said and "dealer" in said:
            carried.setdefault(said["activity_id"], set()).add(said["dealer"])

    def may_write(card: str, dealer: str) -> bool:
        said = written.get(card, {"dealer": ""})
        at = carried.get(said["activity_id"]) if "activity_id" in said else {dealer}
        return said.get("dealer", dealer) == dealer and at == {dealer}

    return {card: dealer for card, dealer in found.items() if may_write(card, dealer)}


def _by_speaker(
    piece: list[dict[str, Any]], dealer_of: Mapping[str, str]
) -> dict[Credential, list[bytes]]:
    """The events by whose word they are: members are enrolled by their dealers, which so may speak
    of them; all else is history that headquarters brings in."""
    found: dict[Credential, list[bytes]] = {}
    for event in piece:
        said, dealer = event["data"], None
        if event["type"] == _ENROLLED:
            is_closed = "card_id" in said and said["card_id"] not in dealer_of
            dealer = None if is_closed else said["dealer"]
        elif event["type"] == _REGISTERED:
            dealer = dealer_of.get(said["card_id"])
        speaker = HEADQUARTERS if dealer is None else Credential("dealer", dealer=dealer)
        found.setdefault(speaker, []).append(orjson.dumps(event))
    return found


def _password(installation: Installation, *, is_demo: bool) -> str | None:
    """A new password for the demo's account; in somebody's own data no account is touched."""
    if not is_demo:
        return None
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    with reading(installation.engine) as connection:
        known = find_user(connection, DEMO_USER)
    if known is not None:
        change_password(installation.engine, known.actor, password)
    else:
        add_user(installation.engine, DEMO_USER, password, (HEADQUARTERS_ROLE,), is_demo=True)
    return password
