"""What each command prints for programs, and its exit status, on a small season."""

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from unittest import mock

import orjson
import pytest
from msgspec import structs

from crm.clock import now_us
from crm.configuration.settings import Settings
from crm.funnels.document import Document
from crm.funnels.register import Owner, Saved, save_funnel
from crm.funnels.report import Listed
from crm.scope import HEADQUARTERS_SCOPE
from crm.storage.database import open_engine
from tests.examples import a_card
from tests.functional.command.conftest import Season
from tests.functional.command.running import Jinxi, environment, run, run_started
from tests.source_tree import ROOT

FUNNEL = (
    *("funnel", "--step", "activity.attended", "--step", "trial.started"),
    *("--from", "2026-03-01", "--to", "2026-10-01", "--window", "90d", "--json"),
)


def a_line(card_id: str = "card-1") -> bytes:
    return orjson.dumps(a_card(card_id)) + b"\n"


def test_accept_tells_counts_and_refusals_and_exits_with_three(jinxi: Jinxi) -> None:
    bad = orjson.dumps(a_card("c2") | {"type": "jinxi.nothing.v1"}) + b"\n"
    told = jinxi("accept", "-", "--json", stdin=a_line() + a_line() + bad, status=3).only
    assert told == {
        "accepted": 1,
        "duplicate": 1,
        "refused": 1,
        "warned": 0,
        "refusals": [
            {
                "file": "-",
                "line": 3,
                "source": "/tests/hall",
                "id": "reg-c2",
                "reason": "unknown_type",
                "path": "$.type",
            }
        ],
    }
    assert jinxi("accept", "-", "--json", stdin=a_line()).only["duplicate"] == 1


def test_work_tells_what_this_run_recorded_of_what_came_from_outside(jinxi: Jinxi) -> None:
    waiting = orjson.dumps(
        a_card("c9")
        | {"id": "w", "type": "jinxi.club.joined.v1", "data": {"card_id": "c9", "club": "x"}}
    )
    jinxi("accept", "-", stdin=a_line() + waiting)
    told = jinxi("work", "--until-idle", "--json").only
    seconds = told.pop("seconds")
    assert told == {"recorded": 1, "waiting": 1, "rejected": 0, "failed": 0}
    assert isinstance(seconds, float)
    again = jinxi("work", "--until-idle", "--json").only
    assert (again["recorded"], again["waiting"]) == (0, 0)


def test_event_tells_its_outcome_and_what_it_waits_for(jinxi: Jinxi) -> None:
    waiting = orjson.dumps(
        a_card("c9")
        | {"id": "w", "type": "jinxi.club.joined.v1", "data": {"card_id": "c9", "club": "x"}}
    )
    jinxi("accept", "-", stdin=a_line() + waiting)
    jinxi("work", "--until-idle")
    told = jinxi("event", "/tests/hall", "w", "--json").only
    assert list(told) == ["source", "id", "type", "outcome", "waiting_for", "marks", "received_at"]
    assert (told["outcome"], told["waiting_for"]) == ("waiting", "card/c9")
    told = jinxi("event", "/tests/hall", "reg-card-1", "--json").only
    assert list(told) == ["source", "id", "type", "outcome", "marks", "received_at"]
    assert (told["type"], told["outcome"], told["marks"]) == ("card.registered", "recorded", [])
    unknown = jinxi("event", "/tests/hall", "nobody", "--json", status=1)
    assert (unknown.out, "nobody" in unknown.err) == (b"", True)


def test_events_prints_a_line_for_each_and_only_those_of_an_outcome(
    looking: Jinxi, season: Season
) -> None:
    every = looking("events").lines
    assert len(every) == len({(e["source"], e["id"]) for e in every})
    assert {"source", "id", "type", "outcome", "marks", "received_at"} <= set(every[0])
    accepted = {(e["source"], e["id"]) for e in map(orjson.loads, season.lines.splitlines())}
    assert {(e["source"], e["id"]) for e in every} == accepted
    voided = looking("events", "--outcome", "voided").lines
    assert voided == [e for e in every if e["outcome"] == "voided"] != []


