"""What the commands on consents and notices say."""

CONSENTS: dict[str, tuple[str, str]] = {
    "一个人的同意台账：每一句、凭据，和现在算数的。": (
        "一個人的同意臺帳：每一句、憑據，和現在算數的。",
        "One person's consents: every word, what proves it, and what holds now.",
    ),
    "现在算数的": ("現在算數的", "What holds now"),
    "告知书": ("告知書", "Notice"),
    "告知书：加一版、列出、看全文。": (
        "告知書：加一版、列出、看全文。",
        "Notices that people agree to: add one, list them, read one.",
    ),
    "告知书版本": ("告知書版本", "version of the notice"),
    "方式": ("方式", "How"),
    "凭据": ("憑據", "Evidence"),
    "录入人": ("登錄人", "Entered by"),
    "有": ("有", "kept"),
    "没有交来": ("沒有交來", "not handed in"),
    "{version}（没有这一版）": ("{version}（沒有這一版）", "{version} (not kept here)"),
    "目的：archive、health、share_with_dealer、marketing、club": (
        "目的：archive、health、share_with_dealer、marketing、club",
        "purpose: archive, health, share_with_dealer, marketing, club",
    ),
    "简体中文，Markdown": ("簡體中文，Markdown", "simplified Chinese, Markdown"),
    "繁体中文": ("繁體中文", "traditional Chinese"),
    "英文": ("英文", "English"),
    "加一版告知书；加上以后不再改动，新写的同意从此用它。": (
        "加一版告知書；加上以後不再改動，新寫的同意從此用它。",
        "Add a version of a notice; it never changes, and new consents use it from now on.",
    ),
    "文件不是 UTF-8 文本": ("檔案不是 UTF-8 文字", "The file is no UTF-8 text."),
    "这一版已经在了，一字不差。": (
        "這一版已經在了，一字不差。",
        "This version is there already, word for word.",
    ),
    "列出每一版告知书和它的摘要（SHA-256）。": (
        "列出每一版告知書和它的摘要（SHA-256）。",
        "List every version and its hash (SHA-256).",
    ),
    "版本": ("版本", "Version"),
    "语言": ("語言", "Languages"),
    "现在用": ("現在用", "In use"),
    "摘要": ("摘要", "Hash"),
    "念给本人听的文字": ("唸給本人聽的文字", "the text to be read aloud"),
    "一版告知书的全文。": ("一版告知書的全文。", "The whole text of a version."),
    "没有这一版告知书。有哪些：jinxi notice list": (
        "沒有這一版告知書。有哪些：jinxi notice list",
        "There is no such notice. Those there are: jinxi notice list",
    ),
    "说法不一": ("說法不一", "Conflicts"),
    "同一栏的不同说法，等总部决定；内容遮住，--json 是全文。": (
        "同一欄的不同說法，等總部決定；內容遮住，--json 是全文。",
        "Different words on one field, for headquarters to decide; masked, in full with --json.",
    ),
    "谁说的": ("誰說的", "Who says so"),
    "发现时间": ("發現時刻", "Since"),
    "没有。经销商和公司对同一栏说法不同的时候，会列在这里。": (
        "沒有。經銷商和公司對同一欄說法不同的時候，會列在這裡。",
        "None. They stand here when a dealer and the company say different things of a field.",
    ),
    "另一张卡上不同意": ("另一張卡上不同意", "refused on another card"),
}
