"""What the command says of ids that two parties claim, and of a clock that is doubted."""

CLASHES: dict[str, tuple[str, str]] = {
    "两方用了同一个编号：先收到的算数，后来的没有入档。": (
        "兩方用了同一個編號：先收到的算數，後來的沒有入檔。",
        "Ids that two parties claim: what was received first stands, the other is not recorded.",
    ),
    "编号相撞": ("編號相撞", "Clashes of ids"),
    "归谁": ("歸誰", "Belongs to"),
    "谁也用了": ("誰也用了", "Also claimed by"),
    "没有。经销商和公司用了同一个编号的时候，会列在这里。": (
        "沒有。經銷商和公司用了同一個編號的時候，會列在這裡。",
        "none. When a dealer and the company use the same id, it will stand here.",
    ),
    "时钟：查看、确认。": ("時鐘：檢視、確認。", "The clock: show, confirm."),
    "时钟走到哪一天，是否可信。": (
        "時鐘走到哪一天，是否可信。",
        "Where the clock stands, and whether it is believed.",
    ),
    "核对过了：现在的时钟是对的，可以照它走。": (
        "核對過了：現在的時鐘是對的，可以照它走。",
        "Checked: the clock is right now, and time may go on by it.",
    ),
    "现在是 {now}。": ("現在是 {now}。", "It is {now}."),
    "时钟可疑：请核对，对了就用 jinxi clock confirm 确认。": (
        "時鐘可疑：請核對，對了就用 jinxi clock confirm 確認。",
        "The clock is doubted: check it, and if it is right say jinxi clock confirm.",
    ),
    "时钟可疑，新的一天没有开始：请核对，对了就用 jinxi clock confirm 确认。": (
        "時鐘可疑，新的一天沒有開始：請核對，對了就用 jinxi clock confirm 確認。",
        "The clock is doubted, no new day begins: check it, and if right say jinxi clock confirm.",
    ),
    "公司": ("公司", "the company"),
    "时钟": ("時鐘", "Clock"),
    "可疑：请核对，再 jinxi clock confirm": (
        "可疑：請核對，再 jinxi clock confirm",
        "doubted: check it, then jinxi clock confirm",
    ),
    "已确认，现在是 {now}。": ("已確認，現在是 {now}。", "Confirmed: it is {now}."),
}
