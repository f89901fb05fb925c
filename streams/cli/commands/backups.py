"""`jinxi backup`, `restore`, `erasures`: what was accepted outlives a disk, nothing erased does."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from crm.configuration.settings import Settings
from streams.backup.fence import erasures
from streams.backup.making import BackupRefused, back_up
from streams.backup.manifest import BackupUnusable
from streams.backup.restoring import Restored, RestoreRefused, Wanted, restore
from streams.cli.commands.options import AsJson, clock_text
from streams.cli.errors import written_to
from streams.running.installation import open_installation
from streams.wording.output import print_json, print_lines, print_notice, print_table, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say, words

REFUSED = 1
REFUSALS = {
    "there already": "{place} 已经存在，没有动它。请给备份一个新名字",
    "no backup": "{place} 不是备份：里面没有 manifest.json。复制出来的数据文件不算备份",
    "manifest unreadable": "备份的清单 {place} 读不懂。没有改动任何数据；请换一份备份",
    "format is newer": "这份备份的格式（{place}）比这个程序新。请换用同样新的程序",
    "file is missing": "备份不完整：缺少 {place}。没有改动任何数据；请换一份备份",
    "sum differs": "备份损坏：{place} 和清单里的校验和不符。没有改动任何数据；请换一份备份",
    "file is elsewhere": "备份里的 {place} 想写到别处，没有照做。请换一份备份",
    "no list of erasures": "{place} 不是删除名单：请用 jinxi erasures 写出的文件，或更新的备份",
    "erasure refused": "有一条删除没能补记（{place}）。没有改动任何数据",
    "not empty": "这里已经有数据（{place}），没有动它。确定要用备份换掉它，请加 --replace",
    "somebody is connected": "还有程序连着数据库（{place}）。请先停掉 jinxi 的全部进程再恢复",
}


def make_backup(
    folder: Annotated[Path, typer.Argument(metavar="TO", help="备份放到哪里：一个新的文件夹")],
    as_json: AsJson = False,
) -> None:
    """备份数据、密钥库和附件，不用停机；主密钥不在其中。

    jinxi backup /mnt/backups/2026-05-03
    """
    installation = open_installation()
    try:
        with progress_bar(say("备份"), shown=not as_json) as report, written_to(folder):
            made = back_up(installation, folder, report)
    except BackupRefused as error:
        print_notice(say(REFUSALS[error.reason], place=error.place))
        raise typer.Exit(REFUSED) from error
    if as_json:
        print_json(made.as_json())
        return
    print_text(
        say(
            "备份好了：{folder}（日志到第 {position:,} 条，{keys:,} 把密钥，"
            "{attachments:,} 个附件）。",
            folder=made.folder,
            position=made.position,
            keys=made.keys,
            attachments=made.attachments,
        )
    )
    print_text(
        say(
            "主密钥不在备份里：{file}。请另外保管一份，不要和备份放在一起；没有它，备份打不开。",
            file=installation.settings.master_key_file,
        )
    )


def restore_backup(
    folder: Annotated[Path, typer.Argument(metavar="FROM", help="备份所在的文件夹")],
    erased: Annotated[
        list[Path] | None,
        typer.Option(
            "--erasures",
            metavar="FILE",
            help="备份之后的删除名单（jinxi erasures 写出的文件，或更新的备份）；可以写几次",
        ),
    ] = None,
    older_master_key: Annotated[
        Path | None,
        typer.Option(
            "--older-master-key", metavar="FILE", help="备份之后换过主密钥：当时的主密钥文件"
        ),
    ] = None,
    replace: Annotated[bool, typer.Option("--replace", help="换掉这里已有的数据")] = False,
    scratch: Annotated[
        Path | None,
        typer.Option("--scratch", metavar="DIR", help="准备数据的地方，要放得下整个数据库"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """从备份恢复；备份之后删除的人仍然是删除的，并说明还缺什么。

    jinxi restore /mnt/backups/2026-05-03
    """
    wanted = Wanted(folder, tuple(erased or ()), older_master_key, replace, scratch)
    settings = Settings.from_environment()
    place = scratch or settings.data_folder
    try:
        with progress_bar(say("恢复"), shown=not as_json) as report, written_to(place):
            done = restore(settings, wanted, report)
    except (RestoreRefused, BackupUnusable) as error:
        print_notice(say(REFUSALS[error.reason], place=error.place))
        raise typer.Exit(REFUSED) from error
    if as_json:
        print_json(_as_json(done))
        return
    for line in _lines(done):
        print_text(line)
    _tell_of_dealers(done)
    print_text(say("下一步：jinxi check，jinxi replay --verify，然后启动。"))


def _as_json(done: Restored) -> dict[str, object]:
    since = done.since
    return {
        "made_us": done.manifest.made_us,
        "position": done.manifest.position,
        "erased_again": done.erased_again,
        "keyring_kept": done.keyring_kept,
        "since_known": since.known,
        "events_since": since.events if since.known else None,
        "dealers_ahead": {name: asdict(each) for name, each in since.dealers.items()},
    }


def _tell_of_dealers(done: Restored) -> None:
    if not done.since.dealers:
        return
    print_table(
        say("这些经销商知道的比恢复的多"),
        words("经销商", "已告知到", "恢复到"),
        [[name, each.told, each.restored] for name, each in done.since.dealers.items()],
    )
    print_text(say("他们下次取副本时会找出差别；不行的话请他们重新取第一份。"))


def _lines(done: Restored) -> Iterator[str]:
    yield say(
        "恢复好了：{time} 的备份，日志到第 {position:,} 条。",
        time=clock_text(done.manifest.made_us),
        position=done.manifest.position,
    )
    if done.erased_again:
        yield say("备份之后删除的 {count:,} 张卡已再次删除。", count=done.erased_again)
    if not done.keyring_kept:
        yield say(
            "原来的密钥库不在了：备份之后的删除，只知道用 --erasures 给出的那些。"
            "请查对删除的登记，缺的再删除一次，然后才启动。"
        )
    if done.since.known:
        yield say(
            "备份之后收下的 {count:,} 条事件不在其中：请发送方从那时起再交一次，重复的不算。",
            count=done.since.events,
        )
    else:
        yield say(
            "备份之后的事，这里无从知道：请发送方从那时起再交一次，重复的不算；"
            "每个经销商下次取副本时会找出差别。"
        )
        yield say("备份之后吊销的令牌、关闭的账户又打开了：请在启动以前再关一次。")


def list_erasures() -> None:
    """写出全部删除的名单（只有编号），放到备份以外的地方。

    jinxi erasures > erasures.ndjson
    """
    print_lines(msgspec.to_builtins(each) for each in erasures(open_installation().keyring))
