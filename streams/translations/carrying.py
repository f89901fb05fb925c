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
    "监听的地址": ("監聽的位址", "The address to listen on"),
    "只打开网页和接口，不带发布和记录进程；不加密，前面要有 TLS 代理。": (
        "只開啟網頁和介面，不帶發布和記錄程序；不加密，前面要有 TLS 代理。",
        "The pages and the API alone, without relay and worker; plain HTTP, so a proxy with TLS"
        " belongs in front.",
    ),
    "记录进程": ("記錄程序", "Workers"),
    "现在": ("現在", "Now"),
}
