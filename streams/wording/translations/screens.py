"""What commands say when they have run: tables, summaries, empty states, troubles."""

SCREENS: dict[str, tuple[str, str]] = {
    "已停止": ("已停止", "Stopped."),
    "{dealer} 的副本": ("{dealer} 的副本", "Copy of {dealer}"),
    "行": ("行", "Row"),
    "姓名": ("姓名", "Name"),
    "给了什么": ("給了什麼", "What is shared"),
    "没有一行。经销商签约、患者同意交给它一份并入档以后，会列在这里。": (
        "沒有一行。經銷商簽約、患者同意交給它一份並入檔以後，會列在這裡。",
        "No row. People stand here once the dealer has a contract and they agreed to share.",
    ),
    "已故": ("已故", "deceased"),
    "{rows:,} 行，摘要 {digest}": ("{rows:,} 行，摘要 {digest}", "{rows:,} rows, digest {digest}"),
    "收下了编造的一季：{events:,} 条事件，人物全属虚构。"
    "另有 {repeated:,} 条是重复送来的，只记一次。": (
        "收下了虛構的一季：{events:,} 筆事件，人物全屬虛構。"
        "另有 {repeated:,} 筆是重複送來的，只記一次。",
        "An invented season is taken in: {events:,} events; nobody in it is real. "
        "Another {repeated:,} were sent twice and count once.",
    ),
    "入档": ("入檔", "Recording"),
    "下一步：jinxi serve 打开网页，或 jinxi --help 看全部命令": (
        "下一步：jinxi serve 開啟網頁，或 jinxi --help 看全部命令",
        "Next: jinxi serve opens the pages; jinxi --help lists every command",
    ),
    "登录名 {name}，密码 {password}": (
        "登入名稱 {name}，密碼 {password}",
        "Sign in as {name}, password {password}",
    ),
    "{folder} 里已有一季（{people:,} 人，种子 {seed}），接着用它。"
    "要另做一季，请用 JINXI_DATA 指定一个新文件夹。": (
        "{folder} 裡已有一季（{people:,} 人，種子 {seed}），接著用它。"
        "要另做一季，請用 JINXI_DATA 指定一個新資料夾。",
        "{folder} holds a season already ({people:,} people, seed {seed}), which is used."
        " For another one name a new folder with JINXI_DATA.",
    ),
    "收下编造的一季": ("收下虛構的一季", "Taking in an invented season"),
    "{folder} 里已有自己的数据，不加编造的。": (
        "{folder} 裡已有自己的資料，不加虛構的。",
        "{folder} holds data of your own: nothing invented is added.",
    ),
    "事件": ("事件", "Event"),
    "项目": ("項目", "Item"),
    "内容": ("內容", "Content"),
    "还没入档。下一步：jinxi work --until-idle": (
        "還沒入檔。下一步：jinxi work --until-idle",
        "Not recorded yet. Next: jinxi work --until-idle",
    ),
    "没有收下过这条事件：{source} {id}。请核对来源和编号，或先 jinxi accept 收下它。": (
        "沒有收下過這筆事件：{source} {id}。請核對來源和編號，或先 jinxi accept 收下它。",
        "No such event was taken in: {source} {id}. Check both, or take it in with jinxi accept.",
    ),
    "说明": ("說明", "What it means"),
    "还没有。收下的事件和它们的结果会列在这里；先 jinxi accept 收下一个文件。": (
        "還沒有。收下的事件和它們的結果會列在這裡；先 jinxi accept 收下一個檔案。",
        "none yet. What is taken in will stand here with its outcome; begin with jinxi accept.",
    ),
    "没有结果是“{outcome}”的事件。": (
        "沒有結果是「{outcome}」的事件。",
        "none with the outcome “{outcome}”.",
    ),
    "漏斗 {first} 至 {last}（不含），期限 {window}，{which}": (
        "漏斗 {first} 至 {last}（不含），期限 {window}，{which}",
        "Funnel {first} to {last} (not included), window {window}, {which}",
    ),
    "步": ("步", "Step"),
    "是什么": ("是什麼", "What"),
    "人数": ("人數", "People"),
    "占上一步": ("占上一步", "Of the step before"),
    "占第一步": ("占第一步", "Of the first"),
    "中位用时": ("中位用時", "Median time"),
    "最长的一链（best）": ("最長的一鏈（best）", "the longest chain (best)"),
    "第一次进入（first）": ("第一次進入（first）", "the first entry (first)"),
    "走到第 {step} 步的人": ("走到第 {step} 步的人", "Who reached step {step}"),
    "{file} 已经有了，没有动它。请用 --to 换一个文件名。": (
        "{file} 已經有了，沒有動它。請用 --to 換一個檔名。",
        "{file} is there already and was left alone. Name another file with --to.",
    ),
    "人员编号": ("人員編號", "Person"),
    "没有人走到这一步。": ("沒有人走到這一步。", "nobody reached this step."),
    "步数从 1 到 {last}": ("步數從 1 到 {last}", "Steps go from 1 to {last}"),
    "这段时间没有人走到第一步。请核对日期和步骤，或先 jinxi work --until-idle。": (
        "這段時間沒有人走到第一步。請核對日期和步驟，或先 jinxi work --until-idle。",
        "Nobody entered in this time. Check days and steps, or run jinxi work --until-idle first.",
    ),
    "（无）": ("（無）", "(none)"),
    "月份": ("月份", "month"),
    "{cards:,} 张档案卡，{persons:,} 人。一式两份：企业这一份在此，另一份在经销商：": (
        "{cards:,} 張檔案卡，{persons:,} 人。一式兩份：企業這一份在此，另一份在經銷商：",
        "{cards:,} cards, {persons:,} people. Two copies: the company's is here, the other with:",
    ),
    "经销商的副本": ("經銷商的副本", "Dealers' copies"),
    "还没有。患者同意交给经销商一份以后，会列在这里。": (
        "還沒有。患者同意交給經銷商一份以後，會列在這裡。",
        "none yet. They stand here once patients agree to share with a dealer.",
    ),
    "状态": ("狀態", "State"),
    "份数": ("份數", "Rewards"),
    "金额": ("金額", "Amount"),
    "还没有。被介绍的人购买以后，会员的奖励会列在这里。": (
        "還沒有。被介紹的人購買以後，會員的獎勵會列在這裡。",
        "none yet. Members' rewards stand here once somebody whom they referred has bought.",
    ),
    "结果链（最长的一链，180 天内）": (
        "結果鏈（最長的一鏈，180 天內）",
        "Outcome chain (longest chain, within 180 days)",
    ),
    "占到场": ("占到場", "Of those attending"),
    "距上一步（中位）": ("距上一步（中位）", "Since the step before (median)"),
    "收下 {name}": ("收下 {name}", "Taking in {name}"),
    "已收下 {accepted:,} 条 · 之前已记过 {duplicate:,} 条 · 未收下 {refused:,} 条"
    " · 有提醒 {warned:,} 条": (
        "已收下 {accepted:,} 筆 · 之前已記過 {duplicate:,} 筆 · 未收下 {refused:,} 筆"
        " · 有提醒 {warned:,} 筆",
        "Taken {accepted:,} · recorded before {duplicate:,} · not taken {refused:,}"
        " · with a warning {warned:,}",
    ),
    "这是文件夹，不是文件：{names}": (
        "這是資料夾，不是檔案：{names}",
        "This is a folder, not a file: {names}",
    ),
    "找不到文件：{names}。请核对路径。": (
        "找不到檔案：{names}。請核對路徑。",
        "No such file: {names}. Check the path.",
    ),
    "已收下。同意的答复改了，请核对是不是本人的意思。": (
        "已收下。同意的答覆改了，請核對是不是本人的意思。",
        "Taken. An answer about consent was changed: check that it is what the person said.",
    ),
    "文件": ("檔案", "File"),
    "原因和怎么改": ("原因和怎麼改", "Why, and how to mend it"),
    "错行已标在：{path}（改好后再交这一份）": (
        "錯行已標在：{path}（改好後再交這一份）",
        "The bad rows are marked in {path}; mend them and send that file.",
    ),
    "写不了标出错行的表：{path}。请换个可写的文件夹再交一次。": (
        "寫不了標出錯行的表：{path}。請換個可寫的資料夾再交一次。",
        "The sheet with the bad rows marked cannot be written: {path}. Send it from a folder"
        " that can be written to.",
    ),
    "下一步：jinxi work --until-idle（jinxi serve 开着时会自己入档）": (
        "下一步：jinxi work --until-idle（jinxi serve 開著時會自己入檔）",
        "Next: jinxi work --until-idle (while jinxi serve runs, it is recorded by itself)",
    ),
    "中途停下。在此之前：{counted}": (
        "中途停下。在此之前：{counted}",
        "Broke off. Before: {counted}",
    ),
    "还有 {more:,} 条，用 --json 查看全部": (
        "還有 {more:,} 筆，用 --json 檢視全部",
        "{more:,} more; --json shows all",
    ),
    "没有读到事件：文件是空的。每行应是一条事件，或用签到表（.xlsx）。": (
        "沒有讀到事件：檔案是空的。每行應是一筆事件，或用簽到表（.xlsx）。",
        "No event was found: the file is empty. It should hold an event a line, or be a sheet.",
    ),
    "没有。未能入档的事件会列在这里，修好原因后可以重试。": (
        "沒有。未能入檔的事件會列在這裡，修好原因後可以重試。",
        "none. What cannot be recorded stands here, to be retried once the cause is mended.",
    ),
    "修好原因后重试：jinxi dead-letters retry": (
        "修好原因後重試：jinxi dead-letters retry",
        "Once the cause is mended: jinxi dead-letters retry",
    ),
    "入档故障里没有位置 {position}。有哪些：jinxi dead-letters list": (
        "入檔故障裡沒有位置 {position}。有哪些：jinxi dead-letters list",
        "Nothing at place {position} failed. What did: jinxi dead-letters list",
    ),
    "已入档 {recorded:,} 条，仍失败 {failed:,} 条": (
        "已入檔 {recorded:,} 筆，仍失敗 {failed:,} 筆",
        "Recorded {recorded:,}, failed again {failed:,}",
    ),
    "看不懂时间“{text}”，请写成 2026-05-03T09:00:00+08:00": (
        "看不懂時間「{text}」，請寫成 2026-05-03T09:00:00+08:00",
        "“{text}” is no time: write it as 2026-05-03T09:00:00+08:00",
    ),
    "看不懂日期“{text}”，请写成 2026-05-03": (
        "看不懂日期「{text}」，請寫成 2026-05-03",
        "“{text}” is no day: write it as 2026-05-03",
    ),
    "档案卡 {card_id}": ("檔案卡 {card_id}", "Card {card_id}"),
    "看一个人的全部：jinxi archive 人员编号": (
        "看一個人的全部：jinxi archive 人員編號",
        "All about one of them: jinxi archive PERSON",
    ),
    "没有可显示的内容（已删除或限制使用）。": (
        "沒有可顯示的內容（已刪除或限制使用）。",
        "nothing to show (erased, or restricted).",
    ),
    "时间": ("時間", "Time"),
    "目的": ("目的", "Purpose"),
    "答复": ("答覆", "Answer"),
    "到期": ("到期", "Expires"),
    "还没有。本人的同意和撤回会列在这里。": (
        "還沒有。本人的同意和撤回會列在這裡。",
        "none yet. What the person agreed to and withdrew stands here.",
    ),
    "家庭": ("家庭", "Household"),
    "还没有。每人一行会列在这里；先 jinxi accept 收下档案卡，再 jinxi work --until-idle。": (
        "還沒有。每人一行會列在這裡；先 jinxi accept 收下檔案卡，再 jinxi work --until-idle。",
        "nobody yet. Take cards in with jinxi accept, then run jinxi work --until-idle.",
    ),
    "限制使用": ("限制使用", "restricted"),
    "已删除 {count} 张卡": ("已刪除 {count} 張卡", "{count} erased"),
    "没有这份档案：{name}。编号可在 jinxi people 里查到；刚收下的要先入档。": (
        "沒有這份檔案：{name}。編號可在 jinxi people 裡查到；剛收下的要先入檔。",
        "No such archive: {name}. jinxi people lists the ids; what is new must be recorded first.",
    ),
    "{count} 项": ("{count} 項", "{count} entries"),
    "购买编号": ("購買編號", "Purchase"),
    "转介绍编号": ("轉介紹編號", "Referral"),
    "方式": ("方式", "Mode"),
    "账户": ("帳戶", "Account"),
    "事由": ("事由", "Reason"),
    "来自事件": ("來自事件", "From the event"),
    "还没有。每一分奖励的来去会列在这里，每笔都写明来自哪条事件。": (
        "還沒有。每一分獎勵的來去會列在這裡，每筆都寫明來自哪筆事件。",
        "none yet. Every fen of a reward will stand here, with the event it comes from.",
    ),
    "端口 {port} 已被占用，请用 --port 换一个": (
        "連接埠 {port} 已被占用，請用 --port 換一個",
        "Port {port} is taken: choose another with --port",
    ),
    "网页：http://{host}:{port}/ （Ctrl+C 停止）": (
        "網頁：http://{host}:{port}/ （Ctrl+C 停止）",
        "Pages: http://{host}:{port}/ (Ctrl+C stops)",
    ),
    "没有这场活动：{name}。活动计划收下并入档后才能做表。": (
        "沒有這場活動：{name}。活動計畫收下並入檔後才能做表。",
        "No such activity: {name}. Its plan must be taken in and recorded first.",
    ),
    "已写好：{path}（{rows} 行）。填好后：jinxi accept {path}": (
        "已寫好：{path}（{rows} 行）。填好後：jinxi accept {path}",
        "Written: {path} ({rows} rows). When it is filled in: jinxi accept {path}",
    ),
    "重建并比较": ("重建並比較", "Rebuilding and comparing"),
    "重算并比较": ("重算並比較", "Computing again and comparing"),
    "表": ("表", "Table"),
    "重建行数": ("重建行數", "Rows rebuilt"),
    "相等": ("相等", "Equal"),
    "全部成立": ("全部成立", "Every law holds"),
    "有不成立的": ("有不成立的", "Some laws do not hold"),
    "规律": ("規律", "Law"),
    "数目": ("數目", "Counts"),
    "重建": ("重建", "Rebuilding"),
}
