"""What the dealer's side says: its commands, its troubles, its workbook."""

OWN_COPY: dict[str, tuple[str, str]] = {
    "经销商自己的那一份：取来、验证、查看、导出。": (
        "經銷商自己的那一份：取來、驗證、檢視、匯出。",
        "The dealer's own copy: fetch, prove, look at, export.",
    ),
    "并入另一行": ("併入另一行", "joined into another row"),
    "取经销商自己的那一份：只取变了的，撤回的当场删净，取完对账、签回执。": (
        "取經銷商自己的那一份：只取變了的，撤回的當場刪淨，取完對帳、簽回執。",
        "Fetch the dealer's own copy: only what changed; what is withdrawn is wiped; then both"
        " sides compare and sign.",
    ),
    "离线验证副本：逐行重算摘要，和上次确认的、和回执上的两个签名对一遍。": (
        "離線驗證副本：逐行重算摘要，和上次確認的、和回執上的兩個簽名對一遍。",
        "Prove the copy offline: its digest anew, against what was acknowledged and both"
        " signatures of the last receipt.",
    ),
    "副本现在的样子：有多少行、取到哪里、撤回了多少、哪些天有回执。": (
        "副本現在的樣子：有多少行、取到哪裡、撤回了多少、哪些天有回執。",
        "How the copy stands: rows, how far it has come, withdrawals, receipts.",
    ),
    "把副本写成 Excel：中文表头，每页都印着是谁的、哪天、谁导出的。": (
        "把副本寫成 Excel：中文表頭，每張都印著是誰的、哪天、誰匯出的。",
        "Write the copy as Excel; every sheet is marked with whose it is, the day, and by whom.",
    ),
    "写入 {written:,} 行，按撤回删净 {withdrawn:,} 行，修好 {healed:,} 行"
    "（往来 {traffic_bytes:,} 字节）": (
        "寫入 {written:,} 行，按撤回刪淨 {withdrawn:,} 行，修好 {healed:,} 行"
        "（往來 {traffic_bytes:,} 位元組）",
        "Written {written:,} rows, wiped {withdrawn:,} as withdrawn, healed {healed:,}"
        " ({traffic_bytes:,} bytes both ways)",
    ),
    "经销商 {dealer}：{rows:,} 行，取到第 {up_to} 号，上次确认 {acknowledged_at}": (
        "經銷商 {dealer}：{rows:,} 行，取到第 {up_to} 號，上次確認 {acknowledged_at}",
        "Dealer {dealer}: {rows:,} rows, up to number {up_to}, acknowledged {acknowledged_at}",
    ),
    "回执 {receipts:,} 张，最近一张 {last_receipt}": (
        "回執 {receipts:,} 張，最近一張 {last_receipt}",
        "{receipts:,} receipts, the last of {last_receipt}",
    ),
    "文件名请写成 名字.xlsx，不要用电话或身份证号作名字": (
        "檔名請寫成 名字.xlsx，不要用電話或身分證號作名字",
        "Name the file NAME.xlsx; the name must be no phone and no ID number",
    ),
    "已写好：{file}，{rows:,} 人。用完请删掉。": (
        "已寫好：{file}，{rows:,} 人。用完請刪掉。",
        "Written: {file}, {rows:,} people. Delete it when it is no longer needed.",
    ),
    "副本放在哪个文件夹": ("副本放在哪一個資料夾", "The folder of the copy"),
    "这台电脑的时钟和公司的差 {seconds:,} 秒，请校准：回执上的时间要让人信得过。": (
        "這台電腦的時鐘和公司的差 {seconds:,} 秒，請校準：回執上的時刻要讓人信得過。",
        "This machine's clock is {seconds:,} s off the company's: set it, so that the times on"
        " receipts can be trusted.",
    ),
    "两份相等：{rows:,} 行，摘要 {digest}": (
        "兩份相等：{rows:,} 行，摘要 {digest}",
        "Both copies are equal: {rows:,} rows, digest {digest}",
    ),
    "又有新的变化，下次运行接着取。现有 {rows:,} 行。": (
        "又有新的變化，下次執行接著取。現有 {rows:,} 行。",
        "There is more already; the next run goes on. {rows:,} rows so far.",
    ),
    "有 {broken:,} 行坏了：运行 jinxi dealer pull，会只修这些行。": (
        "有 {broken:,} 行壞了：執行 jinxi dealer pull，會只修這些行。",
        "{broken:,} rows are broken: jinxi dealer pull mends just them.",
    ),
    "还没有向公司确认过。下一步：jinxi dealer pull": (
        "還沒有向公司確認過。下一步：jinxi dealer pull",
        "Never acknowledged yet. Next: jinxi dealer pull",
    ),
    "还没有回执。": ("還沒有回執。", "No receipt yet."),
    "已撤回 {count:,} 行：{reason}": (
        "已撤回 {count:,} 行：{reason}",
        "Withdrawn {count:,} rows: {reason}",
    ),
    "取副本": ("取副本", "Fetching the copy"),
    "和上次向公司确认的一致（{at}）": (
        "和上次向公司確認的一致（{at}）",
        "As it was last acknowledged ({at})",
    ),
    "和上次向公司确认的不同：这里的行被改过。运行 jinxi dealer pull，会找出来修好。": (
        "和上次向公司確認的不同：這裡的行被改過。執行 jinxi dealer pull，會找出來修好。",
        "Not as it was last acknowledged: rows were altered here. jinxi dealer pull finds and"
        " mends them.",
    ),
    "最近的回执 {day}：{rows:,} 行相等（{at}），公司和本方的签名都对": (
        "最近的回執 {day}：{rows:,} 行相等（{at}），公司和本方的簽名都對",
        "Last receipt {day}: {rows:,} rows equal ({at}); both signatures hold",
    ),
    "最近的回执 {day}：签名不对。请告诉公司。": (
        "最近的回執 {day}：簽名不對。請告訴公司。",
        "Last receipt {day}: a signature does not hold. Tell the company.",
    ),
    "公司服务器的地址，https://…": (
        "公司伺服器的位址，https://…",
        "The company's server, https://…",
    ),
    "存着令牌的文件；令牌不写在命令行上": (
        "存著權杖的檔案；權杖不寫在命令列上",
        "The file with the token; tokens do not stand on command lines",
    ),
    "一直跟着，有变化马上取": ("一直跟著，有變化馬上取", "Stay, and fetch changes as they come"),
    "写到哪个文件": ("寫到哪一個檔案", "The file to write"),
    "谁导出的，印在每一页上": ("誰匯出的，印在每一張上", "Who takes it out; printed on every page"),
    "行数超过 Excel 的上限，请找公司要别的格式": (
        "行數超過 Excel 的上限，請找公司要別的格式",
        "More rows than Excel takes: ask the company for another format",
    ),
    "连不上服务器（{cause}）。副本照常可用，什么都没有丢；网络好了再运行一次，会从断处接着来。": (
        "連不上伺服器（{cause}）。副本照常可用，什麼都沒有遺失；網路好了再執行一次，會從斷處接著來。",
        "The server does not answer ({cause}). The copy can be used and nothing is lost; run it"
        " again later, it goes on where it broke off.",
    ),
    "{host} 的证书不可信，没有连上：可能地址写错、这台电脑的时钟不对，或路上有人冒充。"
    "令牌没有发出；请核对地址和时钟，还不行就告诉公司。": (
        "{host} 的憑證不可信，沒有連上：可能位址寫錯、這台電腦的時鐘不對，或路上有人冒充。"
        "權杖沒有送出；請核對位址和時鐘，還不行就告訴公司。",
        "The certificate of {host} cannot be trusted: a wrong address, this computer's clock, or"
        " somebody in between. The token was not sent; check address and clock, else tell the"
        " company.",
    ),
    "公司那边正在结算（换日、重建，或有一句撤回等着入档），现在不发放。"
    "请过 {seconds} 秒再运行一次；副本没有变。": (
        "公司那邊正在結算（換日、重建，或有一句撤回等著入檔），現在不發放。"
        "請過 {seconds} 秒再執行一次；副本沒有變。",
        "The company gives nothing out just now (a new day, a rebuild, or a withdrawal that is"
        " being recorded). Run it again in {seconds} s; the copy is unchanged.",
    ),
    "问得太勤，服务器请我们过 {seconds} 秒再来。副本没有变。": (
        "問得太勤，伺服器請我們過 {seconds} 秒再來。副本沒有變。",
        "Asked too often: the server asks us to wait {seconds} s. The copy is unchanged.",
    ),
    "这一页在路上断了，一行都没收全。网络稳定些再运行一次，收到的不会重复。": (
        "這一批在路上斷了，一行都沒收全。網路穩定些再執行一次，收到的不會重複。",
        "The page was cut off before one whole row came. Run it again on a better network;"
        " nothing is taken twice.",
    ),
    "服务器不认这个令牌：{file}。它写错了、已停用，或不是经销商的令牌。"
    "请向公司要一个新的；副本没有变。": (
        "伺服器不認這枚權杖：{file}。它寫錯了、已停用，或不是經銷商的權杖。"
        "請向公司要一枚新的；副本沒有變。",
        "The server does not take the token of {file}: mistyped, revoked, or no dealer's."
        " Ask the company for a new one; the copy is unchanged.",
    ),
    "{file} 里没有令牌。请把公司给的令牌存进去，只要一行，不留空格。": (
        "{file} 裡沒有權杖。請把公司給的權杖存入，只要一行，不留空格。",
        "There is no token in {file}. Put the company's token there: one line, no blanks.",
    ),
    "服务器地址要用 https://：{address}。只有本机（127.0.0.1、localhost）可以用 http://。": (
        "伺服器位址要用 https://：{address}。只有本機（127.0.0.1、localhost）可以用 http://。",
        "The server's address must begin with https://: {address}. Only this machine (127.0.0.1,"
        " localhost) may be asked by http://.",
    ),
    "看不懂服务器的回答。请核对 --server 的地址；地址没错，就请公司看看两边的版本。": (
        "看不懂伺服器的回答。請核對 --server 的位址；位址沒錯，就請公司看看兩邊的版本。",
        "The server's answer is not understood. Check --server; if it is right, ask the company"
        " to compare versions.",
    ),
    "服务器没有接受（{status}）：{reason}。副本没有变；请把这句话告诉公司。": (
        "伺服器沒有接受（{status}）：{reason}。副本沒有變；請把這句話告訴公司。",
        "The server refused ({status}): {reason}. The copy is unchanged; tell the company this.",
    ),
    "已写好：{file}。只有您这个账户读得到；用完请删掉。": (
        "已寫好：{file}。只有您這個帳戶讀得到；用完請刪掉。",
        "Written: {file}. Your account alone can read it; delete it when you are done.",
    ),
    "{folder} 里是另一家经销商或另一台服务器的副本，没有动它。"
    "请用 --folder 换一个文件夹，或换回原来的令牌和地址。": (
        "{folder} 裡是另一家經銷商或另一台伺服器的副本，沒有動它。"
        "請用 --folder 換一個資料夾，或換回原來的權杖和位址。",
        "{folder} holds the copy of another dealer or server and was left alone. Name another one"
        " with --folder, or go back to the token and address it was made with.",
    ),
    "{folder} 正被另一个程序使用。请等它结束，或先停掉它，再运行一次。": (
        "{folder} 正被另一支程式使用。請等它結束，或先停掉它，再執行一次。",
        "{folder} is in use by another process. Wait for it or stop it, then run this again.",
    ),
    "{folder} 里还没有副本。先取一次："
    "jinxi dealer pull --server URL --token-file FILE --folder {folder}": (
        "{folder} 裡還沒有副本。先取一次："
        "jinxi dealer pull --server URL --token-file FILE --folder {folder}",
        "There is no copy in {folder} yet. Fetch it:"
        " jinxi dealer pull --server URL --token-file FILE --folder {folder}",
    ),
    "磁盘满了：{folder}。已收到的都在，没有确认过没写牢的；腾出空间再运行一次。": (
        "磁碟滿了：{folder}。已收到的都在，沒有確認過沒寫牢的；騰出空位再執行一次。",
        "The disk is full: {folder}. What had come is there, and nothing else was acknowledged;"
        " make room and run it again.",
    ),
    "打不开或写不进 {folder}：{cause}。请改它的权限或换一个文件夹；"
    "读不懂的副本，删去其中的 copy.db 再取一份，signing.key 要留着。": (
        "打不開或寫不入 {folder}：{cause}。請改它的權限或換一個資料夾；"
        "讀不懂的副本，刪去其中的 copy.db 再取一份，signing.key 要留著。",
        "Cannot open or write {folder}: {cause}. Change its permissions or name another folder;"
        " of a copy that cannot be read delete copy.db, keep signing.key, and fetch it anew.",
    ),
    "签名密钥读不懂：{file}。请从备份放回；没有备份就删去它，"
    "再请公司运行 jinxi dealer-key release，放开原来那一把。副本没有变。": (
        "簽名金鑰讀不懂：{file}。請從備份放回；沒有備份就刪去它，"
        "再請公司執行 jinxi dealer-key release，放開原來那一把。副本沒有變。",
        "{file} holds no signing key. Put it back from a backup; without one delete it and ask the"
        " company to run jinxi dealer-key release for the old one. The copy is unchanged.",
    ),
    "写不了 {file}：{cause}。副本没有变；请用 --out 换一个地方，或腾出空间再运行一次。": (
        "寫不了 {file}：{cause}。副本沒有變；請用 --out 換一個地方，或騰出空間再執行一次。",
        "Cannot write {file}: {cause}. The copy is unchanged; name another place with --out,"
        " or make room and run it again.",
    ),
    "公司登记的是另一台电脑的签名密钥（或文件夹重建过、公司恢复了备份），所以这里签不了回执；"
    "副本照常更新。回执请在那一台上签；那一台不用了，就请总部放开旧公钥"
    "（jinxi dealer-key release），再取一次。": (
        "公司登記的是另一台電腦的簽名金鑰（或資料夾重建過、公司還原了備份），所以這裡簽不了回執；"
        "副本照常更新。回執請在那一台上簽；那一台不用了，就請總部放開舊公鑰"
        "（jinxi dealer-key release），再取一次。",
        "The company knows the signing key of another machine (or the folder is new, or the company"
        " restored a backup), so no receipt can be signed here; the copy is kept up to date all the"
        " same. Sign on that machine; if it is gone, ask headquarters to let go of the old key"
        " (jinxi dealer-key release), then pull again.",
    ),
    "公司的回执签名不对，或内容不是我们确认的那一份，没有收它。请马上告诉公司。": (
        "公司的回執簽名不對，或內容不是我們確認的那一份，沒有收它。請馬上告訴公司。",
        "The company's receipt is not genuine, or says other things than were acknowledged: it"
        " was not kept. Tell the company at once.",
    ),
    "修好了 {healed:,} 行，两份仍不相等。副本可用；请告诉公司。": (
        "修好了 {healed:,} 行，兩份仍不相等。副本可用；請告訴公司。",
        "{healed:,} rows were mended, and the copies still differ. The copy can be used; tell the"
        " company.",
    ),
}