def test_people_tell_who_is_who_by_ids_alone(looking: Jinxi) -> None:
    people = looking("people", "--json").lines
    assert all(
        list(person) == ["person_id", "cards", "household_id", "deceased", "restricted", "erased"]
        for person in people
    )
    cards = [card for person in people for card in person["cards"]]
    assert len(cards) == len(set(cards)) > len(people) > 0
    early = looking("people", "--json", "--at", "2026-04-01T00:00:00+08:00").lines
    assert 0 < len(early) < len(people)


def test_an_archive_is_found_by_card_or_person_as_of_a_time(looking: Jinxi) -> None:
    person = looking("people", "--json").lines[0]
    by_person = looking("archive", person["person_id"], "--json").only
    by_card = looking("archive", person["cards"][0], "--json").only
    assert by_person["person_id"] == person["person_id"] == by_card["person_id"]
    assert by_person["timeline"] == by_card["timeline"] != []
    before = looking(
        "archive", person["cards"][0], "--json", "--at", "2020-01-01T00:00:00Z", status=1
    )
    assert before.out == b""
    assert person["cards"][0] in before.err


def test_a_copy_and_its_digest_tell_the_same_rows(looking: Jinxi) -> None:
    rows = looking("copy", "D01", "--json").lines
    allowed = {"key", "cards", "deceased", "identity", "contact", "health", "history", "purchases"}
    assert rows
    assert all({"key", "cards", "deceased"} <= set(row) <= allowed for row in rows)
    told = looking("digest", "D01", "--json").only
    assert set(told) == {"rows", "digest"}
    assert told["rows"] == len(rows)
    assert looking("digest", "D01").only == told
    early = looking("digest", "D01", "--at", "2020-01-01T00:00:00Z").only
    assert early["rows"] == 0
    assert early["digest"] != told["digest"]


def test_rewards_and_ledger_tell_every_fen_and_its_event(looking: Jinxi) -> None:
    rewards = looking("rewards", "--json").lines
    assert rewards
    assert list(rewards[0]) == [
        *("reward_id", "member", "purchase_id", "referral_id", "amount_fen", "mode", "state"),
        "reason",
    ]
    entries = looking("ledger", "--json").lines
    assert list(entries[0]) == [
        *("entry_id", "account", "reward_id", "amount_fen", "reason", "event")
    ]
    assert set(entries[0]["event"]) == {"source", "id"}
    assert sum(entry["amount_fen"] for entry in entries) == 0
    assert looking("rewards", "--json", "--at", "2020-01-01T00:00:00Z").lines == []


def test_a_funnel_tells_its_steps_its_groups_and_its_people(looking: Jinxi) -> None:
    told = looking(*FUNNEL, "--by", "month", "--people", "2").only
    assert set(told) == {"steps", "groups", "people"}
    assert [set(step) for step in told["steps"]] == [{"step", "people", "median_seconds"}] * 2
    assert [step["step"] for step in told["steps"]] == [1, 2]
    assert len(told["people"]) == told["steps"][1]["people"] > 0
    assert sum(g["steps"][0]["people"] for g in told["groups"]) >= told["steps"][0]["people"]
    assert all(group["value"].startswith("2026-") for group in told["groups"])
    assert set(looking(*FUNNEL).only) == {"steps", "groups"}


