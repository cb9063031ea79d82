"""Numerals that are no quantity: dates, documents, names, ordinals, set phrases. floor: scan.

Each pattern is tried over the whole text in the order of :data:`MARKS`; what one has taken,
the later ones no longer see.
"""

from __future__ import annotations

import re

from policybook.scan.lexicon import CHINESE, alternation, words

_N = rf"(?:\d{{1,9}}|[{CHINESE}]{{1,12}})"
_S = "[一二三四五六七八九十]"
_DIGIT = "[〇零一二三四五六七八九]"
_YEAR = r"(?:1[6-9]|20)\d\d"
_TO = " ?[-—–~～至到、和]+ ?"
_PART = "(?:份|底|末|初|上旬|中旬|下旬)"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_DAYS = rf"{_DAY}(?:{_TO}{_DAY})?\s?[日号]"
_MONTH_DAY = rf"{_MONTH}(?:{_TO}{_MONTH})?\s?月(?!饼)(?:{_PART}|\s?{_DAYS})?"
_CN_MONTH = "(?:十[一二]|[一二三四五六七八九十])月"
_CN_DAY = "(?:[一二三]?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
_QUARTER = "[一二三四1234]"

_DOCUMENT = [
    rf"[〔\[［【（(]\s?{_YEAR}\s?[〕\]］】）)]\s?第?\s?\d+(?:[-—–]\d+)?\s?号",
    r"(?<![A-Za-z])(?:GB|DB|ISO|IEC|HJ|CJJ|JGJ|JTG|NY|DL|SL|AQ|LY|QX|WS|YY|JR|GA|CJ|TB|YD|CECS)"
    r"(?:\d\d)?(?:/[A-Z]{1,4}\d*)?[ \t]?\d+(?:\.\d+)*(?:[-—–]\d{4})?",
    rf"[（(]{_YEAR}[）)][\u4e00-\u9fff]{{1,4}}\d{{0,4}}[\u4e00-\u9fff]{{1,3}}\d+号",
    rf"第\s?{_N}[条款](?!线|生产)(?:之{_S})?(?:第{_N}[款项])*",
    rf"第\s?{_N}\s?号",
    rf"(?<![{CHINESE}\d])(?:\d{{1,9}}|[{CHINESE}]{{1,12}})\s?号(?=文|令|公告|通报|决定|议案|建议|提案|意见|函|批复)",
]
_DATE = [
    rf"(?<!\d){_YEAR}\s?(?P<sign>[-./])\s?{_MONTH}\s?(?P=sign)\s?{_DAY}(?!\d)",
    rf"(?<![\d.]){_YEAR}(?:年)?{_TO}{_YEAR}(?:\s?年度?|(?=[)）\s]|$))",
    rf"(?<![\d.]){_YEAR}\s?年(?:度|底|末|初|以来|代)?"
    rf"(?:\s?{_MONTH_DAY}(?:{_TO}(?:{_MONTH}月)?{_DAYS})?)?",
    rf"(?<=[（(]){_YEAR}(?=[）)])",
    rf"(?<![\d.-]){_YEAR}-(?:0[1-9]|1[0-2])(?![\d-])|(?<!\d){_YEAR}级",
    rf"(?<![\d.,]){_MONTH_DAY}(?:{_TO}(?:{_MONTH}\s?月)?{_DAYS})?",
    # A day of a month, and no length of time (延长15日, 15日内).
    rf"(?<![\d.,满])(?<!延长|提前|不足|超过|少于|连续|历时|为期|累计|逾期|缩短|至少){_DAY}"
    rf"(?:{_TO}{_DAY})?\s?日(?![内元均产报供处游志常夜程子用]|以内|之内|历)",
    rf"(?:前|第)?{_QUARTER}(?:{_TO}{_QUARTER})?季度",
    rf"(?:\d{{1,2}}|[{CHINESE}]{{1,3}})世纪(?:(?:\d0|{_S}十)年代)?|(?:\d0|{_S}十)年代",
    rf"{_DIGIT}{{4}}年(?:{_CN_MONTH}(?:{_CN_DAY}|{_PART})?)?",
    rf"(?<![{CHINESE}个数几]){_CN_MONTH}(?!一)(?:{_PART}|{_CN_DAY})?",
    rf"(?:(?:正|冬|腊)月|农历{_S}{{1,2}}月)(?:初|廿)?{_S}{{1,3}}",
    r"(?<![\d.:：])(?:[01]?\d|2[0-4])[:：][0-5]\d(?:[:：][0-5]\d)?(?![\d.:：])",
    r"(?<![\d.])(?:[01]?\d|2[0-4])时(?:[0-5]?\d分|整|许|(?=[，。、；）)前后至起止—]|$))",
    r"(?<![\d.])(?:[01]?\d|2[0-4])点(?:[0-5]?\d分|半|整)",
    r"(?<=[午晨晚间])\d{1,2}点",
    r"[上下]半年",
]
_NAME = [
    # Addresses and telephone numbers.
    r"https?://[^\s\u4e00-\u9fff]+|www\.[^\s\u4e00-\u9fff]+",
    r"[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9_.-]{1,64}",
    r"(?<!\d)(?:0\d{2,3}[-—]\d{7,8}|1[3-9]\d{9}|\d{15,20}[Xx]?)(?!\d)",
    r"(?<=邮编)[:：]?\d{6}|(?<=电话)[:：]?\d{7,8}",
    # Models, roads, buildings, versions.
    r"(?<!\d)1\+[A-Z](?![A-Za-z])",
    rf"(?<![{CHINESE}])[{CHINESE}]{{1,2}}标段",
    r"(?<![A-Za-z0-9])[A-Za-z][A-Za-z-]{0,14}[-—·]?\d+(?:\.\d+)*[A-Za-z0-9+-]*",
    r"(?<![\d.A-Za-z_])\d+_[A-Za-z_]\w{0,60}",
    r"(?<![\d.])\d{1,4}(?:\.\d{1,2})?[ADGKCEFHS](?![A-Za-z])级?",
    r"(?<=[\u4e00-\u9fffA-Za-z”’』」])[1-9]\.0(?=[”’』」》\"]|版|时代|平台|行动|计划|工程|方案|模式|升级|系统)",
    r"(?<!\d)\d{1,4}[国省县乡]道|(?<=[国省县乡]道)\s?\d+(?:线)?",
    rf"(?<![{CHINESE}\d])(?:\d{{1,6}}|[{CHINESE}]{{1,3}})号(?![召称角码子])",
    r"(?<!\d)\d{1,3}路(?=公交|车|、|等)|(?<=公交)\d{1,3}路",
    r"(?<!\d)\d{1,4}[栋幢号楼](?:\d{1,2}单元)?\d{1,5}室",
    r"(?<!\d)\d×\d(?=篮球)",
    r"(?<!\d)\d{1,4}强(?![化制])",
    # Hotlines.
    r"(?<!\d)(?:1\d{4}|1\d\d|9\d{4})(?=[”\"]?(?:政务|便民|服务|热线|平台|报警|急救|举报|投诉"
    r"|市民|接诉|民生|消费|供电|监督|心理))",
    r"(?<=拨打)\d{3,5}|(?<!\d)(?:11[09]|12[02]|123(?:45|15|33|19|69|88|66|29|09)|95598)"
    r"(?=[、和与等及联]|消防|宣传|警情|接警|报警|急救|咨询|受理|热线|平台|指挥)",
    # Grades, but levels of government are counted (省市县三级).
    rf"(?<![{CHINESE}\d.])(?:\d|{_S})星(?!期)级?",
    rf"(?<![{CHINESE}\d.省市县乡村区旗镇盟地国家])(?:\d|[1-9]A|{_S}|{_S}[AB])级",
    rf"(?<![{CHINESE}])[一二三四五六七八九]年级",
    # Phases and programmes.
    rf"(?<![{CHINESE}\d第班办])[一二三四五六七八九十ⅠⅡⅢⅣ]{{1,3}}期(?![间限望待盼权货刊末初满])",
    r"(?<![\d第])\d期(?=工程|项目|建设|扩建|机组|地块|[）)])",
    rf"(?<![{CHINESE}\d.])(?:\d{{1,2}}|{_S}{{1,3}})年(?!内|来|前|后|以|多|中|累计|前|间|共)"
    r"(?=[\u4e00-\u9fff]{0,4}?(?:行动|规划|攻坚|计划|会战|禁渔))",
    rf"(?<=党的)[{CHINESE}]{{1,4}}大",
    rf"[{CHINESE}]{{1,3}}届(?:(?:[历]次|{_S}{{1,2}}[次中])全会)",
    # Villages and streets (张四家村, 三道沟).
    rf"(?<![{CHINESE}])[{CHINESE}](?:[家道间里合岔角]|棵树)"
    r"(?=村(?!集体|民|办|级)|嘎查|[庄屯沟湾窑营子梁街巷坡房塘铺岗岭]|桥(?!梁))",
    r"(?<![\d.])\d{1,2}[·•・]\d{1,2}(?![\d.])",
    r"(?<=[“\"])\d{1,2}\.\d{1,2}(?=[”\"])",
    r"(?<![\d.])(?:985|211)(?=[”\"、]?(?:工程|高校|院校|大学|$))",
    r"(?<!\d)\d0后(?!来|续|期)",
    r"(?<=[“‘「『\"])\d{3,5}(?=[”’」』\"])",
    rf"(?<=[\u4e00-\u9fff]){_S}(?:级|次)(?=甲等|乙等|管网|供水|网|侧|设备|能源)",
    rf"(?<![{CHINESE}\d])[一二三]次(?=管网|供水|网|侧|设备|能源)",
    rf"(?<![{CHINESE}\d]){_S}个{_S}(?![个项家月年天])",
]
_ORDINAL = [
    # The number of a row: a cell of its own at the beginning of a line.
    r"^\d{1,2} +(?=[\u4e00-\u9fff])(?! *[万亿多余个项家户人名台套条次件处座公千米亩吨元天年月日时小分秒])",
    rf"前{_N}批|头一(?:年|次|回|个|天)",
    r"[①-⑳⑴-⒇⒈-⒛㈠-㈩❶-❿Ⅰ-Ⅻ]",
    rf"第\s?{_N}(?:[批次届轮期名位章节项类家任代组方站个季]|阶段)?",
    rf"(?<![{CHINESE}\d同统唯单归第之不如]){_S}{{1,3}}是(?!否)",
    rf"(?:^|(?<=[。；：，！\s])){_S}{{1,3}}要(?![求点素件务闻领害塞道])",
    rf"(?:^|(?<=[。；：！？\s”])){_S}{{1,3}}、",
    r"[（(](?:[一二三四五六七八九十]{1,3})[)）]|(?:^|(?<=[。；：\n]))[（(]\d{1,2}[)）]",
    rf"^ *\d{{1,2}}(?:[.．](?!\d)|[.．](?={_YEAR}年)|[、)）])",
    rf"(?<=[。；：])\d{{1,2}}(?:[.．](?!\d)|[.．](?={_YEAR}年)|[、)）])",
    r"(?:(?:图|附件|附表|附录|附图|专栏|(?<![发代报外仪手电水填列])表)\s?)\d{1,3}(?:[-－.—]\d{1,2})*"
    r"(?![\d.]|\s?[个项张份篇家名件%万亿多余])",
    rf"其{_S}(?![是个])|其{_S}(?=是)",
    rf"[{CHINESE}]{{1,3}}届|(?<!\d)\d{{1,2}}届(?=[\u4e00-\u9fff]?(?:人大|政协|党|全国|市|委员))",
    rf"(?:(?<=人大|政协|党委|省委|市委|县委|区委|旗委)|(?<=常委会|委员会|代表会))[{CHINESE}]{{1,3}}次(?=会议|全会|全体)",
]
_WORD_EDGE = rf"(?<![{CHINESE}\d.多余几数来近超逾过])"

