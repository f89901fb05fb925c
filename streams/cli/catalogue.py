"""Every subcommand of `jinxi`: where it is, and what it does in a sentence."""

COMMANDS = {
    "demo": (
        "streams.cli.commands.demo:demo",
        "一季“金色夕阳”：编造的事件，和由它们来的档案、奖励、漏斗、网页。",
    ),
    "serve": (
        "streams.cli.commands.serve:serve",
        "打开网页和接口，记录进程在旁边工作；只在本机可见（127.0.0.1）。",
    ),
    "web": (
        "streams.cli.commands.web:serve_web",
        "只打开网页和接口，不带发布和记录进程；不加密，前面要有 TLS 代理。",
    ),
    "accept": ("streams.cli.commands.intake:accept", "收下事件：写牢以后才回答“已收下”。"),
    "work": ("streams.cli.commands.work:work", "把已收下的事件记入档案、副本、奖励和漏斗。"),
    "event": ("streams.cli.commands.events:event", "一条事件后来怎样了。"),
    "events": (
        "streams.cli.commands.events:events",
        "列出事件及其结果，每行一条；不在终端里时是 JSON。",
    ),
    "people": ("streams.cli.commands.people:people", "谁是谁：每人一行。"),
    "archive": (
        "streams.cli.commands.people:archive",
        "一个人的患者档案和全部经过；姓名电话遮住，--json 是全文，记入查看记录。",
    ),
    "consents": (
        "streams.cli.commands.consents:consents",
        "一个人的同意台账：每一句、凭据，和现在算数的。",
    ),
    "conflicts": (
        "streams.cli.commands.conflicts:conflicts",
        "同一栏的不同说法，等总部决定；内容遮住，--json 是全文。",
    ),
    "clashes": (
        "streams.cli.commands.clashes:list_clashes",
        "两方用了同一个编号：先收到的算数，后来的没有入档。",
    ),
    "copy": (
        "streams.cli.commands.copies:copy",
        "一个经销商的那一份档案，每人一行；姓名电话遮住，--json 是全文。",
    ),
    "digest": (
        "streams.cli.commands.copies:digest",
        "一个经销商的副本的行数和摘要：两边相同即两份相等。",
    ),
    "fhir": (
        "streams.cli.commands.fhir:fhir",
        "以 FHIR R4B 导出一份档案，或一个经销商的整份副本（NDJSON，每种资源一个文件）。",
    ),
    "own-copy": (
        "streams.cli.commands.own_copy:make_own_copy",
        "本人的个人信息副本：有什么、从哪来、同意过什么、谁还有一份、怎么更正和删除。",
    ),
    "recalls": (
        "streams.cli.commands.recalls:recalls",
        "已撤回、经销商还没有确认删除的行，最早的在前；超过 3 天算过期。",
    ),
    "hand-over": (
        "streams.cli.commands.recalls:change_dealers",
        "更替经销商：原经销商收回了多少行，谁要重新征得同意才能交给新的；姓名遮住。",
    ),
    "rewards": (
        "streams.cli.commands.rewards:rewards",
        "推荐奖励：每份一行；explain 说明一份：从哪些事件来、按哪一条、怎么算、怎样才能发放。",
    ),
    "ledger": ("streams.cli.commands.rewards:ledger", "奖励的账：复式、只增不改。"),
    "funnel": ("streams.cli.commands.funnel:funnel", "漏斗：多少人走到了哪一步，用了多久。"),
    "touchpoints": (
        "streams.cli.commands.touchpoints:touchpoints",
        "把漏斗计数的接触写成 Parquet 文件，给 DuckDB 或 ClickHouse 用；只有编号，没有姓名电话。",
    ),
    "replay": (
        "streams.cli.commands.upkeep:replay",
        "从日志重建全部数据表；--verify 证明重建结果逐行相等。",
    ),
    "check": ("streams.cli.commands.upkeep:check", "检查数据上能检查的每一条规律。"),
    "backup": (
        "streams.cli.commands.backups:make_backup",
        "备份数据、密钥库和附件，不用停机；主密钥不在其中。",
    ),
    "restore": (
        "streams.cli.commands.backups:restore_backup",
        "从备份恢复；备份之后删除的人仍然是删除的，并说明还缺什么。",
    ),
    "erasures": (
        "streams.cli.commands.backups:list_erasures",
        "写出全部删除的名单（只有编号），放到备份以外的地方。",
    ),
    "move": (
        "streams.cli.commands.move:move_to",
        "把全部历史、密钥和账户搬到 PostgreSQL，逐行比较；原处不动，可中断后重来。",
    ),
    "status": (
        "streams.cli.commands.status:show_status",
        "看现在怎样：什么在排队、记录落后多少、什么没有成功。",
    ),
    "relay": (
        "streams.cli.commands.carry:relay",
        "把发件箱里的事件按顺序发布到 Kafka；同时只运行一个。",
    ),
    "worker": (
        "streams.cli.commands.carry:worker",
        "从 Kafka 取事件并记入数据库；可以同时运行几个，各有一个槽位。",
    ),
    "bridge": (
        "streams.cli.commands.inboxes:bridge",
        "从各收件箱取外部系统的事件，像接口收到的一样收下；同时只运行一个。",
    ),
    "match": (
        "streams.cli.commands.match:match",
        "一份名单里谁和谁是同一个人；不看也不改数据库。learn 从名单学权重。",
    ),
    "season": (
        "streams.cli.commands.season:season",
        "编造一季活动，按收到的先后写出 NDJSON；人物全属虚构。",
    ),
}
"""Every subcommand, in the order in which people meet them: where it is, and what it does."""
GROUPS = {
    "dead-letters": (
        "未能入档的事件：列出、查看、重试。",
        {
            "list": "streams.cli.commands.dead_letters:list_dead_letters",
            "show": "streams.cli.commands.dead_letters:show_dead_letter",
            "retry": "streams.cli.commands.dead_letters:retry_dead_letters",
        },
    ),
    "dealer": (
        "经销商自己的那一份：取来、验证、查看、导出。",
        {
            "key": "streams.cli.commands.inboxes:key",
            "resend": "streams.cli.commands.inboxes:resend",
            "pull": "streams.cli.commands.dealer:pull",
            "verify": "streams.cli.commands.dealer:verify",
            "status": "streams.cli.commands.dealer:status",
            "export": "streams.cli.commands.dealer:export",
        },
    ),
    "topics": (
        "Kafka 的主题：建立、检查。",
        {
            "create": "streams.cli.commands.carry:create_topics",
            "check": "streams.cli.commands.carry:check_topics",
        },
    ),
    "notice": (
        "告知书：加一版、列出、看全文。",
        {
            "add": "streams.cli.commands.notices:add_own_notice",
            "list": "streams.cli.commands.notices:list_notices",
            "show": "streams.cli.commands.notices:show_notice",
        },
    ),
    "policy": (
        "奖励政策：看、核对、拿过去的购买试一试。",
        {
            "show": "streams.cli.commands.policy:show_policy",
            "check": "streams.cli.commands.policy:check_policy",
            "try": "streams.cli.commands.policy:try_out",
        },
    ),
    "rights": (
        "个人行使权利的请求：登记、列出、答复。",
        {
            "open": "streams.cli.commands.rights:enter_request",
            "list": "streams.cli.commands.rights:list_requests",
            "close": "streams.cli.commands.rights:answer_request",
        },
    ),
    "dealer-key": (
        "经销商的签名公钥。",
        {"release": "streams.cli.commands.recalls:let_go_of_key"},
    ),
    "webhook": (
        "副本有变化时通知经销商的地址。",
        {
            "add": "streams.cli.commands.webhooks:add",
            "list": "streams.cli.commands.webhooks:list_webhooks",
            "remove": "streams.cli.commands.webhooks:remove",
        },
    ),
    "clock": (
        "时钟：查看、确认。",
        {
            "show": "streams.cli.commands.clock:show",
            "confirm": "streams.cli.commands.clock:confirm_clock",
        },
    ),
    "sheet": ("签到表。", {"template": "streams.cli.commands.sheet_files:template"}),
    "inbox": (
        "外部系统的 Kafka 收件箱：建立、列出、撤掉。",
        {
            "add": "streams.cli.commands.inboxes:add",
            "list": "streams.cli.commands.inboxes:list_all",
            "remove": "streams.cli.commands.inboxes:remove",
        },
    ),
    "keys": (
        "主密钥：更换。",
        {"rotate": "streams.cli.commands.keys:rotate_master_key"},
    ),
    "token": (
        "接口令牌。",
        {
            "add": "streams.cli.commands.accounts:add_api_token",
            "list": "streams.cli.commands.accounts:list_tokens",
            "revoke": "streams.cli.commands.accounts:revoke_api_token",
        },
    ),
    "account": (
        "登录账户。",
        {
            "add": "streams.cli.commands.accounts:add_person",
            "list": "streams.cli.commands.accounts:list_accounts",
            "close": "streams.cli.commands.accounts:close_person",
            "password": "streams.cli.commands.accounts:set_password",
            "forget-factor": "streams.cli.commands.accounts:let_go_of_factor",
        },
    ),
}