def test_a_funnel_is_held_against_another_period_by_the_numbers_of_the_page(
    looking: Jinxi,
) -> None:
    period = ("--from", "2026-07-01", "--to", "2026-08-01", "--window", "30d")
    asked = (*FUNNEL[:5], *period)
    told = looking(*asked, "--compare", "before", "--json").only
    by_days = looking(*asked, "--compare", "2026-05-31:2026-07-01", "--json").only
    assert told == by_days
    compared = told["compared"]
    assert (compared["from"], compared["to"]) == ("2026-05-31", "2026-07-01")
    first, second = compared["steps"]
    assert first["people"] == told["steps"][0]["people"] and first["difference"] is None
    assert second["of"] == first["people"] and second["other_of"] == first["other_people"]
    alone = looking(
        *FUNNEL[:5], "--from", "2026-05-31", "--to", "2026-07-01", *period[4:], "--json"
    )
    assert alone.only["steps"][0]["people"] == first["other_people"] > 0
    rates = second["people"] / second["of"], second["other_people"] / second["other_of"]
    assert second["difference"]["value"] == pytest.approx(rates[0] - rates[1])
    shown = looking(*asked, "--compare", "before").out.decode()
    assert "和 2026年5月31日 至 2026年6月30日（含）比" in shown and "个百分点（95%：" in shown
    with mock.patch.dict(os.environ, {"JINXI_LANGUAGE": "en"}):
        english = looking(*asked, "--compare", "before").out.decode()
    assert "Compared with 31 May 2026" in english and "：" not in english
    document = Document(
        ("activity.attended", "trial.started"),
        "30d",
        date(2026, 7, 1),
        date(2026, 8, 1),
        compare="before",
    )
    saved = saved_in(looking.folder, "和前一段比", document)
    assert looking("funnel", "--saved", saved.funnel_id, "--json").only["compared"] == compared


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--compare", "yaer"), "看不懂要比的是哪一段"),
        (("--compare", "2026-06-30"), "要在这一段开始以前结束"),
        (("--compare", "before", "--at", "2026-08-01T00:00:00Z"), "不能加 --at"),
    ],
)
def test_a_period_that_cannot_be_compared_with_is_said(
    looking: Jinxi, more: tuple[str, ...], said: str
) -> None:
    period = ("--from", "2026-07-01", "--to", "2026-08-01", "--window", "30d")
    assert said in looking(*FUNNEL[:5], *period, *more, status=2).err


def test_a_funnel_known_at_an_earlier_time_counts_what_had_arrived(looking: Jinxi) -> None:
    now = looking(*FUNNEL).only["steps"]
    then = looking(*FUNNEL, "--known-at", "2026-05-01T00:00:00+08:00").only["steps"]
    never = looking(*FUNNEL, "--known-at", "2020-01-01T00:00:00+08:00").only["steps"]
    assert 0 == never[0]["people"] < then[0]["people"] < now[0]["people"]
    assert looking(*FUNNEL, "--known-at", "2030-01-01T00:00:00Z").only["steps"] == now


def test_replay_and_check_prove_that_the_data_are_right(looking: Jinxi) -> None:
    told = looking("replay", "--verify", "--json").only
    assert (set(told), told["equal"]) == ({"equal", "tables"}, True)
    assert all(table["equal"] for table in told["tables"].values())
    told = looking("check", "--json").only
    assert told["ok"] is True
    assert all(set(law) == {"name", "ok", "detail"} and law["ok"] for law in told["checks"])
    assert all(law["name"].isascii() for law in told["checks"])
    assert looking("dead-letters", "list", "--json").lines == []


def test_a_rebuild_gives_the_same_and_tells_so(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=a_line())
    jinxi("work", "--until-idle")
    before = jinxi("people", "--json").lines
    assert jinxi("replay", "--json").only["equal"] is True
    assert jinxi("people", "--json").lines == before


def test_a_check_that_fails_exits_with_one_and_says_which_law(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=a_line())
    jinxi("work", "--until-idle")
    spoil = "import sqlite3; c = sqlite3.connect('jinxi-data/jinxi.db');" + (
        'c.execute("UPDATE person SET deceased = 1"); c.commit()'
    )
    subprocess.run([sys.executable, "-c", spoil], cwd=jinxi.folder, check=True)
    told = jinxi("check", "--json", status=1).only
    assert told["ok"] is False
    assert [c["name"] for c in told["checks"] if not c["ok"]] == [
        "cards, links and people follow from the events"
    ]
    told = jinxi("replay", "--verify", "--json", status=1).only
    assert told["equal"] is False
    assert [name for name, table in told["tables"].items() if not table["equal"]] == ["person"]


