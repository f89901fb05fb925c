"""Backups, restoring, the master key: (zh-TW, en)."""

BACKUPS: dict[str, tuple[str, str]] = {
    "备份数据、密钥库和附件，不用停机；主密钥不在其中。": (
        "備份資料、金鑰庫和附件，不用停機；主金鑰不在其中。",
        "Back up data, keyring and attachments while everything runs; the master key is not in it.",
    ),
    "备份放到哪里：一个新的文件夹": ("備份放到哪裡：一個新的資料夾", "Where to: a new folder"),
    "备份": ("備份", "Backing up"),
    "备份好了：{folder}（日志到第 {position:,} 条，{keys:,} 把密钥，{attachments:,} 个附件）。": (
        "備份好了：{folder}（日誌到第 {position:,} 筆，{keys:,} 把金鑰，{attachments:,} 個附件）。",
        "Backed up: {folder} (journal up to {position:,}, {keys:,} keys, {attachments:,}"
        " attachments).",
    ),
    "主密钥不在备份里：{file}。请另外保管一份，不要和备份放在一起；没有它，备份打不开。": (
        "主金鑰不在備份裡：{file}。請另外保管一份，不要和備份放在一起；沒有它，備份打不開。",
        "The master key is not in the backup: {file}. Keep a copy of it elsewhere, never with the"
        " backup; without it the backup cannot be opened.",
    ),
    "从备份恢复；备份之后删除的人仍然是删除的，并说明还缺什么。": (
        "從備份恢復；備份之後刪除的人仍然是刪除的，並說明還缺什麼。",
        "Restore a backup; whoever was erased after it stays erased, and what is lacking is told.",
    ),
    "备份所在的文件夹": ("備份所在的資料夾", "The folder of the backup"),
    "备份之后的删除名单（jinxi erasures 写出的文件，或更新的备份）；可以写几次": (
        "備份之後的刪除名單（jinxi erasures 寫出的檔案，或更新的備份）；可以寫幾次",
        "Erasures since the backup (a file of jinxi erasures, or a newer backup); may be repeated",
    ),
    "备份之后换过主密钥：当时的主密钥文件": (
        "備份之後換過主金鑰：當時的主金鑰檔案",
        "The master key was replaced since the backup: the file of the one of that time",
    ),
    "换掉这里已有的数据": ("換掉這裡已有的資料", "Replace the data that are here"),
    "准备数据的地方，要放得下整个数据库": (
        "準備資料的地方，要放得下整個資料庫",
        "Where the data are made ready; there must be room for all of the database",
    ),
    "备份之后吊销的令牌、关闭的账户又打开了：请在启动以前再关一次。": (
        "備份之後撤銷的權杖、關閉的帳戶又打開了：請在啟動以前再關一次。",
        "Tokens revoked and accounts closed after the backup are open again: close them again"
        " before you start.",
    ),
    "恢复": ("恢復", "Restoring"),
    "恢复好了：{time} 的备份，日志到第 {position:,} 条。": (
        "恢復好了：{time} 的備份，日誌到第 {position:,} 筆。",
        "Restored: the backup of {time}, journal up to {position:,}.",
    ),
    "备份之后删除的 {count:,} 张卡已再次删除。": (
        "備份之後刪除的 {count:,} 張卡已再次刪除。",
        "{count:,} cards that were erased after the backup are erased again.",
    ),
    "原来的密钥库不在了：备份之后的删除，只知道用 --erasures 给出的那些。"
    "请查对删除的登记，缺的再删除一次，然后才启动。": (
        "原來的金鑰庫不在了：備份之後的刪除，只知道用 --erasures 給出的那些。"
        "請查對刪除的登記，缺的再刪除一次，然後才啟動。",
        "There was no keyring here: of the erasures since the backup only those given by --erasures"
        " are known. Look through your register of erasures, erase again what is lacking, and only"
        " then start.",
    ),
    "备份之后收下的 {count:,} 条事件不在其中：请发送方从那时起再交一次，重复的不算。": (
        "備份之後收下的 {count:,} 筆事件不在其中：請傳送方從那時起再交一次，重複的不算。",
        "{count:,} events that were accepted after the backup are not in it: ask their senders to"
        " hand in again what they sent since; what comes twice counts once.",
    ),
    "备份之后的事，这里无从知道：请发送方从那时起再交一次，重复的不算；"
    "每个经销商下次取副本时会找出差别。": (
        "備份之後的事，這裡無從知道：請傳送方從那時起再交一次，重複的不算；"
        "每個經銷商下次取副本時會找出差別。",
        "What happened after the backup cannot be known here: ask every sender to hand in again"
        " what it sent since; what comes twice counts once. Each dealer finds the difference when"
        " it pulls next.",
    ),
    "这些经销商知道的比恢复的多": (
        "這些經銷商知道的比恢復的多",
        "These dealers know more than was restored",
    ),
    "已告知到": ("已告知到", "Told up to"),
    "恢复到": ("恢復到", "Restored up to"),
    "他们下次取副本时会找出差别；不行的话请他们重新取第一份。": (
        "他們下次取副本時會找出差別；不行的話請他們重新取第一份。",
        "They find the difference when they pull next; if not, they take a first copy again.",
    ),
    "下一步：jinxi check，jinxi replay --verify，然后启动。": (
        "下一步：jinxi check，jinxi replay --verify，然後啟動。",
        "Next: jinxi check, jinxi replay --verify, then start.",
    ),
    "写出全部删除的名单（只有编号），放到备份以外的地方。": (
        "寫出全部刪除的名單（只有編號），放到備份以外的地方。",
        "Write the list of all erasures (opaque ids alone), to be kept apart from the backups.",
    ),
    "{place} 已经存在，没有动它。请给备份一个新名字": (
        "{place} 已經存在，沒有動它。請給備份一個新名字",
        "{place} is there already and was left alone. Give the backup a new name",
    ),
    "{place} 不是备份：里面没有 manifest.json。复制出来的数据文件不算备份": (
        "{place} 不是備份：裡面沒有 manifest.json。複製出來的資料檔案不算備份",
        "{place} is no backup: it has no manifest.json. A copy of the data's file is none",
    ),
    "备份的清单 {place} 读不懂。没有改动任何数据；请换一份备份": (
        "備份的清單 {place} 讀不懂。沒有改動任何資料；請換一份備份",
        "The backup's {place} cannot be read. Nothing was changed; take another backup",
    ),
    "这份备份的格式（{place}）比这个程序新。请换用同样新的程序": (
        "這份備份的格式（{place}）比這個程式新。請換用同樣新的程式",
        "The backup's format ({place}) is newer than this program. Use a program as new",
    ),
    "备份不完整：缺少 {place}。没有改动任何数据；请换一份备份": (
        "備份不完整：缺少 {place}。沒有改動任何資料；請換一份備份",
        "The backup is not whole: {place} is missing. Nothing was changed; take another backup",
    ),
    "备份损坏：{place} 和清单里的校验和不符。没有改动任何数据；请换一份备份": (
        "備份損壞：{place} 和清單裡的校驗和不符。沒有改動任何資料；請換一份備份",
        "The backup is damaged: {place} is not what its checksum says. Nothing was changed; take"
        " another backup",
    ),
    "备份里的 {place} 想写到别处，没有照做。请换一份备份": (
        "備份裡的 {place} 想寫到別處，沒有照做。請換一份備份",
        "{place} of the backup leads elsewhere and was not followed. Take another backup",
    ),
    "{place} 不是删除名单：请用 jinxi erasures 写出的文件，或更新的备份": (
        "{place} 不是刪除名單：請用 jinxi erasures 寫出的檔案，或更新的備份",
        "{place} is no list of erasures: name a file of jinxi erasures, or a newer backup",
    ),
    "有一条删除没能补记（{place}）。没有改动任何数据": (
        "有一筆刪除沒能補記（{place}）。沒有改動任何資料",
        "An erasure could not be recorded again ({place}). No data were changed",
    ),
    "这里已经有数据（{place}），没有动它。确定要用备份换掉它，请加 --replace": (
        "這裡已經有資料（{place}），沒有動它。確定要用備份換掉它，請加 --replace",
        "There are data here ({place}); they were left alone. To replace them by the backup, add"
        " --replace",
    ),
    "还有程序连着数据库（{place}）。请先停掉 jinxi 的全部进程再恢复": (
        "還有程式連著資料庫（{place}）。請先停掉 jinxi 的全部程序再恢復",
        "Somebody is connected to the database ({place}). Stop every process of jinxi first",
    ),
    "主密钥：更换。": ("主金鑰：更換。", "The master key: replacing it."),
    "换一把主密钥，不用停机；中断后再运行一次就接着做。": (
        "換一把主金鑰，不用停機；中斷後再執行一次就接著做。",
        "Replace the master key while everything runs; interrupted, it goes on when run again.",
    ),
    "换主密钥": ("換主金鑰", "Replacing the master key"),
    "另一个进程正在换主密钥，一次只能有一个。": (
        "另一個程序正在換主金鑰，一次只能有一個。",
        "Another process replaces the master key; only one may at a time.",
    ),
    "{count:,} 把密钥都已由新的主密钥包好。": (
        "{count:,} 把金鑰都已由新的主金鑰包好。",
        "All {count:,} keys are wrapped with the new master key.",
    ),
    "文件夹不能写：请把 {next} 放到 {file} 的位置，再重新启动。": (
        "資料夾不能寫：請把 {next} 放到 {file} 的位置，再重新啟動。",
        "The folder cannot be written: put {next} in the place of {file}, then start again.",
    ),
    "新的主密钥是 {file}：请马上另外保管一份，并重新做一次备份。": (
        "新的主金鑰是 {file}：請馬上另外保管一份，並重新做一次備份。",
        "The new master key is {file}: keep a copy of it elsewhere at once, and make a new backup.",
    ),
    "旧的是 {retired}：这里不再需要它，只有以前的备份还要它才能打开；"
    "那些备份删掉以后，也删掉它。": (
        "舊的是 {retired}：這裡不再需要它，只有以前的備份還要它才能打開；"
        "那些備份刪掉以後，也刪掉它。",
        "The old one is {retired}: it is no longer needed here, only to open earlier backups;"
        " delete it with them.",
    ),
    "最近一次备份": ("最近一次備份", "Last backup"),
    "从来没有：jinxi backup": ("從來沒有：jinxi backup", "never: jinxi backup"),
}
