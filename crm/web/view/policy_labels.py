"""What the law asks about a policy, with its article; what states of drafts are called."""

from campaigns.wording.catalogues import N_

FINDINGS = {
    "pays_doctor": N_(
        "给医生发钱或物：反不正当竞争法第八条；医疗机构工作人员廉洁从业九项准则一、五、六、九"
    ),
    "pays_public_hospital": N_(
        "给公立医院的人员发钱或物：反不正当竞争法第八条；廉洁从业九项准则六、九"
    ),
    "clerk_without_review": N_(
        "给店员不经审核直接发：反不正当竞争法第八条第二款，要有用人单位的书面协议并入账"
    ),
    "cash_to_consumer": N_("给消费者发钱：禁止传销条例第七条的界线，默认只送小礼品"),
    "before_return_window": N_("冻结期短于 7 天的退货期：消费者权益保护法第二十五条"),
    "short_hold": N_("冻结期短于 30 天：退货还没有完就可能付出去"),
    "without_training": N_("不要求培训：手册第 39 页要求每个会员都培训"),
    "high_percent": N_("比例高于 30%：直销管理条例第二十四条的上限"),
    "without_cap": N_("没有每月或每年的上限"),
    "retroactive": N_("从过去的日子起生效：已经算过的奖励会重新算"),
    "never_reached": N_("前面已有一条管住了，这一条用不到"),
    "kind_missing": N_("有的会员类别没有写：他们的介绍不得奖励，也挡住更早的介绍"),
}
DRAFT_STATES = {
    "draft": N_("草稿"),
    "published": N_("已发布"),
    "withdrawn": N_("已撤下"),
}
GROUPS = {"policy_finding": FINDINGS, "draft_state": DRAFT_STATES}
