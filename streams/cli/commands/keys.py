"""`jinxi keys rotate`: another master key, while everything runs."""

import typer

from crm.keyring.rotation import Rotated, rotate
from crm.storage import locks
from streams.cli.commands.options import AsJson
from streams.running.installation import open_installation
from streams.running.lease import WorkerRunning, lease
from streams.wording.output import print_json, print_notice, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say

BUSY = 4


def rotate_master_key(as_json: AsJson = False) -> None:
    """换一把主密钥，不用停机；中断后再运行一次就接着做。

    jinxi keys rotate
    """
    installation = open_installation()
    try:
        with (
            lease(installation.settings, locks.ROTATION),
            progress_bar(say("换主密钥"), shown=not as_json) as report,
        ):
            done = rotate(installation.keyring, report)
    except WorkerRunning as error:
        print_notice(say("另一个进程正在换主密钥，一次只能有一个。"))
        raise typer.Exit(BUSY) from error
    if as_json:
        print_json(
            {
                "keys": done.keys,
                "retired": str(done.retired) if done.retired else None,
                "master_key": str(installation.settings.master_key_file),
            }
        )
        return
    _tell(done, str(installation.settings.master_key_file))


def _tell(done: Rotated, file: str) -> None:
    print_text(say("{count:,} 把密钥都已由新的主密钥包好。", count=done.keys))
    if done.retired is None:
        print_text(
            say(
                "文件夹不能写：请把 {next} 放到 {file} 的位置，再重新启动。",
                next=done.next_file,
                file=file,
            )
        )
        return
    print_text(say("新的主密钥是 {file}：请马上另外保管一份，并重新做一次备份。", file=file))
    print_text(
        say(
            "旧的是 {retired}：这里不再需要它，只有以前的备份还要它才能打开；"
            "那些备份删掉以后，也删掉它。",
            retired=done.retired,
        )
    )
