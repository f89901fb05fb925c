"""`jinxi clock`: what is known of time, and headquarters' word that the clock is right."""

from campaigns.times import rfc3339
from crm.clock import now_us
from crm.journal.clock_marks import clock_marks, confirm
from crm.operations.clock import day_plan
from crm.storage.database import reading, writing
from streams.cli.commands.options import AsJson, clock_text
from streams.running.installation import open_installation
from streams.running.whoami import command_credential
from streams.wording.output import print_lines, print_text
from streams.wording.say import say


def show(as_json: AsJson = False) -> None:
    """时钟走到哪一天，是否可信。

    jinxi clock show
    """
    now = now_us()
    installation = open_installation()
    with reading(installation.engine) as connection:
        plan, marks = day_plan(connection, now), clock_marks(connection)
    if as_json:
        door = None if marks.door_us is None else rfc3339(marks.door_us)
        confirmed = None if marks.confirmed_us is None else rfc3339(marks.confirmed_us)
        told = {"now": rfc3339(now), "doubted": plan.doubted, "last_received_at": door}
        print_lines([told | {"confirmed_at": confirmed}])
        return
    print_text(say("现在是 {now}。", now=clock_text(now)))
    if plan.doubted:
        print_text(say("时钟可疑：请核对，对了就用 jinxi clock confirm 确认。"))


def confirm_clock() -> None:
    """核对过了：现在的时钟是对的，可以照它走。

    jinxi clock confirm
    """
    now = now_us()
    installation = open_installation()
    with writing(installation.engine) as connection:
        confirm(connection, now, command_credential().actor or "")
    print_text(say("已确认，现在是 {now}。", now=clock_text(now)))
