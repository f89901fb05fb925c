"""What carries events where Kafka does it, and how it stands: (zh-TW, en)."""

CARRYING: dict[str, tuple[str, str]] = {
    "没有设置 JINXI_KAFKA_BOOTSTRAP（Kafka 的地址，主机:端口）": (
        "沒有設定 JINXI_KAFKA_BOOTSTRAP（Kafka 的位址，主機:埠）",
        "JINXI_KAFKA_BOOTSTRAP is not set (where Kafka is, host:port)",
    ),
    "建立缺少的主题；已有的不动。": (
        "建立缺少的主題；已有的不動。",
        "Make the topics that are missing; those that exist are left alone.",
    ),
    "已建立 {count} 个主题": ("已建立 {count} 個主題", "{count} topics made"),
    "检查主题是否齐全、分区数是否正确。": (
        "檢查主題是否齊全、分割數是否正確。",
        "Check that the topics are there, with the right number of partitions.",
    ),
    "主题齐全": ("主題齊全", "All topics are there"),
    "把发件箱里的事件按顺序发布到 Kafka；同时只运行一个。": (
        "把寄件匣裡的事件依序發布到 Kafka；同時只執行一個。",
        "Publish the events of the outbox to Kafka, in order; one relay at a time.",
    ),
    "从 Kafka 取事件并记入数据库；可以同时运行几个，各有一个槽位。": (
        "從 Kafka 取事件並記入資料庫；可以同時執行幾個，各有一個槽位。",
        "Take events from Kafka into the database; several may run, each in a slot of its own.",
    ),
    "槽位，每个记录进程一个；不写则取最小的空位": (
        "槽位：每個記錄程序一個號；不寫則取最小的空位",
        "The slot, a number for each worker; without it the lowest that is free",
    ),
    "Kafka 的主题：建立、检查。": ("Kafka 的主題：建立、檢查。", "Kafka's topics: make, check."),
    "Prometheus 的文本格式": ("Prometheus 的文字格式", "In the text format of Prometheus"),
    "看现在怎样：什么在排队、记录落后多少、什么没有成功。": (
        "看現在怎樣：什麼在排隊、記錄落後多少、什麼沒有成功。",
        "How it stands: what waits, how far the recording is behind, what failed.",
    ),
    "Kafka 没有应答": ("Kafka 沒有應答", "Kafka does not answer"),
    "日志里的事件": ("日誌裡的事件", "Events in the journal"),
    "尚未入档": ("尚未入檔", "Not recorded yet"),
    "发件箱里的事件": ("寄件匣裡的事件", "Events in the outbox"),
    "其中最早的收到于": ("其中最早的收到於", "The oldest of them received"),
    "不是事件的消息": ("不是事件的訊息", "Messages that are no events"),
    "最近一次入档": ("最近一次入檔", "Last recorded"),
    "Kafka 上尚未取走的记录": ("Kafka 上尚未取走的記錄", "Records still on Kafka"),
    "收件箱里尚未取走的记录": ("收件匣裡尚未取走的記錄", "Records still in inboxes"),
    "监听的地址": ("監聽的位址", "The address to listen on"),
    "只打开网页和接口，不带发布和记录进程；不加密，前面要有 TLS 代理。": (
        "只開啟網頁和介面，不帶發布和記錄程序；不加密，前面要有 TLS 代理。",
        "The pages and the API alone, without relay and worker; plain HTTP, so a proxy with TLS"
        " belongs in front.",
    ),
    "记录进程": ("記錄程序", "Workers"),
    "现在": ("現在", "Now"),
    "外部系统的 Kafka 收件箱：建立、列出、撤掉。": (
        "外部系統的 Kafka 收件匣：建立、列出、撤掉。",
        "Foreign systems' inboxes on Kafka: make, list, remove.",
    ),
    "收件箱的名字：a-z 0-9 -": ("收件匣的名字：a-z 0-9 -", "The inbox's name: a-z 0-9 -"),
    "令牌所在的文件（jinxi token add 给的）": (
        "權杖所在的檔案（jinxi token add 給的）",
        "The file with the token (that jinxi token add gave)",
    ),
    "给外部系统建一个 Kafka 收件箱，只能发这个令牌能发的事件。": (
        "給外部系統建一個 Kafka 收件匣，只能發這個權杖能發的事件。",
        "Make an inbox on Kafka for a foreign system, for the events that a token may send.",
    ),
    "读不了令牌文件 {file}": ("讀不了權杖檔案 {file}", "Cannot read the token's file {file}"),
    "收件箱已建好，主题 {topic}，留存 24 小时": (
        "收件匣已建好，主題 {topic}，留存 24 小時",
        "The inbox is made: topic {topic}, kept 24 hours",
    ),
    "列出收件箱，各能发什么。": (
        "列出收件匣，各能發什麼。",
        "List the inboxes, and what may be sent to each.",
    ),
    "收件箱": ("收件匣", "Inboxes"),
    "名字": ("名字", "Name"),
    "主题": ("主題", "Topic"),
    "令牌代号": ("權杖代號", "Token's id"),
    "来源前缀": ("來源前綴", "Source prefixes"),
    "建于": ("建於", "Made"),
    "令牌已吊销": ("權杖已撤銷", "token revoked"),
    "没有。建一个：jinxi inbox add NAME --token-file FILE": (
        "沒有。建一個：jinxi inbox add NAME --token-file FILE",
        "None. Make one: jinxi inbox add NAME --token-file FILE",
    ),
    "撤掉一个收件箱，连同它的主题；还没取走的不再收。": (
        "撤掉一個收件匣，連同它的主題；還沒取走的不再收。",
        "Remove an inbox together with its topic; what was not taken yet is not taken any more.",
    ),
    "没有收件箱 {name}。有哪些：jinxi inbox list": (
        "沒有收件匣 {name}。有哪些：jinxi inbox list",
        "There is no inbox {name}. Which there are: jinxi inbox list",
    ),
    "收件箱 {name} 已撤掉": ("收件匣 {name} 已撤掉", "The inbox {name} is removed"),
    "从各收件箱取外部系统的事件，像接口收到的一样收下；同时只运行一个。": (
        "從各收件匣取外部系統的事件，像介面收到的一樣收下；同時只執行一個。",
        "Take foreign systems' events from their inboxes, as the API would; one bridge at a time.",
    ),
    "换一把，旧的销毁": ("換一把，舊的銷毀", "Replace it; the old one is destroyed"),
    "发一个经销商读取自己那份副本的密钥；只显示这一次。": (
        "發一個經銷商讀取自己那份副本的金鑰；只顯示這一次。",
        "Issue the key with which a dealer reads its own copy; it is shown this once.",
    ),
    "{dealer} 已有密钥；丢了就用 --renew 换一把": (
        "{dealer} 已有金鑰；丟了就用 --renew 換一把",
        "{dealer} has a key already; if it is lost, replace it with --renew",
    ),
    "密钥第 {number} 号，只显示这一次，请当面交给经销商：{key}": (
        "金鑰第 {number} 號，只顯示這一次，請當面交給經銷商：{key}",
        "Key number {number}, shown this once; hand it to the dealer in person: {key}",
    ),
    "把一个经销商的副本从头再发一遍。": (
        "把一個經銷商的副本從頭再發一遍。",
        "Send a dealer's copy once more from the beginning.",
    ),
    "{dealer} 还没有密钥：jinxi dealer key {dealer}": (
        "{dealer} 還沒有金鑰：jinxi dealer key {dealer}",
        "{dealer} has no key yet: jinxi dealer key {dealer}",
    ),
    "{dealer} 的副本会从头再发": (
        "{dealer} 的副本會從頭再發",
        "The copy of {dealer} will be sent again from the beginning",
    ),
    "列出未能入档的事件，和没有收下的消息；内容都加密留着，没有丢。": (
        "列出未能入檔的事件，和沒有收下的訊息；內容都加密留著，沒有丟。",
        "List events that could not be recorded and messages that were not taken; nothing is lost.",
    ),
    "“{text}”不是位置，写数字，或 主题/分区/偏移": (
        "「{text}」不是位置，寫數字，或 主題/分割/偏移",
        "“{text}” is no position: a number, or topic/partition/offset",
    ),
    "没有收下的消息": ("沒有收下的訊息", "Messages that were not taken"),
    "在日志中的位置，或 主题/分区/偏移": (
        "在日誌中的位置，或 主題/分割/偏移",
        "The position in the journal, or topic/partition/offset",
    ),
    "查看一条未能入档的事件或没有收下的消息，不显示个人信息。": (
        "檢視一筆未能入檔的事件或沒有收下的訊息，不顯示個人資訊。",
        "Show an event that was not recorded or a message not taken, without personal data.",
    ),
    "字节": ("位元組", "Bytes"),
}
