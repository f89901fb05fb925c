"""What `jinxi token` and `jinxi account` say, and their help."""

ACCOUNTS: dict[str, tuple[str, str]] = {
    "登录账户。": ("登入帳戶。", "Accounts that sign in."),
    "接口令牌。": ("介面權杖。", "Tokens of the API."),
    "发一个接口令牌；只显示这一次。": (
        "發一個介面權杖；只顯示這一次。",
        "Issue a token for the API; it is shown this once.",
    ),
    "加一个可以登录的人。": ("新增一個可以登入的人。", "Add a person who may sign in."),
    "给谁用": ("給誰用", "who uses it"),
    "身份": ("身分", "role"),
    "经销商代码（身份为 dealer 时）": (
        "經銷商代碼（身分為 dealer 時）",
        "code of the dealer (for the role dealer)",
    ),
    "可用的来源前缀，可重复": (
        "可用的來源前綴，可重複",
        "prefix of the sources it may use; may be repeated",
    ),
    "登录名": ("登入名稱", "name to sign in with"),
    "再输一次密码": ("再輸一次密碼", "The password again"),
    "密码；不写就会问": ("密碼；不寫就會問", "password; asked for when it is not given"),
    "密码（12 个字符以上）": ("密碼（12 個字元以上）", "Password (12 characters or more)"),
    "两次输的不一样，请重新输。": (
        "兩次輸的不一樣，請重新輸。",
        "The two are not the same. Type them again.",
    ),
    "已加上：{name}": ("已新增：{name}", "Added: {name}"),
    "令牌，只显示这一次，请现在存好：{token}": (
        "權杖，只顯示這一次，請現在存好：{token}",
        "The token, shown this once; keep it now: {token}",
    ),
    "列出接口令牌：给谁、什么身份、哪些来源、是否已停用。": (
        "列出介面權杖：給誰、什麼身分、能用或在用哪些來源、是否已停用。",
        "List the tokens: for whom, which role, which sources, whether revoked.",
    ),
    "停用一个接口令牌；立即生效，它送来过的都留着。": (
        "停用一個介面權杖；立即生效，它送來過的都留著。",
        "Revoke a token, at once; what it has sent stays.",
    ),
    "令牌的编号或名字": ("權杖的編號或名稱", "id or name of the token"),
    "列出可以登录的人，已关闭的也在内。": (
        "列出可以登入的人，已關閉的也在內。",
        "List who may sign in, closed accounts too.",
    ),
    "关闭一个账户：不能再登录，已登录的立即退出；记过的都留着。": (
        "關閉一個帳戶：不能再登入，已登入的立即登出；記過的都留著。",
        "Close an account: no more signing in, sessions end at once; what was logged stays.",
    ),
    "给一个账户换密码；已登录的立即退出。": (
        "給一個帳戶換密碼；已登入的立即登出。",
        "Give an account a new password; its sessions end at once.",
    ),
    "取消一个账户的第二道验证，供丢了手机和恢复码的人重设；已登录的立即退出。": (
        "取消一個帳戶的第二道驗證，供丟了手機和復原碼的人重設；已登入的立即登出。",
        "Take an account's second factor off, for whoever lost phone and codes; sessions end.",
    ),
    "已取消：{name}，下次登录要重设": (
        "已取消：{name}，下次登入要重設",
        "Taken off: {name} sets it up anew at the next sign-in",
    ),
    "{name} 还没有设第二道验证": (
        "{name} 還沒有設第二道驗證",
        "{name} has no second factor",
    ),
    "接口令牌": ("介面權杖", "Tokens"),
    "发出": ("發出", "Issued"),
    "停用": ("停用", "Revoked"),
    "还没有。发一个：jinxi token add --name erp --role staff": (
        "還沒有。發一個：jinxi token add --name erp --role staff",
        "None yet. Issue one: jinxi token add --name erp --role staff",
    ),
    "已停用：{name}（{id}）": ("已停用：{name}（{id}）", "Revoked: {name} ({id})"),
    "登录账户": ("登入帳戶", "Accounts"),
    "加上": ("新增", "Added"),
    "可登录": ("可登入", "open"),
    "已关闭": ("已關閉", "closed"),
    "还没有。加一个：jinxi account add --name wang.fang --role staff": (
        "還沒有。新增一個：jinxi account add --name wang.fang --role staff",
        "None yet. Add one: jinxi account add --name wang.fang --role staff",
    ),
    "已关闭：{name}": ("已關閉：{name}", "Closed: {name}"),
    "密码已换：{name}": ("密碼已換：{name}", "The password is changed: {name}"),
    "没有可登录的账户“{name}”。jinxi account list 列出全部。": (
        "沒有可登入的帳戶「{name}」。jinxi account list 列出全部。",
        "No open account {name}. jinxi account list shows them all.",
    ),
    "总部": ("總部", "headquarters"),
    "合规": ("合規", "compliance"),
    "现场工作人员": ("現場工作人員", "field staff"),
}
