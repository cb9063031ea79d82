"""What the demo city is made of; every name is made up. floor: demo."""

from __future__ import annotations

from dataclasses import dataclass

NAME = "样例市（虚构）"
ISSUER = "样例市人民政府（虚构）"
COMMITTEE = "样例市人大常委会（虚构）"
MARK = "演示数据，随机生成。"
"""The note of a record, where a ledger's rows are read one by one."""

PACE = (104, 97, 110, 88, 101, 93)
"""How quickly the districts work, in per cent; two of them lag."""
DISTRICTS = {
    "qinghe": "青禾区",
    "yunshan": "云杉区",
    "bailu": "白鹭区",
    "shiliu": "石榴区",
    "wangshu": "望舒县",
    "tingyu": "听雨县",
}
DISTRICT_PACE = dict(zip(DISTRICTS.values(), PACE, strict=True))

HOUSING, TRANSPORT, WATER = "市住建局", "市交通局", "市水务局"
WELFARE, EDUCATION, REFORM = "市民政局", "市教育局", "市发改委"
DEPARTMENTS = (HOUSING, TRANSPORT, WATER, WELFARE, EDUCATION, REFORM)

OUTDOOR = (14, 32, 34, 20)
STEADY = (24, 26, 24, 26)
SCHOOL = (12, 20, 48, 20)
"""Shares of a year's work done in its quarters."""


@dataclass(frozen=True)
class Task:
    """A task that every district has a yearly plan for."""

    code: str
    title: str
    section: str
    measure: str
    unit: str
    department: str
    season: tuple[int, ...]
    least: int  # of a district's plan
    most: int
    over: bool = False  # whether completion may go over the plan
    tenths: bool = False  # whether it is measured to one place


TASKS = (
    Task("old-estates", "老旧小区改造", "宜居城市", "完工小区", "个", HOUSING, OUTDOOR, 12, 45),
    Task(
        *("heat-pipes", "供热管网更新", "宜居城市", "更新长度", "公里", HOUSING, OUTDOOR, 15, 60),
        tenths=True,
    ),
    Task("pocket-parks", "口袋公园建设", "宜居城市", "建成公园", "个", HOUSING, OUTDOOR, 5, 18),
    Task(
        *("rural-roads", "乡村道路养护", "畅通出行", "养护里程", "公里", TRANSPORT, OUTDOOR),
        *(30, 120),
        tenths=True,
    ),
    Task("bus-stops", "公交站台改造", "畅通出行", "改造站台", "座", TRANSPORT, STEADY, 20, 80),
    Task(
        *("river-dredging", "河道清淤", "生态环境", "清淤长度", "公里", WATER, OUTDOOR, 8, 40),
        tenths=True,
    ),
    Task(
        *("water-fittings", "节水器具换装", "生态环境", "换装户数", "户", WATER, STEADY),
        *(400, 2600),
        over=True,
    ),
    Task("care-stations", "养老服务站新建", "民生保障", "建成站点", "个", WELFARE, STEADY, 6, 20),
    Task("meal-points", "老年助餐点开设", "民生保障", "开设助餐点", "个", WELFARE, STEADY, 10, 36),
    Task(
        *("school-places", "义务教育学位新增", "民生保障", "新增学位", "个", EDUCATION, SCHOOL),
        *(300, 1800),
        over=True,
    ),
    Task(
        *("job-training", "职业技能培训", "民生保障", "培训人次", "人次", EDUCATION, STEADY),
        *(500, 3000),
        over=True,
    ),
    Task(
        *("firm-requests", "企业诉求办理", "营商环境", "办结诉求", "件", REFORM, STEADY, 80, 420),
        over=True,
    ),
)

