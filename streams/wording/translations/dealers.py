"""What the commands on dealers say: recalls, a change of dealers, keys, webhooks."""

DEALERS: dict[str, tuple[str, str]] = {
    "{dealer} 没有登记公钥": ("{dealer} 沒有登記公鑰", "{dealer} has no key known here"),
    "{old}：因合同结束收回 {withdrawn:,} 行，已确认 {acknowledged:,}，未确认 {open:,}；"
    "仍有权持有 {held:,} 行": (
        "{old}：因合約結束收回 {withdrawn:,} 行，已確認 {acknowledged:,}，未確認 {open:,}；"
        "仍有權持有 {held:,} 行",
        "{old}: {withdrawn:,} rows taken back as its contract ended, {acknowledged:,} acknowledged,"
        " {open:,} open; {held:,} still held by right",
    ),
    "{webhook_id}，密钥只显示这一次，请现在存好：{secret}": (
        "{webhook_id}，金鑰只顯示這一次，請現在存好：{secret}",
        "{webhook_id}; the secret, shown this once, keep it now: {secret}",
    ),
    "不再有权持有": ("不再有權持有", "no right to it any more"),
    "不再通知这个地址。": ("不再通知這個位址。", "Call an address no more."),
    "不成功，会再试": ("不成功，會再試", "failing, tried again"),
    "不能通知这个地址：{reason}": (
        "不能通知這個位址：{reason}",
        "This address is not called: {reason}",
    ),
    "人员号": ("人員號", "Person"),
    "从何时起": ("從何時起", "Since"),
    "副本有变化时通知一个 https 地址（Standard Webhooks）；密钥只显示这一次。": (
        "副本有變化時通知一個 https 位址（Standard Webhooks）；金鑰只顯示這一次。",
        "Call an https address when a copy changes (Standard Webhooks); the secret is shown once.",
    ),
    "副本有变化时通知经销商的地址。": (
        "副本有變化時通知經銷商的位址。",
        "Addresses of dealers that are called when a copy changes.",
    ),
    "原经销商代码": ("原經銷商代碼", "code of the dealer before"),
    "只看过期的": ("只看過期的", "only overdue ones"),
    "同意已结束": ("同意已結束", "consent ended"),
    "地区": ("地區", "Region"),
    "地址": ("位址", "Address"),
    "地址不完整": ("位址不完整", "it is no whole address"),
    "域名查不到": ("網域名稱查不到", "its name is not found"),
    "尾号": ("尾號", "Ends of phones"),
    "已不再通知：{webhook_id}": ("已不再通知：{webhook_id}", "Called no more: {webhook_id}"),
    "已撤回、经销商还没有确认删除的行，最早的在前；超过 3 天算过期。": (
        "已撤回、經銷商還沒有確認刪除的行，最早的在前；超過 3 天算過期。",
        "Withdrawn rows not confirmed deleted by dealers, oldest first; overdue after 3 days.",
    ),
    "已放开：{dealer} 可以登记新的公钥": (
        "已放開：{dealer} 可以登記新的公鑰",
        "Let go: {dealer} may make a new key known",
    ),
    "已放弃": ("已放棄", "given up"),
    "并入另一行": ("併入另一行", "part of another row"),
    "接手的经销商代码": ("接手的經銷商代碼", "code of the dealer after"),
    "放开一个经销商的签名公钥，让它登记新的；旧回执仍按旧公钥有效。": (
        "放開一個經銷商的簽名公鑰，讓它登記新的；舊回執仍按舊公鑰有效。",
        "Let go of a dealer's key so that it may make a new one known; old receipts stay good.",
    ),
    "是内部地址": ("是內部位址", "it lies inside, not on the open internet"),
    "原经销商和接手的是同一家：{dealer}": (
        "原經銷商和接手的是同一家：{dealer}",
        "The old dealer and the new one are the same: {dealer}",
    ),
    "更替经销商：原经销商收回了多少行，谁要重新征得同意才能交给新的；姓名遮住。": (
        "更替經銷商：原經銷商收回了多少行，誰要重新徵得同意才能交給新的；姓名遮住。",
        "A change of dealers: rows taken back, and who must consent anew; names masked.",
    ),
    "更正": ("更正", "corrected"),
    "最早": ("最早", "Oldest"),
    "最近通知": ("最近通知", "Last called"),
    "期限": ("期限", "Due"),
    "未确认": ("未確認", "Open"),
    "未确认的收回": ("未確認的收回", "Open recalls"),
    "未确认的收回，按经销商": ("未確認的收回，按經銷商", "Open recalls by dealer"),
    "正常": ("正常", "ok"),
    "没有。": ("沒有。", "None."),
    "没有过期的行。": ("沒有過期的行。", "No row is overdue."),
    "没有等待确认的行。从未交出去的行不用收回。": (
        "沒有等待確認的行。從未交出去的行不用收回。",
        "No row waits for a confirmation. Rows that never left need not come back.",
    ),
    "没有。用 jinxi webhook add 加一个。": (
        "沒有。用 jinxi webhook add 加一個。",
        "None. Add one with jinxi webhook add.",
    ),
    "没有编号为 {webhook_id} 的通知地址": (
        "沒有編號為 {webhook_id} 的通知位址",
        "There is no webhook {webhook_id}",
    ),
    "经销商的签名公钥。": ("經銷商的簽名公鑰。", "Keys with which dealers sign."),
    "经销商系统的 https 地址": ("經銷商系統的 https 位址", "https address of the dealer's system"),
    "要用 https": ("要用 https", "it must be https"),
    "要重新征得同意的人（{count:,} 人）": (
        "要重新徵得同意的人（{count:,} 人）",
        "People who must consent anew ({count:,})",
    ),
    "过期": ("過期", "Overdue"),
    "通知哪些地址，最近一次怎样；连续 3 天不成功就放弃。": (
        "通知哪些位址，最近一次怎樣；連續 3 天不成功就放棄。",
        "Which addresses are called, and how it goes; given up after 3 days of failures.",
    ),
    "通知地址": ("通知位址", "Webhooks"),
}