def test_a_season_is_the_same_bytes_for_the_same_arguments(season: Season) -> None:
    arguments = ("season", "--people", 80, "--seed", 3)
    again = run_started(season.folder, *arguments, env={"PYTHONHASHSEED": "7"})
    assert (again.status, again.out) == (0, season.lines)
    assert all("receivedat" in orjson.loads(line) for line in season.lines.splitlines())
    later = run(season.folder, *arguments, "--starts-on", "2026-04-06")
    assert later.out != season.lines
    assert not (season.folder / "out").exists()


def test_a_template_is_made_from_an_activity_and_taken_when_filled(jinxi: Jinxi) -> None:
    planned = {
        "specversion": "1.0",
        "id": "a",
        "source": "/hq",
        "type": "jinxi.activity.planned.v1",
        "time": "2026-05-03T09:00:00+08:00",
        "subject": "activity/A1",
        "data": {
            "activity_id": "A1",
            "programme": "p",
            "kind": "health_lecture",
            "title": "讲座",
            "region": "110105",
            "dealer": "D01",
            "starts_at": "2026-05-03T09:00:00+08:00",
        },
    }
    unknown = jinxi("sheet", "template", "--activity", "A1", status=2)
    assert "A1" in unknown.err
    jinxi("accept", "-", stdin=orjson.dumps(planned))
    jinxi("work", "--until-idle")
    assert "A1.xlsx" in jinxi("sheet", "template", "--activity", "A1").text
    told = jinxi("accept", "A1.xlsx", "--json").only
    assert (told["accepted"], told["refused"]) == (0, 0)
    made = (jinxi.folder / "A1.xlsx").read_bytes()
    again = jinxi("sheet", "template", "--activity", "A1", status=2)
    assert "A1.xlsx 已经有了，没有动它" in again.err
    assert (jinxi.folder / "A1.xlsx").read_bytes() == made


def test_a_token_is_shown_once_and_a_wrong_one_is_explained(jinxi: Jinxi) -> None:
    told = jinxi("token", "add", "--name", "erp", "--role", "headquarters", "--json").only
    assert list(told) == ["token"]
    wrong = jinxi("token", "add", "--name", "erp", "--role", "dealer", "--json", status=2)
    assert (wrong.out, "--dealer" in wrong.err) == (b"", True)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("people", "--at", "yesterday"), "yesterday"),
        (("season", "--starts-on", "2026-02-31"), "2026-02-31"),
        (("funnel", "--step", "x", "--from", "2026-01-01", "--to", "2026-02-01"), "--window"),
        ((*FUNNEL[:-1], "--step", "nothing"), "nothing"),
        ((*FUNNEL[:-1], "--people", "3"), "2"),
        (("events", "--outcome", "lost"), "recorded"),
        (("peeple",), "peeple"),
        (("accept",), "FILE"),
        (("dead-letters", "show", "x"), "POSITION"),
    ],
)
def test_a_command_called_wrongly_says_what_and_where_its_help_is(
    jinxi: Jinxi, arguments: tuple[str, ...], named: str
) -> None:
    answer = jinxi(*arguments, status=2)
    assert answer.out == b""
    assert named in answer.err
    assert "--help" in answer.err.splitlines()[-1]
    assert "Traceback" not in answer.err


def test_a_hand_over_to_the_same_dealer_is_refused(jinxi: Jinxi) -> None:
    assert "同一家：D01" in jinxi("hand-over", "D01", "D01", status=2).err


def test_what_only_kafka_has_is_not_told_where_there_is_none(jinxi: Jinxi) -> None:
    jinxi("accept", "-", stdin=a_line())
    told = jinxi("status").out.decode()
    assert "日志里的事件" in told
    assert "Kafka" not in told
    assert "发件箱" not in told


def test_whoever_reads_only_the_first_lines_leaves_no_traceback(season: Season) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    answer = subprocess.run(
        [sys.executable, "-m", "streams", "events"],
        cwd=season.folder,
        env=environment(PYTHONPATH=str(ROOT)),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)
    assert b"Traceback" not in answer.stderr


