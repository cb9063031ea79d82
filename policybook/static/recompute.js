// Recomputes facts in the reader's browser: their published queries run in SQLite over the
// ledgers as they lie on the server now, and what comes out is compared with what is published.
// A classic script, since browsers refuse modules from file:; SQLite itself is a module, loaded
// when a reader asks for it. Nothing leaves the site.
(() => {
  "use strict";
  const section = document.querySelector("[data-recompute]");
  const meta = document.querySelector('meta[name="policybook-edition"]');
  if (!section || !meta) return;
  const root = new URL(meta.dataset.top, document.baseURI);

  // Exact numbers: {n, d}, a fraction in lowest terms. No float is calculated with.

  function fraction(n, d = 1n) {
    if (d === 0n) throw new Error("除数为零");
    let [a, b] = [n, d];
    while (b) [a, b] = [b, a % b];
    if (a < 0n !== d < 0n) a = -a;
    return { n: n / a, d: d / a };
  }

  const OPERATORS = {
    "+": (x, y) => fraction(x.n * y.d + y.n * x.d, x.d * y.d),
    "-": (x, y) => fraction(x.n * y.d - y.n * x.d, x.d * y.d),
    "*": (x, y) => fraction(x.n * y.n, x.d * y.d),
    "/": (x, y) => fraction(x.n * y.d, x.d * y.n),
  };
  const same = (x, y) => x.n === y.n && x.d === y.d;

  // A query's value or a published text. SQLite's reals are decimals divided by a power of ten:
  // the shortest text that reads back the same is that decimal. A date is its day number.
  function exact(value) {
    const text = String(value);
    if (/^\d{4}-\d\d-\d\d$/.test(text)) {
      const time = new Date(`${text}T00:00:00Z`);
      if (isNaN(time) || !time.toISOString().startsWith(text)) throw new Error(`没有 ${text} 这天`);
      return fraction(BigInt(time.getTime() / 86400000 + 719163));
    }
    const ratio = /^(-?\d+)\/(\d+)$/.exec(text);
    if (ratio) return fraction(BigInt(ratio[1]), BigInt(ratio[2]));
    const decimal = /^(-?\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/.exec(text);
    if (!decimal) throw new Error(`“${text}”不是数`);
    const [, whole, part = "", power = "0"] = decimal;
    const shift = BigInt(power) - BigInt(part.length);
    const digits = BigInt(whole + part);
    return shift < 0n ? fraction(digits, 10n ** -shift) : fraction(digits * 10n ** shift);
  }

  // + - * / with brackets and signs over single letters, as facts' formulas are.
  function evaluate(expression, values) {
    const tokens = expression.match(/\d+(?:\.\d+)?|\S/g) || [];
    const take = (signs) => (signs.includes(tokens[0]) ? tokens.shift() : undefined);
    function atom() {
      const token = tokens.shift();
      if (token === "-") return OPERATORS["*"](fraction(-1n), atom());
      if (token === "(") {
        const inner = sum();
        if (take([")"])) return inner;
      } else if (/^\d/.test(token)) return exact(token);
      else if (values.has(token)) return values.get(token);
      throw new Error(`算式 ${expression} 有误`);
    }
    function chain(part, signs) {
      let left = part();
      for (let sign = take(signs); sign; sign = take(signs)) left = OPERATORS[sign](left, part());
      return left;
    }
    const product = () => chain(atom, ["*", "/"]);
    const sum = () => chain(product, ["+", "-"]);
    const result = sum();
    if (tokens.length) throw new Error(`算式 ${expression} 有误`);
    return result;
  }

  // At so many places, ties away from zero.
  function rounded(value, places) {
    const size = (value.n < 0n ? -value.n : value.n) * 10n ** BigInt(places);
    const units = (2n * size + value.d) / (2n * value.d);
    const digits = String(units).padStart(places + 1, "0");
    const point = digits.length - places;
    const text = places ? `${digits.slice(0, point)}.${digits.slice(point)}` : digits;
    return value.n < 0n && units ? `-${text}` : text;
  }

  function display(value, fact) {
    const shown = fact.unit === "%" ? OPERATORS["*"](value, fraction(100n)) : value;
    return rounded(shown, fact.decimals) + fact.qualifier + fact.unit;
  }

  function exactText(value) {
    for (let places = 0; places < 30; places += 1) {
      if ((value.n * 10n ** BigInt(places)) % value.d === 0n) return rounded(value, places);
    }
    return `${value.n}/${value.d}`;
  }

  // What lies on the server, now: a copy kept by the browser could be of before a change.

  async function fetched(path) {
    const answer = await fetch(new URL(path, root), { cache: "no-cache" }).catch(() => null);
    if (!answer || !answer.ok) throw new Error(`读不到 ${path}`);
    return answer.arrayBuffer();
  }
  const decoded = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  async function json(path) {
    const text = decoded(await fetched(path));
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`${path} 不是 JSON`);
    }
  }

  // Null where the browser does not offer it: only over https and on the machine itself.
  async function sha256(bytes) {
    if (!crypto.subtle) return null;
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // The records of a CSV text, the heading among them.
  function records(text) {
    const cell = /(?:"([^"]*(?:""[^"]*)*)"|([^,\r\n]*))(,|\r\n|\n|\r|$)/y;
    const found = [];
    let record = [];
    while (cell.lastIndex < text.length) {
      const match = cell.exec(text);
      if (!match) throw new Error("CSV 写法有误");
      record.push(match[1] === undefined ? match[2] : match[1].replaceAll('""', '"'));
      if (match[3] !== ",") {
        if (record.length > 1 || record[0]) found.push(record);
        record = [];
      }
    }
    if (record.length) found.push([...record, ""]);
    return found;
  }

  let engine = null;
  async function start() {
    const loader = await import(new URL("_static/sqlite/sqlite3.js", root).href).catch(() => {
      throw new Error("装不上 _static/sqlite/sqlite3.js");
    });
    const wasmBinary = await fetched("_static/sqlite/sqlite3.wasm");
    return loader.default({ wasmBinary });
  }

  // Tables as engines.py makes them, for SQLite's rules of comparing depend on their types. Keys
  // between ledgers are left out: no query follows them, and not every ledger is here.
  const TYPES = { string: "TEXT", date: "TEXT", integer: "INTEGER" };
  const quoted = (name) => `"${name.replaceAll('"', '""')}"`;

  function fill(database, ledger, fields, text) {
    const columns = fields.map(({ name, type, decimals = 0 }) => {
      const key = name === "id" ? " PRIMARY KEY" : "";
      return `${quoted(name)} ${TYPES[type] || `DECIMAL(18,${decimals})`}${key}`;
    });
    database.exec(`CREATE TABLE ${quoted(ledger)} (${columns.join(", ")})`);
    const [heading = [], ...rows] = records(text);
    const places = fields.map(({ name }) => heading.indexOf(name));
    if (places.includes(-1)) throw new Error(`data/${ledger}.csv 缺少列`);
    const marks = places.map(() => "?").join(", ");
    const insert = database.prepare(`INSERT INTO ${quoted(ledger)} VALUES (${marks})`);
    for (const row of rows) insert.bind(places.map((place) => row[place] || null)).stepReset();
    insert.finalize();
  }

  const parts = (fact) => [...fact.operands, ...fact.missing];

  // A database with the ledgers that the facts rest on, and which of these are not as published.
  async function load(facts) {
    engine = engine || start();
    engine.catch(() => (engine = null)); // so that another try starts anew
    const [sqlite3, found] = await Promise.all([engine, json("data/datapackage.json")]);
    const schemas = new Map(found.resources.map((one) => [one.name, one.schema.fields]));
    const published = new Map(
      facts.flatMap((fact) => fact.sources.map((one) => [one.file, one.sha256])));
    const database = new sqlite3.oo1.DB(":memory:");
    const changed = [];
    try {
      for (const ledger of new Set(facts.flatMap(parts).map((part) => part.ledger))) {
        const file = `data/${ledger}.csv`;
        if (!schemas.has(ledger)) throw new Error(`data/datapackage.json 里没有台账 ${ledger}`);
        const bytes = await fetched(file);
        const digest = await sha256(bytes);
        if (digest && digest !== published.get(file)) changed.push(file);
        fill(database, ledger, schemas.get(ledger), decoded(bytes));
      }
    } catch (problem) {
      database.close();
      throw problem;
    }
    return { database, changed };
  }

  // The one row of a single SELECT.
  function ask(database, query) {
    if (!query.startsWith("SELECT") || query.replace(/'[^']*'/g, "").includes(";")) {
      throw new Error("公布的查询不是单一的 SELECT");
    }
    const statement = database.prepare(query);
    try {
      return statement.step() ? statement.get([]) : [];
    } finally {
      statement.finalize();
    }
  }

  // A fact computed anew: what came out, and everything that is not as published or as shown.
  function recompute(fact, database, shown) {
    const done = { fact, operands: [], value: null, differences: [] };
    const differ = (text) => done.differences.push(text);
    try {
      const row = ask(database, fact.sql.sqlite);
      const values = new Map();
      fact.operands.forEach((part, place) => {
        const value = row[place];
        const where = `${part.name}（data/${part.ledger}.csv 的 ${part.column} 列）`;
        if (value === null || value === undefined) throw new Error(`${where} 没有数据`);
        values.set(part.name, exact(value));
        done.operands.push(`${part.name} = ${value}`);
        if (!same(exact(value), exact(part.value))) {
          differ(`${where} 重算得 ${value}，公布的是 ${part.value}`);
        }
      });
      for (const part of fact.missing) {
        if (ask(database, part.sql.sqlite)[0] !== null) {
          differ(`data/${part.ledger}.csv 的 ${part.column} 列现在有数据，公布时没有`);
        }
      }
      done.value = evaluate(fact.expression, values);
      const text = display(done.value, fact);
      if (!same(done.value, exact(fact.value))) {
        differ(`精确值重算得 ${exactText(done.value)}，公布的是 ${fact.value}`);
      }
      if (text !== fact.display) differ(`重算得 ${text}，facts.json 公布的是 ${fact.display}`);
      if (shown !== undefined && text !== shown) differ(`重算得 ${text}，页面上写的是 ${shown}`);
    } catch (problem) {
      differ(`算不出：${problem.message}`);
    }
    return done;
  }

  // What readers see.

  function element(name, className, ...content) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(...content);
    return made;
  }
  const code = (text) => element("code", "", text);
  const MARKS = { same: "✓", changed: "△", differs: "✗" };
  const SIGNS = { "*": "×", "/": "÷", "-": "−" };

  const status = element("p", "verdict");
  const details = element("div", "recompute-details");
  status.setAttribute("role", "status");

  function say(kind, text) {
    const mark = element("span", "verdict-mark", MARKS[kind] || "");
    mark.setAttribute("aria-hidden", "true");
    status.className = `verdict ${kind ? `verdict-${kind}` : ""}`;
    status.replaceChildren(mark, text);
  }

  const files = (changed) => (crypto.subtle
    ? changed.length ? `与公布时不同：${changed.join("、")}` : "与公布时相同（sha256 相符）"
    : "没有核对是否改动：只有经 https 打开时，浏览器才能核对 sha256");

  function list(pairs) {
    const made = element("dl", "trace-facts");
    for (const [term, ...content] of pairs) {
      made.append(element("dt", "", term), element("dd", "", ...content));
    }
    return made;
  }

  function tellOne({ fact, operands, value, differences }, changed) {
    if (differences.length) say("differs", "不一致：由台账重算的结果与公布的不符。");
    else if (changed.length) say("changed", "数值一致，但台账文件与公布时不同。");
    else say("same", "一致：由公布的台账重算，得到的就是这个数。");
    const result = value ? `${display(value, fact)}（精确值 ${exactText(value)}）` : "算不出";
    const query = element("details", "", element("summary", "", "刚才运行的查询（SQLite）"),
      element("pre", "", code(fact.sql.sqlite)));
    query.open = true;
    details.append(list([
      ...differences.map((text) => ["不符", text]),
      ["算式", code(fact.expression.replace(/[*/-]/g, (sign) => SIGNS[sign]))],
      ["查询结果", operands.join("，") || "无"],
      ["重算得", result],
      ["公布的", `${fact.display}（精确值 ${fact.value}）`],
      ["台账文件", files(changed)],
    ]), query);
  }

  function tellAll(all, changed) {
    const failed = all.filter((one) => one.differences.length);
    const agreed = all.length - failed.length;
    const counts = `共 ${all.length} 个，一致 ${agreed} 个，不一致 ${failed.length} 个。`;
    if (failed.length) say("differs", `不一致：${counts}`);
    else if (changed.length) say("changed", `数值一致，但有台账文件与公布时不同：${counts}`);
    else say("same", `全部一致：${counts}`);
    details.append(list([["台账文件", files(changed)]]));
    if (!failed.length) return;
    const rows = failed.map(({ fact, differences }) => {
      const link = element("a", "", fact.label);
      link.href = new URL(`trace/${fact.id}.html`, root).href;
      return element("tr", "", element("td", "", link), element("td", "", differences.join("；")));
    });
    const headings = ["指标", "不符之处"].map((text) => {
      const heading = element("th", "", text);
      heading.scope = "col";
      return heading;
    });
    const table = element("table", "", element("thead", "", element("tr", "", ...headings)),
      element("tbody", "", ...rows));
    const scroll = element("div", "scroll", table);
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "不一致的统计数字");
    details.append(scroll);
  }

  // How each fact stands on this page.
  function shownHere() {
    const found = document.querySelectorAll(".bd-article .stat[data-stat]:not([data-show])");
    return new Map([...found].map((one) => [one.dataset.stat, one.textContent.trim()]));
  }

  async function run() {
    const wanted = section.dataset.recompute;
    const published = (await json("facts.json")).facts;
    const facts = wanted ? published.filter((fact) => fact.id === wanted) : published;
    if (!facts.length) throw new Error("facts.json 里没有这个指标");
    const shown = shownHere();
    const { database, changed } = await load(facts);
    const all = facts.map((fact) => recompute(fact, database, shown.get(fact.id)));
    database.close();
    if (wanted) tellOne(all[0], changed);
    else tellAll(all, changed);
  }

  // Not disabled meanwhile, which would take the keyboard's focus away from it.
  async function onClick() {
    if (button.getAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    details.replaceChildren();
    say("", "正在读取台账并重算……");
    try {
      await run();
    } catch (problem) {
      details.replaceChildren();
      say("differs", `没有算成：${problem.message}。`);
    }
    button.removeAttribute("aria-disabled");
    button.textContent = "再算一次";
  }

  const button = element("button", "recompute-button", section.dataset.recompute
    ? "在浏览器中重算" : "重算全部统计数字");
  button.type = "button";
  button.addEventListener("click", onClick);
  const instead = section.querySelector(".recompute-else");

  if (section.dataset.withoutEngine !== undefined) return; // the page itself says so
  if (location.protocol === "file:") {
    instead.before(element("p", "recompute-why",
      "本页是从文件夹直接打开的，浏览器不让它读取台账，所以不能在这里重算。" +
      "可以运行 ", code("policybook serve"), "，再从它显示的网址打开本页。"));
  } else {
    instead.before(element("p", "",
      "点下面的按钮，浏览器会读取本期公布的台账，运行公布的查询，再与公布的数比较。"),
    button, status, details);
  }
})();
