"""What the commands say that hand out a person's data, and those of the rights of people."""

RIGHTS: dict[str, tuple[str, str]] = {
    "以 FHIR R4B 导出一份档案，或一个经销商的整份副本（NDJSON，每种资源一个文件）。": (
        "以 FHIR R4B 匯出一份檔案，或一個經銷商的整份副本（NDJSON，每種資源一個檔案）。",
        "Export an archive, or a dealer's whole copy, as FHIR R4B (NDJSON, a file for each kind).",
    ),
    "改为导出这个经销商的整份副本": (
        "改為匯出這個經銷商的整份副本",
        "the dealer whose whole copy is exported instead",
    ),
    "写到文件；整份副本写到文件夹；- 为标准输出": (
        "寫到檔案；整份副本寫到資料夾；- 為標準輸出",
        "a file; a folder for a whole copy; - is standard output",
    ),
    "请写一个档案卡或人员编号，或者 --dealer，二者取一": (
        "請寫一個檔案卡或人員編號，或者 --dealer，二者取一",
        "name a card or person, or --dealer: one of the two",
    ),
    "这份档案限制使用：本人没有同意建档或已撤回，只存不用，所以不能导出。": (
        "這份檔案限制使用：本人沒有同意建檔或已撤回，只存不用，所以不能匯出。",
        "This archive is restricted: the person refused it or took it back, so it is stored and"
        " not used, and not exported.",
    ),
    "{folder} 里已有一次导出。请另用一个文件夹，免得新旧混在一起。": (
        "{folder} 裡已有一次匯出。請另用一個資料夾，免得新舊混在一起。",
        "{folder} holds an export already. Name another folder, so that they are not mixed.",
    ),
    "本人的个人信息副本：有什么、从哪来、同意过什么、谁还有一份、怎么更正和删除。": (
        "本人的個人資訊副本：有什麼、從哪來、同意過什麼、誰還有一份、怎麼更正和刪除。",
        "A person's own copy: what is held, where from, what was agreed to, who else has it, and"
        " how to correct or erase it.",
    ),
    "写到这个文件：.pdf（大字）或 .json（给程序用）": (
        "寫到這個檔案：.pdf（大字）或 .json（給程式用）",
        "the file: .pdf (large print) or .json (for programs)",
    ),
    "副本用的语言": ("副本用的語言", "language of the copy"),
    "文件名请以 .pdf 或 .json 结尾": (
        "檔名請以 .pdf 或 .json 結尾",
        "the file's name must end in .pdf or .json",
    ),
    "文件名里不要写姓名、电话或证件号：文件名谁都看得到。": (
        "檔名裡不要寫姓名、電話或證件號：檔名誰都看得到。",
        "No name, telephone or ID number in the file's name: everybody sees it.",
    ),
    "已写好：{file}。只有您这个账户读得到；交给本人后请删掉。": (
        "已寫好：{file}。只有您這個帳戶讀得到；交給本人後請刪掉。",
        "Written: {file}. Only your account can read it; delete it once it is handed over.",
    ),
    "个人行使权利的请求：登记、列出、答复。": (
        "個人行使權利的請求：登記、列出、答覆。",
        "Requests of people under their rights: open, list, close.",
    ),
    "登记一个人行使权利的请求，从收到之日起十五个工作日内答复。": (
        "登記一個人行使權利的請求，從收到之日起十五個工作天內答覆。",
        "Enter a person's request; it is to be answered within 15 working days of its receipt.",
    ),
    "列出还没答复的请求，过期的在最前。": (
        "列出還沒答覆的請求，過期的在最前。",
        "List requests not yet answered, the overdue ones first.",
    ),
    "答复一个请求：照办，或拒绝并说明理由。": (
        "答覆一個請求：照辦，或拒絕並說明理由。",
        "Answer a request: granted, or refused with a reason.",
    ),
    "要求什么": ("要求什麼", "what is asked for"),
    "怎样提出的": ("怎樣提出的", "how it came"),
    "谁提出的": ("誰提出的", "who asks"),
    "哪天收到的，不写则为今天": (
        "哪天收到的，不寫則為今天",
        "the day it was received; today when left out",
    ),
    "原话或说明所在的文件；- 为标准输入；加密保存": (
        "原話或說明所在的檔案；- 為標準輸入；加密儲存",
        "a file with the words; - is standard input; kept encrypted",
    ),
    "已登记：{request_id}": ("已登記：{request_id}", "Entered: {request_id}"),
    "已答复的也列出": ("已答覆的也列出", "those already answered as well"),
    "权利请求": ("權利請求", "Requests"),
    "要求": ("要求", "Asked for"),
    "谁提出": ("誰提出", "By whom"),
    "最迟答复": ("最遲答覆", "Due"),
    "{day}（暂定）": ("{day}（暫定）", "{day} (provisional)"),
    "过期": ("逾期", "overdue"),
    "没有。有人要求查阅、复制、更正、删除或撤回时，用 jinxi rights open 登记。": (
        "沒有。有人要求查閱、複製、更正、刪除或撤回時，用 jinxi rights open 登記。",
        "none. When somebody asks to see, copy, correct, erase or withdraw: jinxi rights open.",
    ),
    "请求的编号": ("請求的編號", "the request"),
    "答应还是拒绝": ("答應還是拒絕", "granted or refused"),
    "拒绝的理由": ("拒絕的理由", "why it is refused"),
    "照办的那条事件：删除、更正或撤回": (
        "照辦的那筆事件：刪除、更正或撤回",
        "the event that did it: an erasure, a correction, a withdrawal",
    ),
    "已答复：{request_id}": ("已答覆：{request_id}", "Answered: {request_id}"),
    "了解处理情况": ("瞭解處理情況", "to know"),
    "查阅、复制": ("查閱、複製", "to see and copy"),
    "转移到别处": ("轉移到別處", "to transfer"),
    "更正、补充": ("更正、補充", "to correct"),
    "删除": ("刪除", "to erase"),
    "解释规则": ("解釋規則", "to have rules explained"),
    "本人": ("本人", "the person"),
    "监护人": ("監護人", "the guardian"),
    "近亲属": ("近親屬", "a near relative"),
    "上门": ("上門", "visit"),
    "来信": ("來信", "letter"),
    "网上": ("網路", "online"),
    "已照办": ("已照辦", "granted"),
    "已拒绝": ("已拒絕", "refused"),
    "无法核实身份": ("無法核實身分", "identity not proven"),
    "法律要求保存": ("法律要求保存", "the law wants it kept"),
    "涉及他人权利": ("涉及他人權利", "others' rights"),
    "没有保存这些信息": ("沒有保存這些資訊", "nothing of this is held"),
    "其他": ("其他", "other"),
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
