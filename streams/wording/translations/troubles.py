"""What is said when something stands in the way, and what to do next."""

TROUBLES: dict[str, tuple[str, str]] = {
    "Kafka（{servers}）没有应答，或没有答应：{cause}。已收下的都在，之后会发布；"
    "请看它是否在运行、JINXI_KAFKA_ 的设置对不对、权限够不够。": (
        "Kafka（{servers}）沒有應答，或沒有答應：{cause}。已收下的都在，之後會發布；"
        "請看它是否在執行、JINXI_KAFKA_ 的設定對不對、權限夠不夠。",
        "Kafka ({servers}) did not answer, or refused: {cause}. What was accepted is there and is"
        " published later; see whether it runs, whether the settings JINXI_KAFKA_… are right, and"
        " whether its access lists allow it.",
    ),
    "{name} 是“{value}”；可以是{allowed}": (
        "{name} 是「{value}」；可以是{allowed}",
        "{name} is “{value}”; it may be {allowed}",
    ),
    "{name} 写得不对；可以是{allowed}": (
        "{name} 寫得不對；可以是{allowed}",
        "{name} is not right; it may be {allowed}",
    ),
    "任何文字": ("任何文字", "any text"),
    "文件或文件夹": ("檔案或資料夾", "a file or folder"),
    " {known} 之一": (" {known} 之一", "one of {known}"),
    " on 或 off": (" on 或 off", "on or off"),
    "不小于 {known} 的秒数": ("不小於 {known} 的秒數", "a number of seconds, {known} or more"),
    "网段，如 172.16.0.0/12，几个之间用逗号": (
        "網段，如 172.16.0.0/12，幾個之間用逗號",
        "networks such as 172.16.0.0/12, with commas between",
    ),
    "数据库地址：postgresql+psycopg://用户@主机/库 或 sqlite:///文件": (
        "資料庫位址：postgresql+psycopg://使用者@主機/庫 或 sqlite:///檔案",
        "an address: postgresql+psycopg://USER@HOST/NAME or sqlite:///FILE",
    ),
    "主机:端口，几个之间用逗号": (
        "主機:連接埠，幾個之間用逗號",
        "HOST:PORT, with commas between several",
    ),
    "字母、数字和 . _ -": ("字母、數字和 . _ -", "letters, digits and . _ -"),
    "{protocol} 需要用户名和密码：请设置 JINXI_KAFKA_USERNAME 和 JINXI_KAFKA_PASSWORD_FILE": (
        "{protocol} 需要使用者名稱和密碼：請設定 JINXI_KAFKA_USERNAME 和 JINXI_KAFKA_PASSWORD_FILE",
        "{protocol} wants a user and a password: set JINXI_KAFKA_USERNAME and"
        " JINXI_KAFKA_PASSWORD_FILE",
    ),
    "读不了 {name} 指的文件 {file}": (
        "讀不了 {name} 指的檔案 {file}",
        "The file {file}, which {name} names, cannot be read",
    ),
    "已删除的内容还没有从文件里抹净（{cause}）；稍后会自动再做。": (
        "已刪除的內容還沒有從檔案裡抹淨（{cause}）；稍後會自動再做。",
        "What was erased is not yet out of the files ({cause}); it is tried again by itself.",
    ),
    "有别的程序正在读": ("有別的程式正在讀", "somebody is reading them"),
    "已从日志重建，{events:,} 条事件。正在核对：": (
        "已從日誌重建，{events:,} 筆事件。正在核對：",
        "Rebuilt from the journal: {events:,} events. Comparing:",
    ),
    "逐行相等": ("逐行相等", "Equal, row for row"),
    "不相等": ("不相等", "Not equal"),
    "数据和日志不符。日志为准：先停下 jinxi serve，再 jinxi replay 重建。": (
        "資料和日誌不符。以日誌為準：先停下 jinxi serve，再 jinxi replay 重建。",
        "Data and journal differ. The journal holds: stop jinxi serve, then run jinxi replay.",
    ),
    "下一步：jinxi dead-letters list 看有没有故障，jinxi replay 从日志重建。": (
        "下一步：jinxi dead-letters list 看有沒有故障，jinxi replay 從日誌重建。",
        "Next: jinxi dead-letters list shows what failed; jinxi replay rebuilds from the journal.",
    ),
    "已入档 {recorded:,} · 等待补齐 {waiting:,} · 未入档 {rejected:,} · 入档故障 {failed:,}"
    "（{seconds:.1f} 秒）": (
        "已入檔 {recorded:,} · 等待補齊 {waiting:,} · 未入檔 {rejected:,} · 入檔故障 {failed:,}"
        "（{seconds:.1f} 秒）",
        "Recorded {recorded:,} · waiting {waiting:,} · rejected {rejected:,} · failed {failed:,}"
        " ({seconds:.1f} s)",
    ),
    "等待补齐的会自己入档，不用重填：jinxi events --outcome waiting": (
        "等待補齊的會自己入檔，不用重填：jinxi events --outcome waiting",
        "What waits is recorded by itself later: jinxi events --outcome waiting",
    ),
    "未入档的和原因：jinxi events --outcome rejected": (
        "未入檔的和原因：jinxi events --outcome rejected",
        "What was rejected, and why: jinxi events --outcome rejected",
    ),
    "入档故障的没有丢，修好后重试：jinxi dead-letters list": (
        "入檔故障的沒有遺失，修好後重試：jinxi dead-letters list",
        "What failed is not lost; retry once it is mended: jinxi dead-letters list",
    ),
    "{minutes} 分": ("{minutes} 分", "{minutes} min"),
    "{days} 天 {hours} 小时": ("{days} 天 {hours} 小時", "{days} d {hours} h"),
    "{hours} 小时 {minutes} 分": ("{hours} 小時 {minutes} 分", "{hours} h {minutes} min"),
    "共 {total:,} 行，这里是前 {shown:,} 行；用 --json 看全部": (
        "共 {total:,} 行，這裡是前 {shown:,} 行；用 --json 看全部",
        "{total:,} rows, of which the first {shown:,} stand here; --json shows all",
    ),
    "JINXI_DATABASE_URL 或 JINXI_KEYRING_URL 不是数据库地址。没有动任何数据；"
    "请写成 postgresql+psycopg://用户@主机/库，或去掉它用 JINXI_DATA 文件夹。": (
        "JINXI_DATABASE_URL 或 JINXI_KEYRING_URL 不是資料庫位址。沒有動任何資料；"
        "請寫成 postgresql+psycopg://使用者@主機/庫，或去掉它用 JINXI_DATA 資料夾。",
        "JINXI_DATABASE_URL or JINXI_KEYRING_URL is no address of a database. No data were touched:"
        " write postgresql+psycopg://USER@HOST/NAME, or leave it out and use JINXI_DATA, a folder.",
    ),
    "这个数据库是更新的版本建的（{theirs}，这里只认到 {ours}）。没有改动它；"
    "请换用同样新的程序再运行。": (
        "這個資料庫是更新的版本建的（{theirs}，這裡只認到 {ours}）。沒有改動它；"
        "請換用同樣新的程式再執行。",
        "A newer program made this database ({theirs}; known here up to {ours}). It was left alone;"
        " run it again with a program as new.",
    ),
    "打不开或写不进 {folder}：{cause}。已收下的不受影响；"
    "请看磁盘是不是满了、这个文件夹能不能读写，再运行一次。": (
        "打不開或寫不進 {folder}：{cause}。已收下的不受影響；"
        "請看磁碟是不是滿了、這個資料夾能不能讀寫，再執行一次。",
        "Cannot open or write {folder}: {cause}. What was taken is safe; see whether the disk is"
        " full and the folder can be read and written, and run it again.",
    ),
    "另一个记录进程正在使用这个数据库（{file}），一次只能有一个。"
    "收下（jinxi accept）不受影响；要在这里记录，请先停掉那一个。": (
        "另一個記錄程序正在使用這個資料庫（{file}），一次只能有一個。"
        "收下（jinxi accept）不受影響；要在這裡記錄，請先停掉那一個。",
        "Another worker records this database ({file}); there is one at a time."
        " jinxi accept goes on as ever; to record here, stop the other one first.",
    ),
    "找不到主密钥：{cause}。没有改动任何数据；请把备份的主密钥放回原处。": (
        "找不到主金鑰：{cause}。沒有改動任何資料；請把備份的主金鑰放回原處。",
        "The master key is missing: {cause}. Nothing was changed; put its backup back in place.",
    ),
    "密钥和数据对不上：{cause}。没有改动任何数据；请放回同一套备份里的密钥。": (
        "金鑰和資料對不上：{cause}。沒有改動任何資料；請放回同一套備份裡的金鑰。",
        "Keys and data do not belong together: {cause}. Nothing was changed; put the keys of"
        " the same backup back.",
    ),
    "磁盘满了：{folder}（{cause}）。已收下的都在；腾出空间后再运行一次，收下过的不会重复。": (
        "磁碟滿了：{folder}（{cause}）。已收下的都在；騰出空間後再執行一次，收下過的不會重複。",
        "The disk is full: {folder} ({cause}). All that was taken is there; make room and run it"
        " again, nothing is taken twice.",
    ),
    "不能写入 {folder}（{cause}）。请换一个可写的文件夹（JINXI_DATA），或改它的权限。": (
        "不能寫入 {folder}（{cause}）。請換一個可寫的資料夾（JINXI_DATA），或改它的權限。",
        "{folder} cannot be written to ({cause}). Name another folder with JINXI_DATA, or change"
        " its permissions.",
    ),
    "数据库读不懂：{folder}（{cause}）。没有改动它；请从备份恢复，再运行 jinxi check。": (
        "資料庫讀不懂：{folder}（{cause}）。沒有改動它；請從備份還原，再執行 jinxi check。",
        "The database cannot be read: {folder} ({cause}). It was not changed; restore a backup,"
        " then run jinxi check.",
    ),
}
