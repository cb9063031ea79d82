"""Units that departments write, so that a wrong one is seen. floor: sheets."""

from __future__ import annotations

from policybook.sheets.cleaning import squeeze

_KINDS = {
    "金额": "元 百元 千元 万元 十万元 百万元 千万元 亿元 十亿元 百亿元 美元 万美元 亿美元",
    "面积": "亩 万亩 公顷 万公顷 平方米 万平方米 平方公里 平方千米 ㎡ m2 km2",
    "重量": "克 千克 公斤 kg 斤 吨 万吨 亿吨",
    "长度": "米 m 公里 千米 km 万公里",
    "体积": "立方米 万立方米 亿立方米 方 万方 亿方 m3",
    "功率": "千瓦 kw 万千瓦 亿千瓦 兆瓦 mw 吉瓦 gw",
    "电量": "度 万度 亿度 千瓦时 kwh 万千瓦时 亿千瓦时",
    "容量": "千伏安 万千伏安 兆伏安 千伏",
    "人数": "人 万人 人次 万人次 名",
    "户数": "户 万户",
    "时间": "天 日 个月 月 年 小时",
    "比率": "% ‰ 个百分点",
    "数量": "个 项 台 件 家 座 处 条 所 次 批 宗 起 套 台套 辆 头 万头 只 万只 株 万株 棵 份 场 期 千 万 亿",
}
KNOWN = {unit: kind for kind, units in _KINDS.items() for unit in units.split()}
"""Unit → what it measures."""


def unit_kind(text: str) -> str:
    """What a text measures if it is a known unit, else ``""``."""
    return KNOWN.get(squeeze(text).lower(), "")