WORKS = {
    HOUSING: ("雨水泵站", "垃圾转运站", "保障住房", "体育公园", "热源厂", "地下管廊"),
    TRANSPORT: ("公交枢纽", "跨河桥梁", "货运场站", "环城道路", "停车楼", "慢行步道"),
    WATER: ("污水处理厂", "水源工程", "再生水管线", "河岸修复", "排涝泵站", "供水加压站"),
    WELFARE: ("养老院", "儿童福利院", "社区食堂", "残疾人康复中心"),
    EDUCATION: ("小学", "初中", "幼儿园", "实训基地", "图书馆"),
    REFORM: ("冷链物流园", "储能电站", "智能制造园", "数据中心", "农产品加工园", "标准厂房"),
}
"""What projects build, by the department in charge; enterprises invest in the last more often."""

CATEGORIES = ("资金缺口", "用地手续", "部门配合", "管线迁改", "群众诉求", "设计变更")
MATTERS = {
    "资金缺口": ("配套资金尚未落实", "工程款支付滞后", "贷款审批未完成"),
    "用地手续": ("用地批复未取得", "征收补偿协议未签完", "规划许可待办"),
    "部门配合": ("联合验收未安排", "数据共享接口未开通", "占道许可意见不一致"),
    "管线迁改": ("燃气管线未迁改", "通信光缆位置不明", "电力杆线未迁移"),
    "群众诉求": ("施工噪声投诉", "出入口封闭影响出行", "绿化恢复要求"),
    "设计变更": ("地质条件与勘察不符", "方案调整待审", "预算核增待批"),
}
TOLD_BY = {
    "资金缺口": "funds.spend_rate",
    "用地手续": "projects.early",
    "设计变更": "projects.delayed",
}
"""The statistic that shows whether the problems of a category are solved."""
FUND_CHANNELS = ("上级补助", "专项债券", "市级财政", "银行贷款")
FUND_USES = ("城市更新", "道路桥梁", "水务设施", "养老托育", "学校建设", "产业园区")
OPINIONS = (
    ("建议", "加快滞后任务的进度", "tasks.behind"),
    ("建议", "压实年度投资计划", "projects.year_rate"),
    ("建议", "提高资金支付效率", "funds.spend_rate"),
    ("建议", "加强问题销号的验收", "problems.clearing_rate"),
    ("问题", "部分区县任务推进不均衡", "tasks.not_behind_share"),
    ("问题", "部分项目竣工时间推迟", "projects.delayed"),
    ("问题", "部分问题办结逾期", "problems.overdue"),
    ("办理要求", "说明未下达资金的原因", "funds.issue_rate"),
    ("办理要求", "报送长期未销号问题清单", "problems.oldest_days"),
    ("办理要求", "公布前期项目的开工安排", "projects.early"),
)
"""Kind, title and statistic of what the committee says."""


@dataclass(frozen=True)
class MatrixEntry:
    """A row of the city's policy matrix."""

    id: str
    title: str
    kind: str
    sections: tuple[str, ...]  # of the tasks that its policies serve
    progress: tuple[str, ...] = ()  # where the report tells of its progress


STRATEGY = "战略"
_LAKE, _ROADS, _HOME, _CARE, _TRADE = "生态环境", "畅通出行", "宜居城市", "民生保障", "营商环境"
MATRIX = (
    MatrixEntry(
        *("opinion-growth", "城市高质量发展意见", "意见", (_HOME, _CARE, _TRADE)),
        (_HOME, _CARE, _TRADE),
    ),
    MatrixEntry("strategy-lake", "湖滨生态战略", STRATEGY, (_LAKE,), (_LAKE,)),
    MatrixEntry("strategy-ways", "城乡通达战略", STRATEGY, (_ROADS, _TRADE), (_ROADS,)),
    MatrixEntry("strategy-counties", "县城振兴战略", STRATEGY, (_HOME, _ROADS)),
)
POLICY_KINDS = ("方案", "工作要点", "举措")
POLICY_SUBJECTS = ("三年提升", "年度推进", "服务优化", "质量达标", "短板补齐")
POLICY_ORIGINS = ("上级下发后配套", "向上争取", "审议意见推动", "本市研究提出")
