"""The move from files to PostgreSQL: (zh-TW, en)."""

MOVING: dict[str, tuple[str, str]] = {
    "现在用的不是 SQLite 文件：搬家只从数据文件夹搬到 PostgreSQL": (
        "現在用的不是 SQLite 檔案：搬家只從資料資料夾搬到 PostgreSQL",
        "What is in use is no SQLite file: a move leads from a data folder to PostgreSQL",
    ),
    "目标必须是 PostgreSQL：postgresql+psycopg://用户:密码@主机/库名": (
        "目標必須是 PostgreSQL：postgresql+psycopg://使用者:密碼@主機/名稱",
        "The target must be PostgreSQL: postgresql+psycopg://USER:PASSWORD@HOST/NAME",
    ),
    "目标数据库没有应答（{place}）。两个库都要先建好："
    "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'": (
        "目標資料庫沒有回應（{place}）。兩個資料庫都要先建好："
        "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
        "The target does not answer ({place}). Both databases must be made first:"
        " CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
    ),
    "目标里已有别的数据（{place}），没有改动它。请换一个空的库": (
        "目標裡已有別的內容（{place}），沒有改動它。請換一個空的資料庫",
        "The target holds something else ({place}) and was left alone. Name an empty database",
    ),
    "已经搬过去了（{place}），那边可能已在使用，没有改动它": (
        "已經搬過去了（{place}），那邊可能已在使用，沒有改動它",
        "This was moved already ({place}) and may be in use there; it was left alone",
    ),
    "目标 PostgreSQL 的地址": ("目標 PostgreSQL 的位址", "Where PostgreSQL is"),
    "密钥库的目标；不写则为同一台服务器上的“库名_keys”": (
        "金鑰庫的目標；不寫則為同一台伺服器上的「名稱_keys」",
        "Where the keyring goes; without it NAME_keys on the same server",
    ),
    "把全部历史、密钥和账户搬到 PostgreSQL，逐行比较；原处不动，可中断后重来。": (
        "把全部歷史、金鑰和帳戶搬到 PostgreSQL，逐行比較；原處不動，可中斷後重來。",
        "Move all history, keys and accounts to PostgreSQL and compare row for row; the folder is"
        " left alone, and an interrupted move goes on.",
    ),
    "搬家": ("搬家", "Moving"),
    "原处": ("原處", "Here"),
    "目标": ("目標", "There"),
    "不同的行": ("不同的行", "Rows that differ"),
    "搬家没有完成：两边不相等，请继续用原来的。查明原因后换一个空的库再搬一次。": (
        "搬家沒有完成：兩邊不相等，請繼續用原來的。查明原因後換一個空的資料庫再搬一次。",
        "The move is not done: the two are not equal, so go on using the old one. Find out why,"
        " then move into an empty database.",
    ),
    "搬好了：{events:,} 条事件，{keys:,} 把密钥，{accounts} 个账户和令牌。原处没有改动。": (
        "搬好了：{events:,} 筆事件，{keys:,} 把金鑰，{accounts} 個帳戶和權杖。原處沒有改動。",
        "Moved: {events:,} events, {keys:,} keys, {accounts} accounts and tokens."
        " Nothing was changed here.",
    ),
    "下一步，把设置改成下面这样再启动；从现在起不要再往原来的文件夹里收事件：": (
        "下一步，把設定改成下面這樣再啟動；從現在起不要再往原來的資料夾裡收事件：",
        "Next, start with these settings; from now on take no more events into the old folder:",
    ),
    "日志": ("日誌", "Journal"),
    "发件箱": ("寄件匣", "Outbox"),
    "账户": ("帳戶", "Accounts"),
    "接口令牌": ("介面權杖", "API tokens"),
    "查看记录": ("檢視記錄", "Access log"),
    "密钥": ("金鑰", "Keys"),
    "抹除记录": ("抹除記錄", "Erasures"),
}
