"""What a sheet is told, in the words of those who type it: what is wrong and how to mend it."""

from typing import Literal

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "zh-TW", "en")

_FILE = {
    "empty": (
        "文件是空的。请选对文件再传。",
        "檔案是空的。請選對檔案再傳。",
        "The file is empty. Choose the right file and send it again.",
    ),
    "not_xlsx": (
        "这不是 Excel 表（.xlsx）。请在 Excel 里“另存为”.xlsx 再传。",
        "這不是 Excel 表（.xlsx）。請在 Excel 裡「另存新檔」為 .xlsx 再傳。",
        "This is not an Excel workbook (.xlsx). Save it as .xlsx in Excel and send it again.",
    ),
    "legacy_xls": (
        "这是旧版 .xls 表。请在 Excel 里“另存为”.xlsx 再传。",
        "這是舊版 .xls 表。請在 Excel 裡「另存新檔」為 .xlsx 再傳。",
        "This is an old .xls workbook. Save it as .xlsx in Excel and send it again.",
    ),
    "encrypted": (
        "表格设了密码，打不开。请去掉密码、保存后再传。",
        "表格設了密碼，打不開。請去掉密碼、儲存後再傳。",
        "The workbook has a password. Remove it, save and send it again.",
    ),
    "damaged": (
        "表格已损坏，读不出来。请用 Excel 打开、另存一份再传。",
        "表格已損壞，讀不出來。請用 Excel 開啟、另存一份再傳。",
        "The workbook is damaged. Open it in Excel, save a new copy and send that.",
    ),
    "file_too_large": (
        "表格太大。请删掉空白的格式和图片，或分成几份再传。",
        "表格太大。請刪掉空白的格式和圖片，或分成幾份再傳。",
        "The sheet is too large. Remove empty formatting and pictures, or send it in parts.",
    ),
    "unknown_encoding": (
        "文件的文字编码认不出。请存成 UTF-8 的 CSV 或 .xlsx 再传。",
        "檔案的文字編碼認不出。請存成 UTF-8 的 CSV 或 .xlsx 再傳。",
        "The text encoding is not known. Save it as UTF-8 CSV or as .xlsx and send it again.",
    ),
    "no_headings": (
        "找不到表头。前 30 行里要有一行写着“姓名”等栏目名。",
        "找不到表頭。前 30 列裡要有一列寫著「姓名」等欄位名。",
        "No headings found. One of the first 30 rows must hold 姓名 and the other headings.",
    ),
    "heading_repeated": (
        "同一个栏目名出现了两次。请只留一栏。",
        "同一個欄位名出現了兩次。請只留一欄。",
        "A heading stands twice. Keep only one of the two columns.",
    ),
    "no_activity": (
        "看不出是哪次活动。请用系统下载的签到表，或在表头上方写“活动编号”和“活动日期”。",
        "看不出是哪次活動。請用系統下載的簽到表，或在表頭上方寫「活动编号」和「活动日期」。",
        "The activity is not named. Use the template, or write 活动编号 and 活动日期 above.",
    ),
    "activity_contradictory": (
        "表上写的活动和这份签到表本来的活动不一致。请下载这次活动的签到表。",
        "表上寫的活動和這份簽到表本來的活動不一致。請下載這次活動的簽到表。",
        "The activity written on the sheet is not the one it was made for. Use a new template.",
    ),
}

