"""What is typed into forms, right and wrong."""

TICKS = (
    *("attended", "trial", "trial_end", "purchase", "return", "referral", "club_join"),
    *("consent_archive", "consent_health", "refused_health", "refused_marketing"),
    *("refused_archive", "consent_marketing"),
)

VALUES = {
    "name": ("王桂英",),
    "phone": ("13812345678", "123"),
    "born": ("1950", "1943年", "2020", "1800", "x"),
    "address": ("示例路1号",),
    "systolic_mmhg": ("135", "60", "999", "１３５"),
    "diastolic_mmhg": ("85", "140", "5"),
    "pulse_bpm": ("72", "30", "0"),
    "serial": ("TD26-1",),
    "trial_outcome": ("adverse",),
    "trial_note": ("睡得好",),
    "quantity": ("1", "100", "0", "两"),
    "price": ("693", "6.93", "x"),
    "purchase_serial": ("TD26-2",),
    "return_quantity": ("1", "0"),
    "return_reason": ("other",),
    "gift_item": ("雨伞",),
    "gift_value": ("30", "x"),
    "complaint_text": ("太响",),
    "member": ("M-1",),
    "giver_name": ("李小明",),
}
