"""What the codes of members, rewards and payments are called."""

from campaigns.wording.catalogues import N_

REWARD_MODES = {
    "FORBIDDEN": N_("不允许"),
    "TRACK_ONLY": N_("仅登记"),
    "HOLD_FOR_REVIEW": N_("审核后发放"),
    "NON_CASH": N_("非现金"),
    "ALLOWED": N_("可以发放"),
}
QUEUES = {
    "to_decide": N_("待审批"),
    "late": N_("补报待核实"),
    "payable": N_("可发放"),
    "to_hand_over": N_("待交付"),
    "held": N_("冻结期"),
    "blocked": N_("不符合"),
    "tracked": N_("仅登记"),
    "rejected": N_("已驳回"),
    "paid": N_("已发放"),
    "clawed_back": N_("已追回"),
    "owed_back": N_("应退回"),
    "alarms": N_("要查的"),
}
DISPUTE_OUTCOMES = {"upheld": N_("认同"), "declined": N_("不认同")}
HANDS = {
    "entered": N_("购买、转介绍或会员是你录入的：批准和付款要由别人做。"),
    "approved": N_("这一份你批准过：付款要由别人做。"),
    "paid": N_("这一份你付过款：批准或驳回要由别人做。"),
}
MARKS = {
    "approver_paid": N_("批准的人自己付了款"),
    "paid_early": N_("冻结期没到就付了"),
    "nothing_due": N_("不该付的付了"),
    "capped": N_("到了上限"),
}
WATCHED = {
    "burst": N_("一天里的购买特别多"),
    "round_trips": N_("买了又全退的特别多"),
    "ring": N_("会员互相介绍"),
    "address": N_("会员和患者同一个地址"),
    "late_entry": N_("购买以后才补报转介绍"),
    "one_phone": N_("两位会员同一个电话"),
    "one_counter": N_("医生介绍的都在一个柜台买"),
    "one_account": N_("几位会员同一个银行账户"),
}
DOUBTS = {
    "watched": N_("这一份在“不寻常的”里，还没有人看过证据。先核查，再付款。"),
    "nothing_due": N_("这一份现在没有可付的钱。付了会记成会员应退回，并列入“要查的”。"),
    "beyond_payable": N_("金额比可发放的多。多付的部分会记成会员应退回。"),
    "before_release": N_("冻结期还没到。提前付会列入“要查的”。"),
    "owes_back": N_(
        "这位会员还有应退回的钱。少付的部分，不超过应退回的，会记成抵扣；照全额付，就还欠着。"
    ),
    "reference_used": N_("这个付款编号已经用过。请核对是不是付了两次。"),
}
LEFT_OUT = {
    "in_kind": N_("非现金的，是交付，不是付款"),
    "on_its_way": N_("正有人在付，或刚刚付过"),
    "settling": N_("刚有人处理过，还没有记完"),
    "nothing_open": N_("现在没有可付的钱"),
    "watched": N_("在“不寻常的”里，还没有人看过证据"),
    "own_hands": N_("你录入或批准过，要由别人付"),
    "owed_back": N_("会员应退回的不比可发放的少，等以后一起抵扣"),
}
REJECTIONS = {
    "no_written_agreement": N_("没有书面协议"),
    "receipt_differs": N_("小票或购买凭证对不上"),
    "referred_by_another": N_("不是这位会员介绍的"),
    "bought_by_nobody": N_("没有这一笔真实的购买"),
    "entered_twice": N_("同一笔购买记了两次"),
    "other": N_("其他"),
}
MEMBER_KINDS = {"doctor": N_("医生会员"), "clerk": N_("店员会员"), "consumer": N_("消费者会员")}
INSTITUTION_KINDS = {
    "public_hospital": N_("公立医院"),
    "private_hospital": N_("民营医院"),
    "pharmacy": N_("药店"),
    "none": N_("没有单位"),
}
STANDINGS = {"active": N_("在册"), "untrained": N_("还没培训"), "left": N_("已退出")}
TRANSFER_FORMS = {
    "gift": N_("礼品"),
    "book": N_("书"),
    "meal": N_("餐饮"),
    "travel": N_("差旅"),
    "device_loan": N_("借用设备"),
    "fee": N_("费用"),
    "reward": N_("奖励"),
}
THROUGH = {"employer": N_("用人单位"), "member": N_("本人")}
ORDER_STATES = {
    "ordered": N_("等银行回单"),
    "telling": N_("没记完"),
    "paid": N_("已发放"),
    "failed": N_("没付成"),
}
BEGUN_STATES = {"ordered": N_("还没有记上"), "telling": ORDER_STATES["telling"]}
FINDINGS = {
    "paid": N_("已记为发放"),
    "failed": N_("没付成，可以重新付"),
    "unknown": N_("这个文件里没有这个付款编号"),
    "amount_differs": N_("金额和付款文件不一样，没有记"),
    "unreadable": N_("金额或结果看不懂，没有记"),
    "ended": N_("之前已经记过"),
    "repeated": N_("回单里这个编号出现了两次，只记第一行；两行都“成功”的，请问银行是不是付了两次"),
    "taken": N_("别人正在记这一笔，没有再记"),
    "other": N_("这一笔的编号已经用在别的记录上，没有记"),
    "refused": N_("没有收下，没有记。可以把回单再贴一次"),
}
STEPS = {
    "enrolled": N_("成为会员"),
    "trained": N_("培训合格"),
    "left": N_("会员退出"),
    "referred": N_("介绍患者（本人同意）"),
    "bought": N_("患者购买"),
    "returned": N_("患者退货"),
    "approved": N_("批准"),
    "rejected": N_("驳回"),
    "paid": N_("发放"),
}
WHY = {
    "counts": N_("算这一次"),
    "not_member": N_("介绍时还不是会员"),
    "left": N_("介绍时已经退出"),
    "after_purchase": N_("在购买以后"),
    "out_of_window": N_("离购买太久，过了有效期"),
    "earlier": N_("后来另有人介绍"),
    "later": N_("之前已有人介绍"),
}
FREES = {
    "hold": N_("买的人在冻结期里可能退货：期满没有退才可发放，到那一天自动解冻。"),
    "approval": N_("要由总部或合规批准。录入过购买、转介绍或会员登记的人不能批准。"),
    "late_approval": N_("转介绍补报晚了 7 天以上：有人核实并批准，就转为冻结期。别的都解不了。"),
    "training_missing": N_("购买那天以前没有合格的培训。后来的培训不算；补录那天以前的才算。"),
    "never": N_("没有什么能让它变成可发放。"),
    "nothing": N_("已经付清，没有要等的。"),
    "rejected": N_("已驳回。以后再批准就恢复。"),
    "watched": N_("核查没有问题，就可以发放。付款的人不能是录入或批准的人。"),
    "pay": N_("现在就可以发放。付款的人不能是录入或批准的人。"),
}
MEANINGS = {
    "to_decide": N_("公司还在核对书面协议和购买凭证，批准了才付。"),
    "held": N_("买的人可能退货。到冻结期满那一天没有退，就自动转为可发放。"),
    "payable": N_("可以付了，等公司付款或交付；有应退回的，先抵扣。"),
    "paid": N_("已经付出或交付。"),
    "clawed_back": N_("买的退了，或不再算你介绍的：没有奖励。付过的算应退回，下一次付款时抵扣。"),
    "rejected": N_("公司看过，不发；为什么写在后面。以后再批准就恢复。"),
    "tracked": N_("只记下是你介绍的，按规定不发奖励。"),
    "blocked": N_("这一份没有奖励，为什么写在后面。"),
    "not_trained": FREES["training_missing"],
    "late_referral": N_("购买记下 7 天以后才补报介绍：公司核实并批准了才算。"),
}
"""What a standing means, or why nothing is due, to the member whose reward it is."""
LEDGER_REASONS = {
    "earned": N_("应得"),
    "earned_reversed": N_("应得冲回"),
    "released": N_("解冻"),
    "released_reversed": N_("解冻冲回"),
    "paid": N_("已发放"),
    "paid_reversed": N_("发放冲回"),
    "overpaid": N_("多发"),
    "overpaid_reversed": N_("多发冲回"),
    "clawed_back": N_("追回"),
    "clawed_back_reversed": N_("追回冲回"),
    "set_off": N_("抵扣"),
    "set_off_reversed": N_("抵扣冲回"),
    "moved_reversed": N_("调整"),
}
ACCOUNTS = {
    "company:reward_expense": N_("企业 · 奖励费用"),
    "company:bank": N_("企业 · 银行"),
    "held": N_("冻结期"),
    "payable": N_("可发放"),
    "receivable": N_("应退回"),
}
TRIGGERS = {"first_purchase": N_("第一次购买"), "repeat_purchase": N_("再次购买")}
SUMS = {
    "per_unit": N_("每件"),
    "percent": N_("按比例"),
    "per_purchase": N_("每次购买"),
    "tier": N_("分档"),
    "cap_event": N_("每次购买的上限"),
    "cap_month": N_("当月上限"),
    "cap_year": N_("当年上限"),
    "state": N_("没有金额"),
}
GROUPS = {
    "reward_sum": SUMS,
    "rule_trigger": TRIGGERS,
    "reward_step": STEPS,
    "referral_why": WHY,
    "reward_free": FREES,
    "reward_meaning": MEANINGS,
    "ledger_reason": LEDGER_REASONS,
    "ledger_account": ACCOUNTS,
    "reward_mode": REWARD_MODES,
    "reward_queue": QUEUES,
    "reward_mark": MARKS,
    "reward_hand": HANDS,
    "watched": WATCHED,
    "dispute_outcome": DISPUTE_OUTCOMES,
    "payment_doubt": DOUBTS,
    "left_out": LEFT_OUT,
    "rejection": REJECTIONS,
    "member_kind": MEMBER_KINDS,
    "institution_kind": INSTITUTION_KINDS,
    "through": THROUGH,
    "transfer_form": TRANSFER_FORMS,
    "order_state": ORDER_STATES,
    "begun_state": BEGUN_STATES,
    "finding": FINDINGS,
}
