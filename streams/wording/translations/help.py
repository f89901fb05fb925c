"""What help pages say: commands, options, and Typer's own words."""

HELP: dict[str, tuple[str, str]] = {
    "金夕：以事件为本的患者与消费者活动管理。": (
        "金夕：以事件為本的患者與消費者活動管理。",
        "Jinxi: managing campaigns for patients and consumers, by events.",
    ),
    "未能入档的事件：列出、查看、重试。": (
        "未能入檔的事件：列出、檢視、重試。",
        "Events that could not be recorded: list, show, retry.",
    ),
    "签到表。": ("簽到表。", "Sign-in sheets."),
    "一季“金色夕阳”：编造的事件，和由它们来的档案、奖励、漏斗、网页。": (
        "一季「金色夕陽」：虛構的事件，和由它們來的檔案、獎勵、漏斗、網頁。",
        "An invented season of events, and the archives, rewards, funnels and pages from it.",
    ),
    "打开网页和接口，记录进程在旁边工作；只在本机可见（127.0.0.1）。": (
        "開啟網頁和介面，記錄程序在旁邊工作；只在本機可見（127.0.0.1）。",
        "Serve the pages and the API with a worker beside; seen by this machine only (127.0.0.1).",
    ),
    "收下事件：写牢以后才回答“已收下”。": (
        "收下事件：寫牢以後才回答「已收下」。",
        "Take events in: “taken” is said only once they are durable.",
    ),
    "把已收下的事件记入档案、副本、奖励和漏斗。": (
        "把已收下的事件記入檔案、副本、獎勵和漏斗。",
        "Record what was taken in: archives, copies, rewards and funnels.",
    ),
    "一条事件后来怎样了。": ("一筆事件後來怎樣了。", "What became of one event."),
    "列出事件及其结果，每行一条；不在终端里时是 JSON。": (
        "列出事件及其結果，每行一筆；不在終端機裡時是 JSON。",
        "List events and their outcomes, one a line; JSON when not in a terminal.",
    ),
    "谁是谁：每人一行。": ("誰是誰：每人一行。", "Who is who: a line for each person."),
    "一个人的患者档案和全部经过；姓名电话遮住，--json 是全文，记入查看记录。": (
        "一個人的患者檔案和全部經過；姓名電話遮住，--json 是全文，記入檢視記錄。",
        "One person's archive and timeline, masked; in full, and logged, with --json.",
    ),
    "一个经销商的那一份档案，每人一行；姓名电话遮住，--json 是全文。": (
        "一個經銷商的那一份檔案，每人一行；姓名電話遮住，--json 是全文。",
        "A dealer's copy, a line for each person; names and phones masked, in full with --json.",
    ),
    "一个经销商的副本的行数和摘要：两边相同即两份相等。": (
        "一個經銷商的副本的行數和摘要：兩邊相同即兩份相等。",
        "Rows and digest of a dealer's copy: when both sides agree, the two copies are equal.",
    ),
    "推荐奖励：每份一行。": ("推薦獎勵：每份一行。", "Rewards for referrals, a line each."),
    "奖励的账：复式、只增不改。": (
        "獎勵的帳：複式、只增不改。",
        "The ledger of rewards: double entry, append-only.",
    ),
    "漏斗：多少人走到了哪一步，用了多久。": (
        "漏斗：多少人走到了哪一步，用了多久。",
        "A funnel: how many people reached which step, and how long it took.",
    ),
    "从日志重建全部数据表；--verify 证明重建结果逐行相等。": (
        "從日誌重建全部資料表；--verify 證明重建結果逐行相等。",
        "Rebuild every table from the journal; --verify proves it equal, row for row.",
    ),
    "检查数据上能检查的每一条规律。": (
        "檢查資料上能檢查的每一條規律。",
        "Check every law that can be checked on the data.",
    ),
    "编造一季活动，按收到的先后写出 NDJSON；人物全属虚构。": (
        "虛構一季活動，按收到的先後寫出 NDJSON；人物全屬虛構。",
        "Invent a season and write it as NDJSON in order of arrival; nobody in it is real.",
    ),
    "修好原因以后，重新入档。": (
        "修好原因以後，重新入檔。",
        "Record again, once the cause is mended.",
    ),
    "为一场活动做一份签到表（Excel）。": (
        "為一場活動做一份簽到表（Excel）。",
        "Make the sign-in sheet of an activity (Excel).",
    ),
    "经销商代码": ("經銷商代碼", "code of the dealer"),
    "只算出来，不打开网页": ("只算出來，不開啟網頁", "compute only, serve no pages"),
    "多少人": ("多少人", "how many people"),
    "同样的种子得同样的一季": ("同樣的種子得同樣的一季", "the same seed makes the same season"),
    "同样的种子得同样的文件": ("同樣的種子得同樣的檔案", "the same seed makes the same file"),
    "端口": ("連接埠", "port"),
    "事件的来源": ("事件的來源", "source of the event"),
    "事件的编号": ("事件的編號", "id of the event"),
    "只列一种结果": ("只列一種結果", "only those with this outcome"),
    "一步：TYPE 或 TYPE:字段=值": (
        "一步：TYPE 或 TYPE:欄位=值",
        "a step: TYPE or TYPE:field=value",
    ),
    "第一天": ("第一天", "first day"),
    "最后一天的后一天": ("最後一天的後一天", "the day after the last"),
    "从进入算起的期限：30d 或 720h": (
        "從進入算起的期限：30d 或 720h",
        "how long from the entry: 30d or 720h",
    ),
    "依次、不论次序、紧接": (
        "依次、不論次序、緊接",
        "in sequence, in any order, with nothing between",
    ),
    "取最长的一链，或只看第一次进入": (
        "取最長的一鏈，或只看第一次進入",
        "the longest chain, or the first entry alone",
    ),
    "按进入时的字段或 month 分组": (
        "按進入時的欄位或 month 分組",
        "break down by a field of the entry, or month",
    ),
    "列出走到这一步的人": ("列出走到這一步的人", "list who reached this step"),
    "只用这时已收到的事件": ("只用這時已收到的事件", "only events received by then"),
    "NDJSON 或 .xlsx、.csv 文件；- 为标准输入": (
        "NDJSON 或 .xlsx、.csv 檔案；- 為標準輸入",
        "a file of NDJSON, .xlsx or .csv; - is the standard input",
    ),
    "导入历史：采用事件自带的 receivedat 作为收到时间": (
        "匯入歷史：採用事件自帶的 receivedat 作為收到時間",
        "history: the events' own receivedat is their time of receipt",
    ),
    "在日志中的位置；不写则全部": (
        "在日誌中的位置；不寫則全部",
        "places in the journal; all without",
    ),
    "给程序用：每行一个 JSON 对象": (
        "給程式用：每行一個 JSON 物件",
        "for programs: one JSON object a line",
    ),
    "当时的状态（RFC 3339 时间），不写则为现在": (
        "當時的狀態（RFC 3339 時間），不寫則為現在",
        "the state at this time (RFC 3339), now without",
    ),
    "档案卡或人员编号": ("檔案卡或人員編號", "a card's or a person's id"),
    "活动编号": ("活動編號", "id of the activity"),
    "行数": ("行數", "rows"),
    "写到哪个文件，不写则以编号为名": (
        "寫到哪個檔案，不寫則以編號為名",
        "file to write; named after the activity without",
    ),
    "不改动数据：在旁边重建一份，逐行比较": (
        "不改動資料：在旁邊重建一份，逐行比較",
        "change nothing: rebuild beside and compare row for row",
    ),
    "记完为止；不加则一直运行": (
        "記完為止；不加則一直執行",
        "until nothing is left; without it, run on for ever",
    ),
    "用法：": ("用法：", "Usage:"),
    "参数：": ("參數：", "Arguments:"),
    "选项：": ("選項：", "Options:"),
    "命令：": ("命令：", "Commands:"),
    "[必填]": ("[必填]", "[required]"),
    "[默认：": ("[預設：", "[default: "),
    "；必填]": ("；必填]", "; required]"),
    "[选项]": ("[選項]", "[OPTIONS]"),
    "命令 [参数]…": ("命令 [參數]…", "COMMAND [ARGS]..."),
    "[参数]…": ("[參數]…", "[ARGS]..."),
    "显示这一页。": ("顯示這一頁。", "Show this page."),
    "怎么用：{command} --help": ("怎麼用：{command} --help", "How to use it: {command} --help"),
    "例：": ("例：", "Examples:"),
}
