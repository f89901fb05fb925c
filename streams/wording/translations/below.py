"""What the layers below and the system say in English, said in Chinese: (zh-CN, zh-TW).

{name} stands for any text.
"""

LAWS: dict[str, tuple[str, str]] = {
    "every recorded event has one outcome": (
        "每条入档的事件恰有一个结果",
        "每筆入檔的事件恰有一個結果",
    ),
    "nothing lies in the dead letters": ("没有入档故障的事件", "沒有入檔故障的事件"),
    "every day since the first event was reached": (
        "从第一条事件起，每一天都到过",
        "從第一筆事件起，每一天都到過",
    ),
    "components follow from the events": ("归在一起的卡由事件推出", "歸在一起的卡由事件推出"),
    "outcomes follow from the events": ("结果都由事件推出", "結果都由事件推出"),
    "cards, links and people follow from the events": (
        "卡、卡与人、人都由事件推出",
        "卡、卡與人、人都由事件推出",
    ),
    "every dealer's copy holds what it must, and no more": (
        "每个经销商的副本不多也不少",
        "每個經銷商的副本不多也不少",
    ),
    "what dealers were told is what their copies hold": (
        "告诉经销商的就是副本里有的",
        "告訴經銷商的就是副本裡有的",
    ),
    "rewards follow from the events": ("奖励都由事件推出", "獎勵都由事件推出"),
    "the ledger sums to zero": ("账的总和为零", "帳的總和為零"),
    "every balance has its entries": ("每个余额都有账可查", "每個餘額都有帳可查"),
    "what was erased is gone": ("删除的确已不在", "刪除的確已不在"),
}
COUNTS: dict[str, tuple[str, str]] = {
    "{events} events, {outcomes} outcomes, {failed} failed": (
        "{events} 条事件，{outcomes} 个结果，{failed} 条故障",
        "{events} 筆事件，{outcomes} 個結果，{failed} 筆故障",
    ),
    "{failed} dead letters": ("{failed} 条故障", "{failed} 筆故障"),
    "no event yet": ("还没有事件", "還沒有事件"),
    "first event {first}, no day reached": (
        "第一条事件在 {first}，还没有一天到过",
        "第一筆事件在 {first}，還沒有一天到過",
    ),
    "{since} to {to}, {days} days journaled": (
        "{since} 至 {to}，日志里有 {days} 天",
        "{since} 至 {to}，日誌裡有 {days} 天",
    ),
    "{cards} cards, {links} links, {persons} persons, {wrong} differ": (
        "{cards} 张卡，{links} 个归属，{persons} 人，{wrong} 处不同",
        "{cards} 張卡，{links} 個歸屬，{persons} 人，{wrong} 處不同",
    ),
    "{count} recomputed, {wrong} differ": (
        "重算 {count} 条，{wrong} 条不同",
        "重算 {count} 筆，{wrong} 筆不同",
    ),
    "{rows} rows of {dealers} dealers, unequal: none": (
        "{dealers} 个经销商共 {rows} 行，都相等",
        "{dealers} 個經銷商共 {rows} 行，都相等",
    ),
    "{rows} rows of {dealers} dealers, unequal: {unequal}": (
        "{dealers} 个经销商共 {rows} 行，不相等的：{unequal}",
        "{dealers} 個經銷商共 {rows} 行，不相等的：{unequal}",
    ),
    "{count} rows told, {wrong} differ": (
        "告诉过 {count} 行，{wrong} 行不同",
        "告訴過 {count} 行，{wrong} 行不同",
    ),
    "the copies are being rebuilt": ("副本正在重建", "副本正在重建"),
    "{count} rewards, {wrong} differ": (
        "{count} 份奖励，{wrong} 份不同",
        "{count} 份獎勵，{wrong} 份不同",
    ),
    "{entries} entries sum to {total} fen, {unbalanced} rewards unbalanced": (
        "{entries} 笔合计 {total} 分，{unbalanced} 份奖励不平",
        "{entries} 筆合計 {total} 分，{unbalanced} 份獎勵不平",
    ),
    "{count} balances, {wrong} without their entries": (
        "{count} 个余额，{wrong} 个无账可查",
        "{count} 個餘額，{wrong} 個無帳可查",
    ),
    "{homes} erased, {unfenced} without a fence, {named} still named": (
        "删除 {homes} 张卡，{unfenced} 张没有封存，{named} 张还有姓名",
        "刪除 {homes} 張卡，{unfenced} 張沒有封存，{named} 張還有姓名",
    ),
}
KEYS: dict[str, tuple[str, str]] = {
    "{file}: the keyring holds keys that only this file opens": (
        "{file}（钥匙库里的密钥只有它能打开）",
        "{file}（鑰匙庫裡的金鑰只有它能打開）",
    ),
    "{file}: not a key in hexadecimal": (
        "{file} 里不是十六进制的密钥",
        "{file} 裡不是十六進位的金鑰",
    ),
    "{file}: {count} bytes instead of {wanted}": (
        "{file} 有 {count} 字节，应为 {wanted} 字节",
        "{file} 有 {count} 位元組，應為 {wanted} 位元組",
    ),
    "the keyring lacks keys of events that were never erased": (
        "钥匙库里缺了没有删除过的人的密钥",
        "鑰匙庫裡缺了沒有刪除過的人的金鑰",
    ),
    "the master key does not open the keyring": (
        "主密钥打不开钥匙库",
        "主金鑰打不開鑰匙庫",
    ),
    "the key does not open what is encrypted": ("密钥打不开密文", "金鑰打不開密文"),
    "the keyring is younger than the journal: restore its backup": (
        "钥匙库比日志新，请恢复钥匙库的备份",
        "鑰匙庫比日誌新，請還原鑰匙庫的備份",
    ),
}
NOTICES: dict[str, tuple[str, str]] = {
    "a version has 1 to 64 letters, digits or . _ : -": (
        "版本写 1 到 64 个字母、数字或 . _ : -",
        "版本寫 1 到 64 個字母、數字或 . _ : -",
    ),
    "a purpose is one of {purposes}": ("目的是以下之一：{purposes}", "目的是以下之一：{purposes}"),
    "a notice has a text in {language}": (
        "告知书要有 {language} 的文字",
        "告知書要有 {language} 的文字",
    ),
    "{language}: the first line is the title, after one #": (
        "{language}：第一行是标题，前面一个 #",
        "{language}：第一行是標題，前面一個 #",
    ),
    "{language}: the headings, after ##, are in this order: {wanted}": (
        "{language}：各小标题前面写 ##，依次是：{wanted}",
        "{language}：各小標題前面寫 ##，依次是：{wanted}",
    ),
    "{language}: nothing stands below {empty}": (
        "{language}：“{empty}”下面没有内容",
        "{language}：「{empty}」下面沒有內容",
    ),
    "{language}: the dealer is named where the text has {slot}": (
        "{language}：经销商的名字写成 {slot}",
        "{language}：經銷商的名字寫成 {slot}",
    ),
    "{version} of {purpose} has another text: use a new version": (
        "{purpose} 的 {version} 版已是另一段文字，请用新的版本号",
        "{purpose} 的 {version} 版已是另一段文字，請用新的版本號",
    ),
}
FUNNELS: dict[str, tuple[str, str]] = {
    "a funnel has 1 to {most} steps, this one has {count}": (
        "漏斗要 1 到 {most} 步，这里有 {count} 步",
        "漏斗要 1 到 {most} 步，這裡有 {count} 步",
    ),
    "the period {first} to {last} holds no day: its second day is the first one outside it": (
        "{first} 至 {last} 里没有一天：第二个日期是最后一天的后一天",
        "{first} 至 {last} 裡沒有一天：第二個日期是最後一天的後一天",
    ),
    "{name} is no name of a field to break down by": (
        "{name} 不是可以分组的字段名",
        "{name} 不是可以分組的欄位名",
    ),
    "{name} is no type of touchpoint; known are {known}": (
        "没有 {name} 这种接触；有：{known}",
        "沒有 {name} 這種接觸；有：{known}",
    ),
    "a field is named twice in the step {step}": (
        "步骤 {step} 里同一个字段写了两次",
        "步驟 {step} 裡同一個欄位寫了兩次",
    ),
    "{pair} in the step {step} is no condition: write field=value": (
        "步骤 {step} 里的 {pair} 不是条件，请写成 字段=值",
        "步驟 {step} 裡的 {pair} 不是條件，請寫成 欄位=值",
    ),
    "{text} is no window: write days as 30d or hours as 720h": (
        "看不懂期限 {text}，天写成 30d，小时写成 720h",
        "看不懂期限 {text}，天寫成 30d，小時寫成 720h",
    ),
}
ACCOUNTS: dict[str, tuple[str, str]] = {
    "a role is one of {roles}": ("身份是这几种之一：{roles}", "身分是這幾種之一：{roles}"),
    "a dealer's token names the dealer, and no other does": (
        "身份为 dealer 的令牌要写 --dealer，别的不写",
        "身分為 dealer 的權杖要寫 --dealer，別的不寫",
    ),
    "a name has 1 to 64 characters": ("名字要 1 到 64 个字符", "名稱要 1 到 64 個字元"),
    "an account is the company's or a dealer's, never both": (
        "一个账户是公司的，或者是一家经销商的，不能两样都是",
        "一個帳戶是公司的，或者是一家經銷商的，不能兩樣都是",
    ),
    "a dealer's account names the dealer, and no other does": (
        "经销商的账户要写 --dealer，别的不写",
        "經銷商的帳戶要寫 --dealer，別的不寫",
    ),
    "a name has 1 to {most} printable characters": (
        "名字要 1 到 {most} 个看得见的字符",
        "名稱要 1 到 {most} 個看得見的字元",
    ),
    "there is an account of this name already": ("已有这个名字的账户", "已有這個名稱的帳戶"),
    "a password has {least} to {most} characters": (
        "密码要 {least} 到 {most} 个字符",
        "密碼要 {least} 到 {most} 個字元",
    ),
    "a password like this is among the first that anybody guesses": (
        "这个密码太常见，别人很快猜得到；请换几个不相干的词连起来",
        "這個密碼太常見，別人很快猜得到；請換幾個不相干的詞連起來",
    ),
    "no token in force has this name or id": (
        "没有这个名字或编号的、还在用的令牌（jinxi token list 列出全部）",
        "沒有這個名稱或編號的、還在用的權杖（jinxi token list 列出全部）",
    ),
    "several tokens have this name: say the id": (
        "有几个令牌都叫这个名字，请写编号（jinxi token list 列出全部）",
        "有幾個權杖都叫這個名稱，請寫編號（jinxi token list 列出全部）",
    ),
    "a name has 1 to 48 of a-z, 0-9 and -": (
        "名字由 1 到 48 个 a-z、0-9、- 组成",
        "名稱由 1 到 48 個 a-z、0-9、- 組成",
    ),
    "the token is not known, or was revoked": ("没有这个令牌，或已吊销", "沒有這個權杖，或已撤銷"),
    "there is an inbox of this name already": ("已有这个名字的收件箱", "已有這個名稱的收件匣"),
    "a source prefix has no blanks": ("来源前缀里不能有空白", "來源前綴裡不能有空白"),
}
SYSTEM: dict[str, tuple[str, str]] = {
    "unable to open database file": ("打不开数据库文件", "打不開資料庫檔案"),
    "attempt to write a readonly database": ("数据库是只读的", "資料庫是唯讀的"),
    "database or disk is full": ("没有空间了", "沒有空間了"),
    "disk I/O error": ("磁盘读写出错", "磁碟讀寫出錯"),
    "file is not a database": ("文件不是数据库", "檔案不是資料庫"),
    "database disk image is malformed": ("数据库文件已损坏", "資料庫檔案已損壞"),
    "database is locked": ("数据库被占用", "資料庫被占用"),
    "No space left on device": ("没有空间了", "沒有空間了"),
    "No space left on device: {name}": ("没有空间了：{name}", "沒有空間了：{name}"),
    "File too large": ("超过文件大小的上限", "超過檔案大小的上限"),
    "File too large: {name}": ("超过文件大小的上限：{name}", "超過檔案大小的上限：{name}"),
    "Read-only file system: {name}": ("只读的文件系统：{name}", "唯讀的檔案系統：{name}"),
    "Permission denied: {name}": ("没有权限：{name}", "沒有權限：{name}"),
}
USAGE: dict[str, tuple[str, str]] = {
    "No such command {name}. Did you mean {other}": (
        "没有这个命令：{name}。是不是 {other}",
        "沒有這個命令：{name}。是不是 {other}",
    ),
    "No such command {name}.": ("没有这个命令：{name}。", "沒有這個命令：{name}。"),
    "No such option: {name} {more}": ("没有这个选项：{name}。", "沒有這個選項：{name}。"),
    "No such option: {name}": ("没有这个选项：{name}。", "沒有這個選項：{name}。"),
    "Missing command.": ("没有写命令。", "沒有寫命令。"),
    "Missing argument {name}.": ("少了参数 {name}。", "少了參數 {name}。"),
    "Missing option {name}. Choose from:{choices}": (
        "少了选项 {name}，可选：{choices}",
        "少了選項 {name}，可選：{choices}",
    ),
    "Missing option {name}.": ("少了选项 {name}。", "少了選項 {name}。"),
    "Option {name} requires an argument.": ("选项 {name} 后面要有值。", "選項 {name} 後面要有值。"),
    "Option {name} does not take a value.": ("选项 {name} 不带值。", "選項 {name} 不帶值。"),
    "Got unexpected extra argument ({name})": ("多了参数：{name}", "多了參數：{name}"),
    "Got unexpected extra arguments ({names})": ("多了参数：{names}", "多了參數：{names}"),
    "Invalid value for {name}: Value error, {value} is not one of {choices}.": (
        "{name} 不能是 {value}，可选：{choices}。",
        "{name} 不能是 {value}，可選：{choices}。",
    ),
    "Invalid value for {name}: Input should be a valid integer, {why}": (
        "{name} 要写整数。",
        "{name} 要寫整數。",
    ),
    "Invalid value for {name}: Input should be greater than or equal to {least}": (
        "{name} 不能小于 {least}。",
        "{name} 不能小於 {least}。",
    ),
    "Invalid value for {name}: Input should be less than or equal to {most}": (
        "{name} 不能大于 {most}。",
        "{name} 不能大於 {most}。",
    ),
    "Invalid value for {name}: {message}": ("{name}：{message}", "{name}：{message}"),
    "Invalid value: {message}": ("{message}", "{message}"),
}

