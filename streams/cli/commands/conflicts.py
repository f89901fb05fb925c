"""`jinxi conflicts`: where those who corrected a card disagree, and headquarters must decide."""

from dataclasses import asdict
from typing import Any

from campaigns.field_labels import field_label
from campaigns.times import parse_instant_us
from crm.archives.queries import OpenConflict, open_conflicts
from crm.clock import now_us
from crm.scope import HEADQUARTERS_SCOPE as SCOPE
from crm.storage.database import reading
from streams.cli.commands.options import AsJson, clock_text
from streams.running.installation import open_installation
from streams.wording.output import Whole, print_first, print_lines
from streams.wording.say import language, say, words


def conflicts(as_json: AsJson = False) -> None:
    """同一栏的不同说法，等总部决定；内容遮住，--json 是全文。

    jinxi conflicts
    jinxi conflicts --json
    """
    installation = open_installation()
    with reading(installation.engine) as connection:
        found = list(open_conflicts(SCOPE, connection, installation.keyring, now_us()))
    if as_json:
        print_lines(map(asdict, found))
        return
    print_first(
        say("说法不一"),
        words("档案卡", "项目", "谁说的", "发现时间"),
        map(_shown, found),
        say("没有。经销商和公司对同一栏说法不同的时候，会列在这里。"),
    )


def _shown(conflict: OpenConflict) -> tuple[Any, ...]:
    return (
        Whole(conflict.card_id),
        field_label(f"$.data.{conflict.field}", language()),
        " / ".join(f"{each.by} {each.source}" for each in conflict.words),
        clock_text(parse_instant_us(conflict.since)),
    )
