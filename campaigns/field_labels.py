"""What a field is called by those who fill it in: $.data.person.birth_date → 出生日期."""

import re

from campaigns.wording.catalogues import C_, translated
from campaigns.wording.languages import Language

WHOLE = C_("field", "整条记录")
_UNKNOWN = C_("field", "这一栏")
_NUMBERED = C_("field", "{label}（第{number}项）")
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+)\]")

LABELS: dict[str, str] = {
    "specversion": C_("field", "格式版本"),
    "id": C_("field", "记录编号"),
    "source": C_("field", "来源"),
    "type": C_("field", "事件类型"),
    "time": C_("field", "发生时间"),
    "subject": C_("field", "所属对象"),
    "datacontenttype": C_("field", "数据格式"),
    "timeprecision": C_("field", "时间精度"),
    "sequence": C_("field", "先后次序"),
    "receivedat": C_("field", "收到时间"),
    "actor": C_("field", "录入人"),
    "data": C_("field", "内容"),
    "activity_id": C_("field", "活动编号"),
    "programme": C_("field", "所属项目"),
    "kind": C_("field", "类别"),
    "title": C_("field", "活动名称"),
    "region": C_("field", "地区"),
    "dealer": C_("field", "经销商"),
    "starts_at": C_("field", "开始时间"),
    "ends_at": C_("field", "结束时间"),
    "venue": C_("field", "地点"),
    "filing_no": C_("field", "备案号"),
    "co_organizers": C_("field", "协办单位"),
    "cost_fen": C_("field", "费用"),
    "reached": C_("field", "触达人数"),
    "cards_handed_out": C_("field", "发卡数"),
    "reason_code": C_("field", "原因"),
    "card_id": C_("field", "档案卡编号"),
    "other_card_id": C_("field", "另一张档案卡"),
    "person": C_("field", "个人信息"),
    "name": C_("field", "姓名"),
    "sex": C_("field", "性别"),
    "birth_date": C_("field", "出生日期"),
    "birth_year": C_("field", "出生年份"),
    "id_number": C_("field", "身份证号"),
    "contact": C_("field", "联系方式"),
    "phones": C_("field", "电话"),
    "address": C_("field", "住址"),
    "mail": C_("field", "邮箱"),
    "health": C_("field", "健康信息"),
    "conditions": C_("field", "病症"),
    "medicines": C_("field", "用药"),
    "devices": C_("field", "用过的器械"),
    "source_kind": C_("field", "来源渠道"),
    "private": C_("field", "备注"),
    "note": C_("field", "备注"),
    "on": C_("field", "去世日期"),
    "relation": C_("field", "关系"),
    "systolic_mmhg": C_("field", "高压"),
    "diastolic_mmhg": C_("field", "低压"),
    "pulse_bpm": C_("field", "脉搏"),
    "trial_id": C_("field", "试用编号"),
    "sku": C_("field", "产品型号"),
    "serial": C_("field", "序列号"),
    "serials": C_("field", "序列号"),
    "outcome": C_("field", "结果"),
    "item": C_("field", "物品"),
    "value_fen": C_("field", "价值"),
    "club": C_("field", "俱乐部"),
    "channel": C_("field", "渠道"),
    "complaint_id": C_("field", "投诉编号"),
    "text": C_("field", "投诉内容"),
    "purchase_id": C_("field", "购买编号"),
    "quantity": C_("field", "数量"),
    "unit_price_fen": C_("field", "单价"),
    "outlet": C_("field", "门店"),
    "buyer": C_("field", "购买人"),
    "decider": C_("field", "决定人"),
    "influencers": C_("field", "影响者"),
    "motive": C_("field", "购买动机"),
    "buyer_name": C_("field", "购买人姓名"),
    "buyer_phone": C_("field", "购买人电话"),
    "return_id": C_("field", "退货编号"),
    "referral_id": C_("field", "转介绍编号"),
    "member": C_("field", "会员编号"),
    "patient_agreed": C_("field", "本人是否同意"),
    "purpose": C_("field", "同意用途"),
    "categories": C_("field", "信息类别"),
    "based_on": C_("field", "依据的副本时间"),
    "notice_version": C_("field", "告知书版本"),
    "method": C_("field", "同意方式"),
    "by": C_("field", "由谁同意"),
    "evidence_sha256": C_("field", "凭证校验码"),
    "witness": C_("field", "见证人"),
    "expires_on": C_("field", "到期日"),
    "institution": C_("field", "工作单位"),
    "institution_kind": C_("field", "单位性质"),
    "licence_no": C_("field", "执业证号"),
    "from_units": C_("field", "从第几件起"),
    "tiers": C_("field", "分档"),
    "trigger": C_("field", "哪一次购买"),
    "law": C_("field", "法律依据"),
    "cap_fen_event": C_("field", "每次购买上限"),
    "drafted_by": C_("field", "起草人"),
    "agreed_by": C_("field", "合规同意人"),
    "course": C_("field", "培训课程"),
    "passed": C_("field", "是否通过"),
    "score": C_("field", "成绩"),
    "form": C_("field", "给予形式"),
    "contract_id": C_("field", "合同编号"),
    "regions": C_("field", "负责地区"),
    "parent": C_("field", "上级经销商"),
    "starts_on": C_("field", "开始日期"),
    "ends_on": C_("field", "结束日期"),
    "up_to": C_("field", "已同步到"),
    "digest": C_("field", "校验码"),
    "policy": C_("field", "政策编号"),
    "effective_from": C_("field", "生效日"),
    "rules": C_("field", "规则"),
    "member_kind": C_("field", "会员类别"),
    "mode": C_("field", "奖励方式"),
    "version": C_("field", "版本"),
    "link_centibits": C_("field", "自动认定的门槛（百分之一比特）"),
    "ask_centibits": C_("field", "请人来看的门槛（百分之一比特）"),
    "levels": C_("field", "各项权重"),
    "thing": C_("field", "比什么"),
    "level": C_("field", "相符的程度"),
    "centibits": C_("field", "百分之一比特"),
    "basis": C_("field", "计算依据"),
    "amount_fen": C_("field", "金额"),
    "percent_bp": C_("field", "比例"),
    "cap_fen_month": C_("field", "每月上限"),
    "cap_fen_year": C_("field", "每年上限"),
    "window_days": C_("field", "有效天数"),
    "which": C_("field", "取哪次转介绍"),
    "hold_days": C_("field", "冻结天数"),
    "training_required": C_("field", "是否需要培训"),
    "reward_id": C_("field", "奖励编号"),
    "reference": C_("field", "付款凭证号"),
    "of_source": C_("field", "被撤销记录的来源"),
    "of_id": C_("field", "被撤销记录的编号"),
    "day": C_("field", "日期"),
}


def last_field(path: str) -> str | None:
    """The name of the field that a JSONPath ends in, None for the whole (`$`)."""
    names = [name for name, _ in _STEP.findall(path) if name]
    return names[-1] if names else None


def field_label(path: str, language: Language) -> str:
    """The label of a JSONPath of an event; of a place in a list with its number, from 1."""
    name = last_field(path)
    if name is None:
        return translated(WHOLE, language)
    label = translated(LABELS.get(name, _UNKNOWN), language)
    number = _STEP.findall(path)[-1][1]
    if not number:
        return label
    return translated(_NUMBERED, language, label=label, number=int(number) + 1)
