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
}