REFUSED_BY_THE_REGISTER: dict[str, tuple[str, str]] = {
    "no such card, person or request": (
        "没有这张档案卡、这个人或这个请求。请核对编号。",
        "沒有這張檔案卡、這個人或這個請求。請核對編號。",
    ),
    "the request is closed already": ("这个请求已经答复过了。", "這個請求已經答覆過了。"),
    "a refusal needs a reason": (
        "拒绝要写理由：请加上 --reason。",
        "拒絕要寫理由：請加上 --reason。",
    ),
    "granting this needs the event that did it, of a card of this person": (
        "照办要写明是哪条事件办的：请加上 --event 来源 编号；须是这个人的、已入档的。",
        "照辦要寫明是哪筆事件辦的：請加上 --event 來源 編號；須是這個人的、已入檔的。",
    ),
    "a relative may be granted this only once the person has died": (
        "本人在世时，近亲属不能代为行使；请改由本人或监护人提出，或拒绝。",
        "本人在世時，近親屬不能代為行使；請改由本人或監護人提出，或拒絕。",
    ),
    "the request cannot be received later than today": (
        "收到的日期不能在今天以后。",
        "收到的日期不能在今天以後。",
    ),
}

FROM_BELOW: dict[str, tuple[str, str]] = (
    LAWS | COUNTS | KEYS | NOTICES | FUNNELS | ACCOUNTS | SYSTEM | USAGE | REFUSED_BY_THE_REGISTER
)
