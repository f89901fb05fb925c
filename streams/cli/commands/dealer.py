"""`jinxi dealer`: the dealer's own copy: fetch it, prove it, look at it, take it to Excel."""

import getpass
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from typing import Annotated

import typer
from filelock import FileLock, Timeout

from campaigns.identifiers import looks_personal
from campaigns.times import shanghai_day
from crm.clock import now_us
from crm.web.view.copy_workbook import MOST_ROWS, Watermark, write_workbook
from streams.cli.commands.options import AsJson
from streams.dealer.errors import FolderBusy, NotSettled
from streams.dealer.feed import Verdict
from streams.dealer.following import Follower
from streams.dealer.http_feed import HttpFeed
from streams.dealer.pulling import Puller
from streams.dealer.signing import signer_of
from streams.dealer.storage import storage_errors, whole_file
from streams.dealer.store import CopyStore
from streams.dealer.verifying import Proof, proof_of
from streams.wording.output import is_terminal, print_json, print_notice, print_text
from streams.wording.progress import progress_bar
from streams.wording.say import say, word

DIFFERENT = 1
DEFAULT_FOLDER = Path("jinxi-copy")
_LOCK_FILE = "pull.lock"
_CLOCK_MAY_BE_OFF_SECONDS = 300
_SHORT_WAITS, _SHORT_WAIT_SECONDS = 5, 5

Folder = Annotated[Path, typer.Option("--folder", metavar="DIR", help="副本放在哪个文件夹")]


def pull(
    server: Annotated[str, typer.Option(metavar="URL", help="公司服务器的地址，https://…")],
    token_file: Annotated[
        Path, typer.Option(metavar="FILE", help="存着令牌的文件；令牌不写在命令行上")
    ],
    folder: Folder = DEFAULT_FOLDER,
    follow: Annotated[bool, typer.Option("--follow", help="一直跟着，有变化马上取")] = False,
    as_json: AsJson = False,
) -> None:
    """取经销商自己的那一份：只取变了的，撤回的当场删净，取完对账、签回执。

    jinxi dealer pull --server https://crm.example.com --token-file token.txt
    jinxi dealer pull --server https://crm.example.com --token-file token.txt --follow
    """
    feed = HttpFeed(server, token_file)
    with closing(feed), only_one(folder), closing(CopyStore.make(folder)) as store:
        with progress_bar(say("取副本"), shown=not as_json) as report:
            puller = Puller(feed, store, signer_of(folder), now_us, report)
            if follow:
                Follower(puller, time.sleep, print_notice).run()
            verdict = _pull(puller)
        _tell(puller, verdict, feed.traffic_bytes, as_json=as_json)


def _pull(puller: Puller) -> Verdict:
    """All of it; a company that is not settled for a moment is waited for."""
    for _ in range(_SHORT_WAITS):
        try:
            return puller.pull()
        except NotSettled as trouble:
            if trouble.retry_seconds > _SHORT_WAIT_SECONDS:
                raise
            time.sleep(trouble.retry_seconds)
    return puller.pull()


@contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder; FolderBusy, at once, when another process pulls into it."""
    with storage_errors(folder):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(folder / _LOCK_FILE, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise FolderBusy(folder) from error
    try:
        yield
    finally:
        lock.release()


def _tell(puller: Puller, verdict: Verdict, traffic_bytes: int, *, as_json: bool) -> None:
    for refused in puller.refused:
        print_notice(str(refused))
    off_seconds = puller.clock_off_seconds
    if abs(off_seconds) > _CLOCK_MAY_BE_OFF_SECONDS:
        print_notice(
            say(
                "这台电脑的时钟和公司的差 {seconds:,} 秒，请校准：回执上的时间要让人信得过。",
                seconds=abs(off_seconds),
            )
        )
    result = {
        "state": verdict.state,
        "rows": puller.store.count(),
        "up_to": puller.store.cursor,
        "digest": puller.store.digest(),
        "written": puller.applied.written,
        "withdrawn": puller.applied.withdrawn,
        "healed": puller.healed,
        "traffic_bytes": traffic_bytes,
    }
    if as_json or not is_terminal():
        print_json(result)
        return
    print_text(
        say(
            "写入 {written:,} 行，按撤回删净 {withdrawn:,} 行，修好 {healed:,} 行"
            "（往来 {traffic_bytes:,} 字节）",
            **result,
        )
    )
    if verdict.state == "equal":
        print_text(say("两份相等：{rows:,} 行，摘要 {digest}", **result))
    else:
        print_text(say("又有新的变化，下次运行接着取。现有 {rows:,} 行。", **result))


def verify(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """离线验证副本：逐行重算摘要，和上次确认的、和回执上的两个签名对一遍。

    jinxi dealer verify
    """
    store = CopyStore.open(folder)
    try:
        proof = proof_of(store)
    finally:
        store.close()
    if as_json or not is_terminal():
        print_json(_proof_json(proof))
    else:
        _tell_proof(proof)
    if not proof.holds:
        raise typer.Exit(DIFFERENT)


def _proof_json(proof: Proof) -> dict[str, object]:
    receipt = proof.receipt
    names = ("day", "at", "rows", "up_to", "digest", "company_signature", "own_signature", "given")
    return {
        "holds": proof.holds,
        "dealer": proof.dealer,
        "rows": proof.rows,
        "up_to": proof.up_to,
        "digest": proof.digest,
        "broken": proof.broken,
        "acknowledged_up_to": proof.acknowledged_up_to,
        "acknowledged_digest": proof.acknowledged_digest,
        "acknowledged_at": proof.acknowledged_at,
        "receipt": None if receipt is None else {name: getattr(receipt, name) for name in names},
    }


def _tell_proof(proof: Proof) -> None:
    print_text(say("{rows:,} 行，摘要 {digest}", rows=proof.rows, digest=proof.digest))
    if proof.broken:
        print_text(
            say("有 {broken:,} 行坏了：运行 jinxi dealer pull，会只修这些行。", broken=proof.broken)
        )
    if proof.acknowledged_digest is None:
        print_text(say("还没有向公司确认过。下一步：jinxi dealer pull"))
    elif proof.as_acknowledged:
        print_text(say("和上次向公司确认的一致（{at}）", at=proof.acknowledged_at))
    else:
        print_text(
            say("和上次向公司确认的不同：这里的行被改过。运行 jinxi dealer pull，会找出来修好。")
        )
    receipt = proof.receipt
    if receipt is None:
        print_text(say("还没有回执。"))
    elif receipt.holds:
        print_text(
            say(
                "最近的回执 {day}：{rows:,} 行相等（{at}），公司和本方的签名都对",
                day=receipt.day,
                rows=receipt.rows,
                at=receipt.at,
            )
        )
    else:
        print_text(say("最近的回执 {day}：签名不对。请告诉公司。", day=receipt.day))


def status(folder: Folder = DEFAULT_FOLDER, as_json: AsJson = False) -> None:
    """副本现在的样子：有多少行、取到哪里、撤回了多少、哪些天有回执。

    jinxi dealer status
    """
    store = CopyStore.open(folder)
    try:
        with store.reading():
            receipts = store.receipts()
            result: dict[str, object] = {
                "dealer": store.get("dealer"),
                "rows": store.count(),
                "up_to": store.cursor,
                "acknowledged_at": store.get("acknowledged_at"),
                "state": store.get("acknowledged_state"),
                "withdrawn": store.withdrawn(),
                "receipts": len(receipts),
                "receipts_not_given": sum(not kept.given for kept in receipts),
                "last_receipt": receipts[0].day if receipts else None,
            }
            withdrawn = store.withdrawn()
    finally:
        store.close()
    if as_json or not is_terminal():
        print_json(result)
        return
    shown = {name: "—" if value is None else value for name, value in result.items()}
    print_text(
        say(
            "经销商 {dealer}：{rows:,} 行，取到第 {up_to} 号，上次确认 {acknowledged_at}",
            **shown,
        )
    )
    for reason, count in withdrawn.items():
        print_text(
            say("已撤回 {count:,} 行：{reason}", count=count, reason=word("reason_class", reason))
        )
    print_text(say("回执 {receipts:,} 张，最近一张 {last_receipt}", **shown))


def export(
    out: Annotated[Path, typer.Option(metavar="FILE.xlsx", help="写到哪个文件")],
    folder: Folder = DEFAULT_FOLDER,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="谁导出的，印在每一页上")
    ] = None,
) -> None:
    """把副本写成 Excel：中文表头，每页都印着是谁的、哪天、谁导出的。

    jinxi dealer export --out copy.xlsx --by li.qiang
    """
    if out.suffix.lower() != ".xlsx" or looks_personal(out.stem):
        message = say("文件名请写成 名字.xlsx，不要用电话或身份证号作名字")
        raise typer.BadParameter(message)
    store = CopyStore.open(folder)
    try:
        with store.reading():
            if store.count() > MOST_ROWS:
                raise typer.BadParameter(say("行数超过 Excel 的上限，请找公司要别的格式"))
            day = shanghai_day(now_us()).isoformat()
            mark = Watermark(store.get("dealer") or "—", day, by or getpass.getuser())
            # A workbook that is broken off half-way would complain on its own.
            workbook = BytesIO()
            rows = write_workbook(workbook, (content for _, content in store.rows()), mark)
            with whole_file(out) as stream:
                stream.write(workbook.getbuffer())
    finally:
        store.close()
    print_text(say("已写好：{file}，{rows:,} 人。用完请删掉。", file=out, rows=rows))
