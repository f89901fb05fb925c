"""What stands in the way of a dealer's copy: said as what, where, and how to mend it."""

from pathlib import Path

from streams.wording.say import say


class DealerError(Exception):
    """A foreseeable trouble; its text is a sentence for people and holds nothing personal."""


class PassingError(DealerError):
    """It passes by itself: the same again a little later.

    retry_seconds: how long the company's side asks to wait; 0 when it does not say.
    """

    retry_seconds = 0


class ServerAway(PassingError):
    """Nobody answers there, or something on the way does."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            say(
                "连不上服务器（{cause}）。副本照常可用，什么都没有丢；网络好了再运行一次，会从断处接着来。",
                cause=cause,
            )
        )


class NotSettled(PassingError):
    """The company's side gives nothing out just now."""

    def __init__(self, retry_seconds: int) -> None:
        self.retry_seconds = retry_seconds
        super().__init__(
            say(
                "公司那边正在结算（换日、重建，或有一句撤回等着入档），现在不发放。"
                "请过 {seconds} 秒再运行一次；副本没有变。",
                seconds=retry_seconds,
            )
        )


class TooOften(PassingError):
    """The company's side was asked too often."""

    def __init__(self, retry_seconds: int) -> None:
        self.retry_seconds = retry_seconds
        super().__init__(
            say("问得太勤，服务器请我们过 {seconds} 秒再来。副本没有变。", seconds=retry_seconds)
        )


class PageCutOff(PassingError):
    """Page after page was cut off before anything whole had come."""

    def __init__(self) -> None:
        super().__init__(
            say("这一页在路上断了，一行都没收全。网络稳定些再运行一次，收到的不会重复。")
        )


class TokenRefused(DealerError):
    """The company's side does not know the token, or it is not a dealer's."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            say(
                "服务器不认这个令牌：{file}。它写错了、已停用，或不是经销商的令牌。"
                "请向公司要一个新的；副本没有变。",
                file=file,
            )
        )


class TokenUnreadable(DealerError):
    """There is no token in the file."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            say("{file} 里没有令牌。请把公司给的令牌存进去，只要一行，不留空格。", file=file)
        )


class AddressUnsafe(DealerError):
    """Over this address everybody on the way could read token and people."""

    def __init__(self, address: str) -> None:
        super().__init__(
            say(
                "服务器地址要用 https://：{address}。只有本机（127.0.0.1、localhost）可以用 http://。",
                address=address,
            )
        )


class CertificateRefused(DealerError):
    """Whoever answers cannot prove that it is the server; neither token nor rows went there."""

    def __init__(self, host: str) -> None:
        super().__init__(
            say(
                "{host} 的证书不可信，没有连上：可能地址写错、这台电脑的时钟不对，或路上有人冒充。"
                "令牌没有发出；请核对地址和时钟，还不行就告诉公司。",
                host=host,
            )
        )


class AnswerNotUnderstood(DealerError):
    """What answers is not the feed of copies, or speaks another version."""

    def __init__(self) -> None:
        super().__init__(
            say("看不懂服务器的回答。请核对 --server 的地址；地址没错，就请公司看看两边的版本。")
        )


class RequestRefused(DealerError):
    """The company's side refused a request; status: HTTP."""

    def __init__(self, status: int, reason: str) -> None:
        self.status, self.reason = status, reason
        super().__init__(
            say(
                "服务器没有接受（{status}）：{reason}。副本没有变；请把这句话告诉公司。",
                status=status,
                reason=reason,
            )
        )


class OtherKeyKnown(RequestRefused):
    """The company knows another signing key of this dealer."""

    def __str__(self) -> str:
        return say(
            "公司登记的是另一台电脑的签名密钥（或文件夹重建过、公司恢复了备份），"
            "所以这里签不了回执；副本照常更新。回执请在那一台上签；"
            "那一台不用了，就请总部放开旧公钥（jinxi dealer-key release），再取一次。"
        )


class FolderOfAnother(DealerError):
    """The folder holds another dealer's copy, or one of another company."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            say(
                "{folder} 里是另一家经销商或另一台服务器的副本，没有动它。"
                "请用 --folder 换一个文件夹，或换回原来的令牌和地址。",
                folder=folder,
            )
        )


class FolderBusy(PassingError):
    """Another process writes to the folder, or reads from it while bytes must be wiped."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            say("{folder} 正被另一个程序使用。请等它结束，或先停掉它，再运行一次。", folder=folder)
        )


class FolderEmpty(DealerError):
    """There is no copy in the folder yet."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            say(
                "{folder} 里还没有副本。先取一次："
                "jinxi dealer pull --server URL --token-file FILE --folder {folder}",
                folder=folder,
            )
        )


class StorageFull(DealerError):
    """The disk has no room."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            say(
                "磁盘满了：{folder}。已收到的都在，没有确认过没写牢的；腾出空间再运行一次。",
                folder=folder,
            )
        )


class StorageUnusable(DealerError):
    """The folder cannot be written, or its database cannot be read."""

    def __init__(self, folder: Path, cause: str) -> None:
        super().__init__(
            say(
                "打不开或写不进 {folder}：{cause}。请改它的权限或换一个文件夹；"
                "读不懂的副本，删去其中的 copy.db 再取一份，signing.key 要留着。",
                folder=folder,
                cause=cause,
            )
        )


class SigningKeyUnreadable(DealerError):
    """The file of the dealer's own key holds no key."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            say(
                "签名密钥读不懂：{file}。请从备份放回；没有备份就删去它，"
                "再请公司运行 jinxi dealer-key release，放开原来那一把。副本没有变。",
                file=file,
            )
        )


class FileNotWritten(DealerError):
    """A file that was to be taken out could not be written."""

    def __init__(self, file: Path, cause: str) -> None:
        super().__init__(
            say(
                "写不了 {file}：{cause}。副本没有变；请用 --out 换一个地方，或腾出空间再运行一次。",
                file=file,
                cause=cause,
            )
        )


class SignatureWrong(DealerError):
    """A receipt whose signature does not hold, or that says other things than were acknowledged."""

    def __init__(self) -> None:
        super().__init__(
            say("公司的回执签名不对，或内容不是我们确认的那一份，没有收它。请马上告诉公司。")
        )


class StillDifferent(DealerError):
    """The copies differ although every difference that could be found was healed."""

    def __init__(self, healed: int) -> None:
        super().__init__(
            say("修好了 {healed:,} 行，两份仍不相等。副本可用；请告诉公司。", healed=healed)
        )
