"""How surnames are read where a dictionary of words reads the same characters otherwise."""

from types import MappingProxyType


def _table(entries: str) -> MappingProxyType[str, tuple[str, ...]]:
    """`尉迟=yu chi` → {"尉迟": ("yu", "chi")}."""
    pairs = (entry.split("=") for entry in " ".join(entries.split("\n")).split(", "))
    return MappingProxyType({name.strip(): tuple(read.split()) for name, read in pairs})


SURNAMES = _table(
    """单=shan, 解=xie, 曾=zeng, 仇=qiu, 区=ou, 查=zha, 朴=piao, 盖=ge, 覃=qin, 种=chong, 秘=bi,
    洗=xian, 员=yun, 贠=yun, 尉=wei, 乐=yue, 召=shao, 折=she, 缪=miao, 任=ren, 翟=zhai, 黑=he,
    繁=po, 卜=bu, 薄=bo, 能=nai, 祭=zhai, 乜=nie, 佴=nai, 阚=kan, 藏=zang, 角=jue, 粘=nian,
    都=du, 炅=gui, 句=gou, 颉=xie, 么=yao, 纥=he, 番=pan, 圈=juan, 逄=pang, 宁=ning, 华=hua,
    葛=ge, 纪=ji, 应=ying, 那=na, 哈=ha, 牟=mou, 佘=she, 车=che, 莘=shen, 谌=chen, 郗=xi"""
)
"""Surnames of one character, toneless. 覃 is read tan by some and qin by most."""

COMPOUND_SURNAMES = _table(
    """欧阳=ou yang, 上官=shang guan, 司马=si ma, 司徒=si tu, 司空=si kong, 诸葛=zhu ge,
    夏侯=xia hou, 皇甫=huang fu, 尉迟=yu chi, 万俟=mo qi, 长孙=zhang sun, 澹台=tan tai,
    令狐=ling hu, 慕容=mu rong, 宇文=yu wen, 公孙=gong sun, 端木=duan mu, 轩辕=xuan yuan,
    东方=dong fang, 独孤=du gu, 南宫=nan gong, 呼延=hu yan, 鲜于=xian yu, 闻人=wen ren,
    申屠=shen tu, 淳于=chun yu, 濮阳=pu yang, 赫连=he lian, 钟离=zhong li, 闾丘=lv qiu,
    亓官=qi guan, 仲孙=zhong sun, 颛孙=zhuan sun, 宰父=zai fu, 谷梁=gu liang, 拓跋=tuo ba,
    夹谷=jia gu, 乐正=yue zheng, 公冶=gong ye, 公羊=gong yang, 公西=gong xi, 宗政=zong zheng,
    太史=tai shi, 太叔=tai shu, 西门=xi men, 东郭=dong guo, 南门=nan men, 百里=bai li,
    第五=di wu, 漆雕=qi diao, 梁丘=liang qiu, 左丘=zuo qiu, 羊舌=yang she, 段干=duan gan,
    完颜=wan yan, 耶律=ye lv, 纳兰=na lan, 叶赫=ye he, 哥舒=ge shu, 贺若=he ruo"""
)
"""Surnames of two characters. 单于 is left out: 单 with the given name 于… is far commoner."""