_FIRST = rf"(?=[\dA-Za-z{CHINESE}第前其正冬腊农上下图附专表头〔\[［【（(\s①-⒛㈠-㈩❶-❿Ⅰ-Ⅻ])"
"""The characters that a mark can begin with: most of a text is passed over at once."""

MARKS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"{_FIRST}(?:{'|'.join(patterns)})", re.MULTILINE))
    for kind, patterns in (
        ("document", _DOCUMENT),
        ("name", _NAME[:4]),  # addresses and telephone numbers look like dates in part
        ("date", _DATE),
        ("name", _NAME[4:]),
        ("ordinal", _ORDINAL),
    )
)

LEXICON = re.compile(
    rf"(?P<name>{_WORD_EDGE}{alternation(words('name'))})"
    rf"|(?P<idiom>{_WORD_EDGE}{alternation(words('idiom'))})"
    rf"|(?P<date>{alternation(words('date'))})"
    rf"|(?P<uncounted>{_WORD_EDGE}{alternation(words('uncounted'))})"
)
RANKING = re.compile(
    r"(?:排名|排在|排|位居|位列|名列|居(?![民住家])|(?<![系序陈])列|升至|跃居|跃升|进到|升到|退居|降至|降到|稳居|位次)"
    r"[^，。；、（(\d]{0,8}$"
)
NO_RANK = re.compile(r"[批次届轮期章节项方梯阶]")
QUOTED = re.compile(r"([“‘「『])([^“”‘’「」『』]{1,14})[”’」』]|(《)([^《》]{1,60})》")
