"""What may stand in an environment variable, in words."""

from crm.configuration.environment import Kind
from streams.wording.say import say

PHRASES = {
    "text": "任何文字",
    "file": "文件或文件夹",
    "one_of": " {known} 之一",
    "switch": " on 或 off",
    "seconds": "不小于 {known} 的秒数",
    "networks": "网段，如 172.16.0.0/12，几个之间用逗号",
    "database": "数据库地址：postgresql+psycopg://用户@主机/库 或 sqlite:///文件",
    "brokers": "主机:端口，几个之间用逗号",
    "prefix": "字母、数字和 . _ -",
}
"""By the code of the rule (`Kind.rule`)."""


def allowed_in(kind: Kind) -> str:
    """What this kind of variable may hold, in the command's language."""
    return say(PHRASES[kind.rule], known=kind.known)
