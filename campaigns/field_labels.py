"""What a field is called by those who fill it in: $.data.person.birth_date → 出生日期."""

import re
from typing import Literal

Language = Literal["zh-CN", "zh-TW", "en"]
LANGUAGES: tuple[Language, ...] = ("zh-CN", "zh-TW", "en")

Words = tuple[str, str, str]
"""The same in each of LANGUAGES."""

WHOLE: Words = ("整条记录", "整筆記錄", "the whole record")
_UNKNOWN: Words = ("这一栏", "這一欄", "this field")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")

LABELS: dict[str, Words] = {
    "specversion": ("格式版本", "格式版本", "format version"),
    "id": ("记录编号", "記錄編號", "record number"),
    "source": ("来源", "來源", "source"),
    "type": ("事件类型", "事件類型", "kind of event"),
    "time": ("发生时间", "發生時間", "time"),
    "subject": ("所属对象", "所屬對象", "subject"),
    "datacontenttype": ("数据格式", "資料格式", "data format"),
    "timeprecision": ("时间精度", "時間精度", "precision of the time"),
    "sequence": ("先后次序", "先後順序", "sequence"),
    "receivedat": ("收到时间", "收到時間", "time of receipt"),
    "actor": ("录入人", "登錄人", "who entered it"),
    "data": ("内容", "內容", "contents"),
    "activity_id": ("活动编号", "活動編號", "activity"),
    "programme": ("所属项目", "所屬專案", "programme"),
    "kind": ("类别", "類別", "kind"),
    "title": ("活动名称", "活動名稱", "title"),
    "region": ("地区", "地區", "region"),
    "dealer": ("经销商", "經銷商", "dealer"),
    "starts_at": ("开始时间", "開始時間", "start"),
    "ends_at": ("结束时间", "結束時間", "end"),
    "venue": ("地点", "地點", "venue"),
    "filing_no": ("备案号", "備案號", "filing number"),
    "co_organizers": ("协办单位", "協辦單位", "co-organizers"),
    "cost_fen": ("费用", "費用", "cost"),
    "reached": ("触达人数", "觸及人數", "people reached"),
    "cards_handed_out": ("发卡数", "發卡數", "cards handed out"),
    "reason_code": ("原因", "原因", "reason"),
    "card_id": ("档案卡编号", "檔案卡編號", "card"),
    "other_card_id": ("另一张档案卡", "另一張檔案卡", "other card"),
    "person": ("个人信息", "個人資訊", "person"),
    "name": ("姓名", "姓名", "name"),
    "sex": ("性别", "性別", "sex"),
    "birth_date": ("出生日期", "出生日期", "date of birth"),
    "birth_year": ("出生年份", "出生年份", "year of birth"),
    "id_number": ("身份证号", "身分證號", "ID card number"),
    "contact": ("联系方式", "聯絡方式", "contact"),
    "phones": ("电话", "電話", "telephone"),
    "address": ("住址", "住址", "address"),
    "health": ("健康信息", "健康資訊", "health"),
    "conditions": ("病症", "病症", "conditions"),
    "medicines": ("用药", "用藥", "medicines"),
    "devices": ("用过的器械", "用過的器材", "devices used"),
    "source_kind": ("来源渠道", "來源管道", "how the person came"),
    "private": ("备注", "備註", "private notes"),
    "note": ("备注", "備註", "note"),
    "on": ("去世日期", "去世日期", "day of death"),
    "relation": ("关系", "關係", "relation"),
    "systolic_mmhg": ("收缩压", "收縮壓", "systolic pressure"),
    "diastolic_mmhg": ("舒张压", "舒張壓", "diastolic pressure"),
    "pulse_bpm": ("脉搏", "脈搏", "pulse"),
    "trial_id": ("试用编号", "試用編號", "trial"),
    "sku": ("产品型号", "產品型號", "product"),
    "serial": ("序列号", "序號", "serial number"),
    "serials": ("序列号", "序號", "serial numbers"),
    "outcome": ("结果", "結果", "outcome"),
    "item": ("物品", "物品", "item"),
    "value_fen": ("价值", "價值", "value"),
    "club": ("俱乐部", "俱樂部", "club"),
    "channel": ("渠道", "管道", "channel"),
    "complaint_id": ("投诉编号", "客訴編號", "complaint"),
    "text": ("投诉内容", "客訴內容", "text"),
    "purchase_id": ("购买编号", "購買編號", "purchase"),
    "quantity": ("数量", "數量", "quantity"),
    "unit_price_fen": ("单价", "單價", "unit price"),
    "outlet": ("门店", "門市", "outlet"),
    "buyer": ("购买人", "購買人", "buyer"),
    "decider": ("决定人", "決定人", "who decided"),
    "influencers": ("影响者", "影響者", "who influenced"),
    "motive": ("购买动机", "購買動機", "motive"),
    "buyer_name": ("购买人姓名", "購買人姓名", "buyer's name"),
    "buyer_phone": ("购买人电话", "購買人電話", "buyer's telephone"),
    "return_id": ("退货编号", "退貨編號", "return"),
    "referral_id": ("转介绍编号", "轉介紹編號", "referral"),
    "member": ("会员编号", "會員編號", "member"),
    "patient_agreed": ("本人是否同意", "本人是否同意", "whether the person agreed"),
    "purpose": ("同意用途", "同意用途", "purpose"),
    "categories": ("信息类别", "資訊類別", "categories"),
    "based_on": ("依据的副本时间", "依據的副本時間", "as of when the sender knew it"),
    "notice_version": ("告知书版本", "告知書版本", "version of the notice"),
    "method": ("同意方式", "同意方式", "method"),
    "by": ("由谁同意", "由誰同意", "who consented"),
    "evidence_sha256": ("凭证校验码", "憑證校驗碼", "hash of the evidence"),
    "witness": ("见证人", "見證人", "witness"),
    "expires_on": ("到期日", "到期日", "last day"),
    "institution": ("工作单位", "工作單位", "institution"),
    "institution_kind": ("单位性质", "單位性質", "kind of institution"),
    "licence_no": ("执业证号", "執業證號", "licence number"),
    "course": ("培训课程", "培訓課程", "course"),
    "passed": ("是否通过", "是否通過", "whether passed"),
    "score": ("成绩", "成績", "score"),
    "form": ("给予形式", "給予形式", "form"),
    "contract_id": ("合同编号", "合約編號", "contract"),
    "regions": ("负责地区", "負責地區", "territory"),
    "parent": ("上级经销商", "上級經銷商", "dealer above"),
    "starts_on": ("开始日期", "開始日期", "first day"),
    "ends_on": ("结束日期", "結束日期", "last day"),
    "up_to": ("已同步到", "已同步到", "applied up to"),
    "digest": ("校验码", "校驗碼", "digest"),
    "policy": ("政策编号", "政策編號", "policy"),
    "effective_from": ("生效日", "生效日", "first day of effect"),
    "rules": ("规则", "規則", "rules"),
    "member_kind": ("会员类别", "會員類別", "kind of member"),
    "mode": ("奖励方式", "獎勵方式", "mode"),
    "basis": ("计算依据", "計算依據", "basis"),
    "amount_fen": ("金额", "金額", "amount"),
    "percent_bp": ("比例", "比例", "percentage"),
    "cap_fen_month": ("每月上限", "每月上限", "monthly cap"),
    "cap_fen_year": ("每年上限", "每年上限", "yearly cap"),
    "window_days": ("有效天数", "有效天數", "window in days"),
    "which": ("取哪次转介绍", "取哪次轉介紹", "which referral"),
    "hold_days": ("冻结天数", "凍結天數", "hold in days"),
    "training_required": ("是否需要培训", "是否需要培訓", "whether training is needed"),
    "reward_id": ("奖励编号", "獎勵編號", "reward"),
    "reference": ("付款凭证号", "付款憑證號", "payment reference"),
    "of_source": ("被作废记录的来源", "被作廢記錄的來源", "source of the voided record"),
    "of_id": ("被作废记录的编号", "被作廢記錄的編號", "number of the voided record"),
    "day": ("日期", "日期", "day"),
}


def last_field(path: str) -> str | None:
    """The name of the field that a JSONPath ends in, None for the whole (`$`)."""
    names = [name for name, _ in _STEP.findall(path) if name]
    return names[-1] if names else None


def field_label(path: str, language: Language) -> str:
    """The label of a JSONPath of an event; of a place in a list with its number, from 1."""
    place = LANGUAGES.index(language)
    name = last_field(path)
    if name is None:
        return WHOLE[place]
    label = LABELS.get(name, _UNKNOWN)[place]
    steps = _STEP.findall(path)
    number = steps[-1][1]
    if not number:
        return label
    counted = (f"{label}（第{int(number) + 1}项）", f"{label}（第{int(number) + 1}項）")
    return (*counted, f"{label} (number {int(number) + 1})")[place]
