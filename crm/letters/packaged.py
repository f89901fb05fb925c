"""The templates that come with the program, in the words of the catalogues."""

from campaigns.wording.catalogues import N_
from crm.letters.template import Purpose

PACKAGED: dict[str, tuple[Purpose, str, str]] = {
    "trial-follow-up": (
        "service",
        N_("试用得怎么样？"),
        N_(
            "{{ name }}，您好：\n\n"
            "{% if sku %}您从 {{ started_on }} 起试用我们的产品 {{ sku }}。{% endif %}"
            "用得顺手吗？有没有不舒服的地方？\n"
            "如果有任何不适，请先停用，并告诉我们。\n\n"
            "{{ company }} {{ contact }}\n{{ today }}"
        ),
    ),
    "invitation": (
        "marketing",
        N_("请您来坐坐"),
        N_(
            "{{ name }}，您好：\n\n"
            "我们近期在您附近办健康讲座，欢迎您和家人来听，不用交钱，也不用买东西。\n"
            "不想再收到这样的信，请告诉我们一声，我们马上停。\n\n"
            "{{ company }} {{ contact }}\n{{ today }}"
        ),
    ),
    "activity-invitation": (
        "marketing",
        N_("请您来参加活动"),
        N_(
            "{{ name }}，您好：\n\n"
            "{{ host }}请您和家人来参加“{{ activity }}”。\n"
            "时间：{{ when }}\n"
            "地点：{{ place }}\n"
            "不想再收到这样的信，请告诉我们一声，我们马上停。\n\n"
            "{{ company }} {{ contact }}\n{{ today }}"
        ),
    ),
}
