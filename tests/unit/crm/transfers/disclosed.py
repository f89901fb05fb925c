"""What members are paid, as it is disclosed."""

from datetime import date

from crm.transfers.transfer import Transfer

DAY = date(2026, 5, 3)

DOCTOR = ("D1", "刘明", "doctor", "市一院", "public_hospital", "X")

CLERK = ("C1", "=赵", "clerk", "康民药店", "pharmacy", "X")

LINES = [
    Transfer(DAY, *DOCTOR, "meal", "午餐", 4_550, "/hq", "1"),
    Transfer(DAY, *DOCTOR, "travel", "火车票", 30_000, "/hq", "2"),
    Transfer(DAY, *CLERK, "reward", "r-1", 2_000, "/hq", "3"),
    Transfer(DAY, "U1", "王", "consumer", None, None, "X", "gift", "茶杯", 1_000, "/hq", "4"),
]
