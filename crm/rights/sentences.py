"""What a person's own copy says, in plain words and each language."""

from campaigns.field_labels import Words

TITLE: Words = (
    "您的个人信息副本",
    "您的個人資訊副本",
    "A copy of your personal information",
)
MADE: Words = (
    "制作时间：{time}（北京时间）。依据《个人信息保护法》第四十五条。",
    "製作時間：{time}（北京時間）。依據《個人資訊保護法》第四十五條。",
    "Made at {time}, Beijing time, under article 45 of the Personal Information Protection Law.",
)
WHO_WE_ARE: Words = ("一、我们是谁，怎么找到我们", "一、我們是誰，怎麼找到我們", "1. Who we are")
COMPANY: Words = (
    "保管您信息的是：{company}。",
    "保管您資訊的是：{company}。",
    "Your information is kept by {company}.",
)
CONTACT: Words = ("联系方式：{contact}。", "聯絡方式：{contact}。", "How to reach us: {contact}.")
NO_CONTACT: Words = (
    "联系方式请问把这份文件交给您的工作人员。",
    "聯絡方式請問把這份文件交給您的工作人員。",
    "Ask whoever handed you this paper how to reach us.",
)
WHAT_WE_HOLD: Words = ("二、我们保存着什么", "二、我們保存著什麼", "2. What we hold about you")
CARD: Words = ("档案卡 {card_id}", "檔案卡 {card_id}", "Card {card_id}")
ERASED: Words = (
    "这张卡上的个人信息已经删除，我们读不到了。",
    "這張卡上的個人資訊已經刪除，我們讀不到了。",
    "The personal information on this card was erased; nobody can read it any more.",
)
NOTES: Words = (
    "工作人员另外写过 {count} 条备注。备注里可能提到别人，我们核对以后再交给您；您可以向我们要。",
    "工作人員另外寫過 {count} 筆備註。備註裡可能提到別人，我們核對以後再交給您；您可以向我們要。",
    "Staff also wrote {count} notes. They may speak of other people, so we read them before we hand"
    " them over: please ask us for them.",
)
NOTHING: Words = ("没有。", "沒有。", "Nothing.")
WHERE_FROM: Words = (
    "三、每一条从哪里来、什么时候来",
    "三、每一筆從哪裡來、什麼時候來",
    "3. Where each piece came from, and when",
)
RECEIVED: Words = (
    "由{who}记录，我们收到的时间：{time}",
    "由{who}記錄，我們收到的時間：{time}",
    "recorded by {who}; we received it at {time}",
)
HEADQUARTERS: Words = ("总部", "總部", "headquarters")
STAFF: Words = ("现场工作人员", "現場工作人員", "field staff")
BY_DEALER: Words = ("经销商 {name}", "經銷商 {name}", "the dealer {name}")
WHAT_YOU_SAID: Words = (
    "四、您同意过、拒绝过、撤回过什么",
    "四、您同意過、拒絕過、撤回過什麼",
    "4. What you agreed to, refused and took back",
)
NO_WORD: Words = (
    "我们没有您的任何同意记录。",
    "我們沒有您的任何同意紀錄。",
    "We have no record that you agreed to anything.",
)
WHO_HAS_A_COPY: Words = ("五、谁还有一份", "五、誰還有一份", "5. Who else has a copy")
COPY_OF: Words = (
    "{name}（经销商 {dealer}）有一份，包括：{categories}。",
    "{name}（經銷商 {dealer}）有一份，包括：{categories}。",
    "{name} (dealer {dealer}) has a copy of: {categories}.",
)
NO_COPY: Words = (
    "除我们以外，没有人有您的这份档案。",
    "除我們以外，沒有人有您的這份檔案。",
    "Nobody but us has a copy of your archive.",
)
YOUR_RIGHTS: Words = (
    "六、您可以要求更正、撤回、删除",
    "六、您可以要求更正、撤回、刪除",
    "6. You may correct, withdraw and erase",
)
RIGHTS: tuple[Words, ...] = (
    (
        "写错了、不全：告诉我们，我们核对后更正（第四十六条）。",
        "寫錯了、不全：告訴我們，我們核對後更正（第四十六條）。",
        "Something is wrong or missing: tell us, and we check and correct it (art. 46).",
    ),
    (
        "不想再同意：随时可以撤回，和同意时一样方便；撤回以前做过的不受影响（第十五条）。",
        "不想再同意：隨時可以撤回，和同意時一樣方便；撤回以前做過的不受影響（第十五條）。",
        "You no longer agree: take it back at any time, as easily as you gave it; what was done"
        " before stays as it was (art. 15).",
    ),
    (
        "不想让我们再保存：可以要求删除，法律要求保留的购买记录除外（第四十七条）。",
        "不想讓我們再保存：可以要求刪除，法律要求保留的購買紀錄除外（第四十七條）。",
        "You want us to keep nothing: ask us to erase it; records of purchases that the law wants"
        " kept stay (art. 47).",
    ),
    (
        "本人去世后，近亲属可以查阅、复制、更正、删除（第四十九条）。",
        "本人去世後，近親屬可以查閱、複製、更正、刪除（第四十九條）。",
        "After a death the near relatives may see, copy, correct and erase (art. 49).",
    ),
    (
        "我们不同意您的要求时，会说明理由；您可以向法院起诉（第五十条）。",
        "我們不同意您的要求時，會說明理由；您可以向法院起訴（第五十條）。",
        "If we refuse, we tell you why, and you may go to court (art. 50).",
    ),
)
LEFT_OUT: Words = (
    "这份副本里没有别人的信息：介绍您的人、付款的人、家人的档案都不在里面。",
    "這份副本裡沒有別人的資訊：介紹您的人、付款的人、家人的檔案都不在裡面。",
    "This copy holds nothing of other people: not who introduced you, who paid, or your family.",
)
RARE: Words = (
    "个别少见的字旁边写着它的编码，例如〔U+36C3〕，因为打印时可能缺这个字。",
    "個別少見的字旁邊寫著它的編碼，例如〔U+36C3〕，因為列印時可能缺這個字。",
    "A rare character has its code beside it, such as 〔U+36C3〕, since a printer may lack it.",
)
PAGE: Words = ("第 {number} 页", "第 {number} 頁", "Page {number}")
CATEGORIES: dict[str, Words] = {
    "identity": ("身份", "身分", "identity"),
    "contact": ("联系方式", "聯絡方式", "contact"),
    "health": ("健康情况", "健康情況", "health"),
    "history": ("参加活动等经过", "參加活動等經過", "what you took part in"),
    "purchases": ("购买", "購買", "purchases"),
}
BY: dict[str, Words] = {
    "self": ("本人", "本人", "yourself"),
    "guardian": ("监护人", "監護人", "your guardian"),
    "agent": ("代办人", "代辦人", "somebody for you"),
}
