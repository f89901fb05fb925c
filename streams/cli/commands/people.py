"""`jinxi people` and `jinxi archive`: who is who, and everything about one of them."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from campaigns.field_labels import field_label
from campaigns.times import parse_instant_us
from crm.accounts.access import COMMAND, Access, log_accesses
from crm.archives.queries import archive as read_archive
from crm.clock import now_us
from crm.masking import masked_address, masked_birth_date, masked_name, masked_number
from crm.people.summaries import PersonSummary, people_now, people_then
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading, writing
from crm.web.view.archive_view import hidden_fields
from streams.cli.commands.options import NOT_FOUND, AsJson, At, clock_text, instant
from streams.running.installation import Installation, open_installation
from streams.wording.output import (
    Whole,
    print_first,
    print_json,
    print_lines,
    print_notice,
    print_table,
    print_text,
)
from streams.wording.say import language, say, word, words

_MASKS = {
    "name": masked_name,
    "phones": masked_number,
    "id_number": masked_number,
    "address": masked_address,
    "birth_date": masked_birth_date,
}
_HOUSEHOLD_CHARACTERS = 8


def people(at: At = None, as_json: AsJson = False) -> None:
    """谁是谁：每人一行。

    jinxi people
    jinxi people --json --at 2026-05-03T09:00:00+08:00
    """
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        if at_us is None:
            found = people_now(SCOPE, connection)
        else:
            found = people_then(SCOPE, connection, installation.keyring, at_us)
        if as_json:
            print_lines(map(asdict, found))
            return
        listed = list(found)
        print_first(
            say("人"),
            words("人员编号", "档案卡", "家庭", "标记"),
            (
                (
                    Whole(person.person_id),
                    len(person.cards),
                    Whole(person.household_id[:_HOUSEHOLD_CHARACTERS]),
                    _marks(person),
                )
                for person in listed
            ),
            say(
                "还没有。每人一行会列在这里；"
                "先 jinxi accept 收下档案卡，再 jinxi work --until-idle。"
            ),
        )
    if listed:
        print_text(say("看一个人的全部：jinxi archive 人员编号"))


def _marks(person: PersonSummary) -> str:
    marks = [
        say("已故") if person.deceased else "",
        say("限制使用") if person.restricted else "",
        say("已删除 {count} 张卡", count=len(person.erased)) if person.erased else "",
    ]
    return " · ".join(filter(None, marks))


def archive(
    name: Annotated[str, typer.Argument(metavar="CARD_OR_PERSON", help="档案卡或人员编号")],
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """一个人的患者档案和全部经过；姓名电话遮住，--json 是全文，记入查看记录。

    jinxi archive C0001
    jinxi archive C0001 --at 2026-05-03T09:00:00+08:00 --json
    """
    installation = open_installation()
    at_us = instant(at)
    with reading(installation.engine) as connection:
        found = read_archive(SCOPE, connection, installation.keyring, name, now_us(), at_us)
    if found is None:
        print_notice(
            say("没有这份档案：{name}。编号可在 jinxi people 里查到；刚收下的要先入档。", name=name)
        )
        raise typer.Exit(NOT_FOUND)
    if as_json:
        _log_looks(installation, found)
        print_json(found)
        return
    for card in found["cards"]:
        _show_card(card)
    _show_consents(found["consents"])
    _show_timeline(found["timeline"])


def _log_looks(installation: Installation, known: dict[str, Any]) -> None:
    """What is printed in full is kept in the access log first, as on the pages."""
    at_us = now_us()
    looks = [Access(at_us, COMMAND, *opened) for opened in hidden_fields(known)]
    with writing(installation.engine) as connection:
        log_accesses(connection, looks)


def _show_card(card: dict[str, Any]) -> None:
    title = say("档案卡 {card_id}", card_id=card["card_id"])
    rows = [
        (field_label(f"$.{name}", language()), _shown(name, value))
        for part in ("person", "contact")
        for name, value in card[part].items()
    ] + [
        (field_label(f"$.{name}", language()), say("{count} 项", count=len(values)))
        for name, values in card["health"].items()
    ]
    print_table(title, words("项目", "内容"), rows, say("没有可显示的内容（已删除或限制使用）。"))


def _shown(name: str, value: Any) -> str:
    if name in _MASKS:
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(_MASKS[name](each) for each in values)
    return word("value", str(value))


def _show_consents(consents: list[dict[str, Any]]) -> None:
    print_table(
        say("同意"),
        words("时间", "目的", "答复", "经销商", "到期"),
        [
            (
                clock_text(parse_instant_us(each["time"])),
                word("purpose", each["purpose"]),
                word("consent", each["word"]),
                each["dealer"],
                each["expires_on"],
            )
            for each in consents
        ],
        say("还没有。本人的同意和撤回会列在这里。"),
    )


def _show_timeline(timeline: list[dict[str, Any]]) -> None:
    print_table(
        say("经过"),
        words("时间", "事件", "结果", "来源", "编号"),
        [
            (
                Whole(
                    clock_text(
                        parse_instant_us(each["time"]), day_only=each["timeprecision"] == "day"
                    )
                ),
                word("event", each["type"]),
                word("outcome", each["outcome"]),
                each["source"],
                Whole(each["id"]),
            )
            for each in timeline
        ],
    )
