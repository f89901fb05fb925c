"""`jinxi recalls`, `jinxi hand-over`, `jinxi dealer-key`: what dealers give back, and sign with."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from campaigns.times import rfc3339, shanghai_day
from crm.clock import now_us
from crm.copies.recalls import OVERDUE_AFTER_DAYS, Recall
from crm.copies.row_keys import row_keys
from crm.feed.history import release_key
from crm.feed.recall_queries import (
    HandOver,
    RecallCount,
    hand_over,
    open_recalls,
    people_of_hand_over,
    recall_counts,
)
from crm.masking import masked_name
from crm.people.found import FoundPerson
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading, writing
from streams.cli.commands.copies import Dealer
from streams.cli.commands.options import NOT_FOUND, AsJson, clock_text
from streams.running.installation import open_installation
from streams.wording.output import (
    Whole,
    print_first,
    print_json,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import say, word, words

_KEY_CHARACTERS = 12


def recalls(
    overdue: Annotated[bool, typer.Option("--overdue", help="只看过期的")] = False,
    as_json: AsJson = False,
) -> None:
    """已撤回、经销商还没有确认删除的行，最早的在前；超过 3 天算过期。

    jinxi recalls
    jinxi recalls --overdue --json
    """
    today = shanghai_day(now_us())
    with reading(open_installation().engine) as connection:
        found = open_recalls(SCOPE, connection, today, overdue=overdue)
    counts = recall_counts(found, today)
    if as_json:
        print_json(
            {
                "overdue_after_days": OVERDUE_AFTER_DAYS,
                "dealers": [_count(count) for count in counts],
                "recalls": [
                    {**_recall(recall), "overdue": recall.is_overdue(today)} for recall in found
                ],
            }
        )
        return
    print_table(
        say("未确认的收回，按经销商"),
        words("经销商", "未确认", "过期", "最早"),
        [
            (each.dealer, each.open, each.overdue, clock_text(each.oldest_us or 0))
            for each in counts
        ],
        say("没有过期的行。") if overdue else say("没有等待确认的行。从未交出去的行不用收回。"),
    )
    if found:
        print_first(
            say("未确认的收回"),
            words("经销商", "行", "原因", "从何时起", "期限"),
            (_shown(recall) for recall in found),
            "",
        )


def _count(count: RecallCount) -> dict[str, Any]:
    return {
        "dealer": count.dealer,
        "open": count.open,
        "overdue": count.overdue,
        "oldest_since": rfc3339(count.oldest_us or 0),
    }


def _recall(recall: Recall) -> dict[str, Any]:
    return {
        "dealer": recall.dealer,
        "key": recall.key,
        "sequence": recall.sequence,
        "reason_class": recall.reason_class,
        "since": rfc3339(recall.since_us),
        "due_on": recall.due_on,
    }


def _shown(recall: Recall) -> tuple[Any, ...]:
    return (
        recall.dealer,
        Whole(recall.key[:_KEY_CHARACTERS]),
        word("reason_class", recall.reason_class),
        clock_text(recall.since_us),
        recall.due_on.isoformat(),
    )


def change_dealers(
    old: Annotated[str, typer.Argument(metavar="OLD", help="原经销商代码")],
    new: Annotated[str, typer.Argument(metavar="NEW", help="接手的经销商代码")],
    as_json: AsJson = False,
) -> None:
    """更替经销商：原经销商收回了多少行，谁要重新征得同意才能交给新的；姓名遮住。

    jinxi hand-over D01 D02
    jinxi hand-over D01 D02 --json
    """
    if old == new:
        raise typer.BadParameter(say("原经销商和接手的是同一家：{dealer}", dealer=old))
    installation = open_installation()
    row_key = row_keys(installation.keyring.secret("copies"))
    with reading(installation.engine) as connection:
        found = hand_over(SCOPE, connection, row_key, old, new)
        people = list(people_of_hand_over(SCOPE, connection, found))
    if as_json:
        counts = {name: value for name, value in asdict(found).items() if name != "people"}
        print_json({**counts, "people": [_person(person) for person in people]})
        return
    _tell(found)
    print_first(
        say("要重新征得同意的人（{count:,} 人）", count=len(people)),
        words("人员号", "姓名", "尾号", "地区"),
        [tuple(_person(person).values()) for person in people],
        say("没有。"),
    )


def _tell(found: HandOver) -> None:
    print_text(
        say(
            "{old}：因合同结束收回 {withdrawn:,} 行，已确认 {acknowledged:,}，未确认 {open:,}；"
            "仍有权持有 {held:,} 行",
            old=found.old,
            withdrawn=found.withdrawn,
            acknowledged=found.acknowledged,
            open=found.open,
            held=found.held,
        )
    )


def _person(person: FoundPerson) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "name": masked_name(person.name) if person.name else None,
        "phone_tails": list(person.phone_tails),
        "region": person.region,
    }


def let_go_of_key(dealer: Dealer) -> None:
    """放开一个经销商的签名公钥，让它登记新的；旧回执仍按旧公钥有效。

    jinxi dealer-key release D01
    """
    with writing(open_installation().engine) as connection:
        released = release_key(connection, dealer, now_us())
    if not released:
        print_notice(say("{dealer} 没有登记公钥", dealer=dealer))
        raise typer.Exit(NOT_FOUND)
    print_text(say("已放开：{dealer} 可以登记新的公钥", dealer=dealer))