_ROW = {
    "missing_name": (
        "没有姓名。请补上姓名。",
        "沒有姓名。請補上姓名。",
        "The name is missing. Write it.",
    ),
    "bad_sex": (
        "性别只能写“男”或“女”，不知道就留空。",
        "性別只能寫「男」或「女」，不知道就留空。",
        "The sex is 男 or 女; leave it empty when unknown.",
    ),
    "bad_birth": (
        "出生日期看不懂，或者没有这一天。请写成 1950-3-2，或只写年份 1950。",
        "出生日期看不懂，或者沒有這一天。請寫成 1950-3-2，或只寫年份 1950。",
        "The birth date cannot be read or does not exist. Write 1950-3-2, or only the year 1950.",
    ),
    "bad_id_number": (
        "身份证号太长。请核对后重写。",
        "身分證號太長。請核對後重寫。",
        "The ID number is too long. Check it and write it again.",
    ),
    "digits_lost": (
        "号码被 Excel 改成了数字，后几位已经丢失。请把这一格设为“文本”，照原件重写。",
        "號碼被 Excel 改成了數字，後幾位已經遺失。請把這一格設為「文字」，照原件重寫。",
        "Excel turned this into a number and lost digits. Format the cell as text, write it again.",
    ),
    "bad_region": (
        "地区代码要六位数字，例如 110105。不知道就留空。",
        "地區代碼要六位數字，例如 110105。不知道就留空。",
        "The region code has six digits, e.g. 110105; leave it empty when unknown.",
    ),
    "bad_choice": (
        "这一格只能从下拉框里选，不确定就留空。",
        "這一格只能從下拉選單裡選，不確定就留空。",
        "Choose from the drop-down; leave it empty when not sure.",
    ),
    "bad_reading": (
        "要写整数，且不能离谱：收缩压 40–350，舒张压 20–250，脉搏 20–300。",
        "要寫整數，且不能離譜：收縮壓 40–350，舒張壓 20–250，脈搏 20–300。",
        "Write a whole number: systolic 40–350, diastolic 20–250, pulse 20–300.",
    ),
    "bad_quantity": (
        "数量要写 1 以上的整数。",
        "數量要寫 1 以上的整數。",
        "The number of units is a whole number from 1.",
    ),
    "bad_amount": (
        "单价以元为单位，最多两位小数，例如 693 或 693.50。",
        "單價以元為單位，最多兩位小數，例如 693 或 693.50。",
        "The unit price is in yuan with at most two decimals, e.g. 693 or 693.50.",
    ),
    "trial_incomplete": (
        "写了试用序列号，但没写试用型号。请补上型号。",
        "寫了試用序號，但沒寫試用型號。請補上型號。",
        "There is a trial serial but no model. Write the model.",
    ),
    "purchase_incomplete": (
        "购买要写全：数量、单价、型号。请补上这一格；没有购买就把三格都清空。",
        "購買要寫全：數量、單價、型號。請補上這一格；沒有購買就把三格都清空。",
        "A purchase needs units, price and model. Fill this cell, or clear all three.",
    ),
    "no_dealer": (
        "这份表没有写经销商，不能登记“同意共享经销商”。请用系统下载的签到表。",
        "這份表沒有寫經銷商，不能登記「同意共享經銷商」。請用系統下載的簽到表。",
        "The sheet names no dealer, so consent to share cannot be recorded. Use the template.",
    ),
    "formula": (
        "这一格是公式。公式不会被计算，请直接写内容。",
        "這一格是公式。公式不會被計算，請直接寫內容。",
        "This cell is a formula, which is never computed. Write the value itself.",
    ),
    "error_value": (
        "这一格显示的是 Excel 错误（如 #N/A）。请直接写内容。",
        "這一格顯示的是 Excel 錯誤（如 #N/A）。請直接寫內容。",
        "This cell holds an Excel error such as #N/A. Write the value itself.",
    ),
    "merged": (
        "这一格是合并单元格，分不清是谁的。请取消合并，每人写一遍。",
        "這一格是合併儲存格，分不清是誰的。請取消合併，每人寫一遍。",
        "This cell is merged with others, so it is not clear whose it is. Unmerge and repeat it.",
    ),
    "too_long": (
        "这一格太长。名称和编号最多 200 字，住址和备注最多 20000 字。",
        "這一格太長。名稱和編號最多 200 字，住址和備註最多 20000 字。",
        "Too long: names and codes have at most 200 characters, address and note 20,000.",
    ),
    "too_large": (
        "这一行太长，系统收不下。请缩短备注或住址。",
        "這一列太長，系統收不下。請縮短備註或住址。",
        "The row is too large to be taken. Shorten the note or the address.",
    ),
    "id_is_personal": (
        "这一格应写型号等代码，写成了手机号或身份证号。请改正。",
        "這一格應寫型號等代碼，寫成了手機號或身分證號。請改正。",
        "A code is wanted here, but this is a phone or ID card number. Correct it.",
    ),
    "time_in_future": (
        "活动日期还没到。请等活动当天再传。",
        "活動日期還沒到。請等活動當天再傳。",
        "The day of the activity has not come yet. Send the sheet on that day.",
    ),
    "not_allowed": (
        "你的账号不能登记这一项。请找总部的同事。",
        "你的帳號不能登記這一項。請找總部的同事。",
        "Your account may not record this. Ask a colleague at headquarters.",
    ),
    "id_reused": (
        "这一行之前已收下，内容还在入档。请过一分钟再传一次。",
        "這一列之前已收下，內容還在入檔。請過一分鐘再傳一次。",
        "This row was taken before and is still being filed. Send it again in a minute.",
    ),
    "bad_value": (
        "这一行有内容系统不认。请核对后再传。",
        "這一列有內容系統不認。請核對後再傳。",
        "Something in this row is not valid. Check it and send it again.",
    ),
    "erased": (
        "此人的资料已按要求删除，不再收新内容。",
        "此人的資料已按要求刪除，不再收新內容。",
        "This person's data was erased on request; nothing more is taken.",
    ),
    "voided_elsewhere": (
        "这一项已由总部作废，不能从表里改回。请找总部的同事。",
        "這一項已由總部作廢，不能從表裡改回。請找總部的同事。",
        "Headquarters took this back, so a sheet cannot change it. Ask headquarters.",
    ),
    "other_person": (
        "这一行之前登记的是另一个人。请恢复原样，把新的人写在空白行里。",
        "這一列之前登記的是另一個人。請恢復原樣，把新的人寫在空白列裡。",
        "This row was another person's. Restore it and write the new person in an empty row.",
    ),
    "row_emptied": (
        "这一行之前已收下，现在是空的；已收下的没有改动。要作废请找总部。",
        "這一列之前已收下，現在是空的；已收下的沒有改動。要作廢請找總部。",
        "This row was taken before, now it is empty. Nothing changed; headquarters may void it.",
    ),
}

_SENTENCES = _FILE | _ROW
FILE_REASONS = tuple(_FILE)
"""Why a whole file cannot be read."""
ROW_REASONS = tuple(_ROW)
"""Why a row is not taken."""


def sentence(reason: str, language: Language = "zh-CN") -> str:
    """What is wrong and how to mend it; without anything personal, so it may be logged."""
    return _SENTENCES[reason][LANGUAGES.index(language)]