def saved_in(folder: Path, name: str, document: Document, listed: Listed | None = None) -> Saved:
    """As a page saves it."""
    engine = open_engine(Settings.in_folder(folder / "jinxi-data").database_url)
    try:
        return save_funnel(
            engine, Owner(HEADQUARTERS_SCOPE, "u-1", now_us()), name, document, listed=listed
        )
    finally:
        engine.dispose()


def test_what_was_saved_in_a_page_is_asked_by_its_name(looking: Jinxi) -> None:
    days = date(2026, 3, 1), date(2026, 10, 1)
    document = Document(("activity.attended", "trial.started"), "90d", *days, by=("month",))
    saved = saved_in(looking.folder, "到场到试用", document)
    told = looking("funnel", "--saved", "到场到试用", "--json").only
    assert told == looking(*FUNNEL, "--by", "month").only
    assert looking("funnel", "--saved", saved.funnel_id, "--json").only == told
    several_ways = structs.replace(document, by=("month", "sex"))
    saved_in(looking.folder, "两样分", several_ways)
    both = looking("funnel", "--saved", "两样分", "--json").only
    by_sex = looking(*FUNNEL, "--by", "sex").only["groups"]
    assert both == {**told, "breakdowns": {"month": told["groups"], "sex": by_sex}}
    saved_in(looking.folder, "停下的", document, Listed(1, left=True))
    steps = [step["people"] for step in told["steps"]]
    left = looking("funnel", "--saved", "停下的", "--json").only["people"]
    assert len(left) == steps[0] - steps[1] > 0
    typo = looking("funnel", "--saved", "到场到试", "--json", status=2)
    assert "→ 到场到试用" in typo.err
    twice = looking("funnel", "--saved", "停下的", "--step", "purchase.made", status=2)
    assert "--step" in twice.err
    again = saved_in(looking.folder, "到场到试用", several_ways)
    several = looking("funnel", "--saved", "到场到试用", status=2)
    assert again.funnel_id in several.err and saved.funnel_id in several.err


def test_a_breakdown_says_the_names_of_dealers_and_activities_and_json_their_codes(
    looking: Jinxi,
) -> None:
    *asked, as_json = FUNNEL
    for by in ("dealer", "activity_id"):
        codes = [group["value"] for group in looking(*asked, as_json, "--by", by).only["groups"]]
        shown = looking(*asked, "--by", by).text
        named = [code for code in codes if re.search(rf"= [^\n]*[\u4e00-\u9fff]+（{code}）", shown)]
        assert named == codes and codes


def test_of_each_group_it_is_said_how_much_more_of_it_went_all_the_way_than_of_all_others(
    looking: Jinxi,
) -> None:
    *asked, as_json = FUNNEL
    told = looking(*asked, as_json, "--by", "dealer").only
    printed = re.findall(r"和其余的人比：([+-][0-9.]+)", looking(*asked, "--by", "dealer").text)
    all_came, all_went = (told["steps"][place]["people"] for place in (0, -1))
    for group, said in zip(told["groups"], printed, strict=True):
        came, went = (group["steps"][place]["people"] for place in (0, -1))
        gap = went / came - (all_went - went) / (all_came - came)
        assert said == f"{gap * 100:+.1f}"
    assert "和其余的人比" not in looking(*asked).text


def test_whoever_may_still_go_on_is_called_unfinished_as_of_the_instant_that_is_asked_for(
    looking: Jinxi,
) -> None:
    *asked, _ = FUNNEL
    shown = looking(*asked, "--at", "2026-09-15T12:00:00+08:00").text
    assert "2026年6月17日 起进入的人，期限还没走完" in shown
    early = looking(*asked, "--at", "2026-05-01T12:00:00+08:00").text
    assert "期限都还没走完" in early


def test_a_dealer_that_never_was_is_not_answered_as_one_with_an_empty_copy(looking: Jinxi) -> None:
    for command in ("digest", "copy"):
        assert "请核对代码" in looking(command, "D99", "--json").err
        assert "请核对代码" not in looking(command, "D01", "--json").err
