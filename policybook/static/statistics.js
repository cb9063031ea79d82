// The page of all facts: one table to filter, sort and save. The rows stay those of the page;
// what they are filtered and sorted by comes from facts.js, which `policybook verify`
// compares with facts.json. Without this script the complete tables stand chapter by chapter.
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="policybook-edition"]');
  var tables = Array.from(document.querySelectorAll("table.statistics"));
  // Who reviews the page sees it as it was published.
  var reviewed = new URLSearchParams(location.search).get("review") === "1";
  if (!meta || !tables.length || reviewed) return;
  var inChinese = new Intl.Collator("zh-CN", { numeric: true });
  var FILTERS = { chapter: "章", ledger: "台账", evidence: "证据等级", department: "部门" };
  var SORTS = ["label", "value", "span", "evidence", "id", "chapter"]; // as the columns stand

  function make(tag, name, content) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    element.append.apply(element, [].concat(content === undefined ? [] : content));
    return element;
  }

  function several(text) {
    return text ? text.split(";") : [];
  }

  // An exact value, integer, decimal or p/q, as two whole numbers.
  function fraction(text) {
    var parts = text.split("/");
    if (parts.length === 2) return [BigInt(parts[0]), BigInt(parts[1])];
    var decimals = (text.split(".")[1] || "").length;
    return [BigInt(text.replace(".", "")), 10n ** BigInt(decimals)];
  }

  function compareValues(one, other) {
    var difference = one.value[0] * other.value[1] - other.value[0] * one.value[1];
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }

  function comparison(key) {
    if (key === "value") return compareValues;
    if (key === "chapter") return function (one, other) { return one.place - other.place; };
    return function (one, other) { return inChinese.compare(one.shown[key], other.shown[key]); };
  }

  // A fact as a row of facts.csv.
  function row(fact, columns) {
    function each(values) { return Array.from(new Set(values)).join(";"); }
    var told = {
      interval: fact.interval && fact.interval.display,
      ledgers: each(fact.sources.map(function (one) { return one.file.slice(5, -4); })),
      departments: each(fact.departments),
      documents: each(fact.documents.map(function (one) { return one.id; })),
      trace: "trace/" + fact.id + ".html"
    };
    return columns.map(function (name) { return (name in told ? told : fact)[name] || ""; });
  }

  // The rows of all tables, each with its fact; in the order of the report.
  function rowsOf(data) {
    var rows = [];
    tables.forEach(function (table, place) {
      var title = table.closest(".scroll").previousElementSibling.textContent.trim();
      Array.from(table.tBodies[0].rows).forEach(function (element) {
        var id = element.querySelector("[data-stat]").dataset.stat;
        var texts = row(data.facts[id], data.columns);
        var fact = {};
        data.columns.forEach(function (name, column) { fact[name] = texts[column]; });
        rows.push({
          element: element, fact: fact, texts: texts, place: place, value: fraction(fact.value),
          words: (fact.label + " " + fact.id).normalize("NFKC").toLowerCase(),
          shown: { label: fact.label, span: fact.span, id: fact.id,
            evidence: element.querySelector(".evidence").textContent },
          values: { chapter: [fact.chapter], ledger: several(fact.ledgers),
            evidence: [fact.evidence], department: several(fact.departments) },
          titles: { chapter: title }
        });
        element.dataset.value = fact.value;
        element.append(make("td", "chapter", title));
      });
    });
    return rows;
  }

  // What can be chosen: only what some fact has.
  function choices(rows, name, data) {
    var found = new Map();
    rows.forEach(function (row) {
      row.values[name].forEach(function (value) {
        var title = { chapter: row.titles.chapter, evidence: row.shown.evidence,
          ledger: data.ledgers[value] }[name];
        found.set(value, title || value);
      });
    });
    var pairs = Array.from(found);
    if (name === "chapter") return pairs;
    return pairs.sort(function (one, other) { return inChinese.compare(one[1], other[1]); });
  }

  function labelled(name, text, control) {
    var label = make("label", "", text);
    control.id = "statistics-" + name;
    label.htmlFor = control.id;
    return make("div", "", [label, control]);
  }

  function button(text, act) {
    var element = make("button", "", text);
    element.type = "button";
    element.addEventListener("click", act);
    return element;
  }

  function form(rows, data, changed) {
    var controls = {};
    var box = make("form", "statistics-filters");
    box.setAttribute("role", "search");
    box.setAttribute("aria-label", "筛选统计数字");
    controls.q = make("input");
    controls.q.type = "search";
    controls.q.autocomplete = "off";
    box.append(labelled("q", "指标或编号", controls.q));
    Object.keys(FILTERS).forEach(function (name) {
      var options = choices(rows, name, data);
      if (!options.length) return; // no record names a department
      var select = make("select", "", make("option", "", "全部"));
      select.firstChild.value = "";
      options.forEach(function (pair) {
        var option = make("option", "", pair[1]);
        option.value = pair[0];
        select.append(option);
      });
      controls[name] = select;
      box.append(labelled(name, FILTERS[name], select));
    });
    box.addEventListener("input", changed);
    box.addEventListener("submit", function (event) { event.preventDefault(); });
    return { box: box, controls: controls };
  }

  function enhance(data) {
    var rows = rowsOf(data);
    var body = tables[0].tBodies[0];
    var state = {};
    var shown = rows;
    var made = form(rows, data, function () { take(); show(true); });
    var count = make("p", "statistics-count");
    count.setAttribute("role", "status");
    var heads = headings();

    function headings() {
      var line = tables[0].tHead.rows[0];
      var last = make("th", "", "章");
      last.scope = "col";
      line.append(last);
      return Array.from(line.cells).map(function (head, column) {
        var sort = button(head.textContent, function () {
          var again = state.sort === SORTS[column] && state.order !== "descending";
          state.sort = SORTS[column];
          state.order = again ? "descending" : "ascending";
          show(true);
        });
        head.replaceChildren(sort);
        return head;
      });
    }

    function take() {
      Object.keys(made.controls).forEach(function (name) {
        state[name] = made.controls[name].value;
      });
    }

    function restore() {
      var asked = new URLSearchParams(location.hash.slice(1));
      Object.keys(made.controls).forEach(function (name) {
        made.controls[name].value = asked.get(name) || "";
        if (made.controls[name].selectedIndex === -1) made.controls[name].value = "";
      });
      take();
      state.sort = SORTS.indexOf(asked.get("sort")) < 0 ? "" : asked.get("sort");
      state.order = asked.get("order") === "descending" ? "descending" : "ascending";
      show(false);
    }

    // The address says what is shown, so that it can be passed on.
    function keep() {
      var asked = new URLSearchParams();
      Object.keys(state).forEach(function (name) {
        if (state[name] && (name !== "order" || state.sort)) asked.set(name, state[name]);
      });
      var hash = asked.toString();
      history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    }

    function wanted(row) {
      var words = (state.q || "").normalize("NFKC").toLowerCase().split(/\s+/);
      return words.every(function (word) { return row.words.includes(word); }) &&
        Object.keys(FILTERS).every(function (name) {
          return !state[name] || row.values[name].includes(state[name]);
        });
    }

    function show(changed) {
      var sign = state.order === "descending" ? -1 : 1;
      var compare = state.sort && comparison(state.sort);
      var ordered = compare
        ? rows.slice().sort(function (one, other) { return sign * compare(one, other); })
        : rows;
      shown = ordered.filter(wanted);
      ordered.forEach(function (row) { row.element.hidden = !shown.includes(row); });
      body.append.apply(body, ordered.map(function (row) { return row.element; }));
      heads.forEach(function (head, column) {
        if (SORTS[column] === state.sort) head.setAttribute("aria-sort", state.order);
        else head.removeAttribute("aria-sort");
      });
      count.textContent = shown.length
        ? "显示 " + shown.length + " 个，共 " + rows.length + " 个。"
        : "没有符合条件的统计数字。";
      if (changed) keep();
    }

    function named(extension) {
      return "facts-" + rows[0].fact.period + (shown.length < rows.length ? "-selected" : "") + extension;
    }

    function saveTable() {
      var lines = [data.columns].concat(shown.map(function (row) { return row.texts; }));
      window.policybookSave.table(named(".csv"), lines);
    }

    function saveFacts() {
      var facts = shown.map(function (row) { return row.fact; });
      var text = JSON.stringify(facts, null, 1) + "\n";
      window.policybookSave.file(named(".json"), "application/json", text);
    }

    function clear() {
      made.box.reset();
      state = {};
      take();
      show(true);
    }

    var region = tables[0].closest(".scroll");
    var tools = make("div", "statistics-tools", [
      button("清除筛选和排序", clear),
      button("下载显示的（CSV）", saveTable),
      button("下载显示的（JSON）", saveFacts)
    ]);
    region.setAttribute("aria-label", "统计数字");
    tables.forEach(function (table, place) {
      var scroll = table.closest(".scroll");
      scroll.previousElementSibling.remove(); // the chapter's heading: its rows now name it
      if (place) scroll.remove();
    });
    region.before(made.box, tools, count);
    addEventListener("hashchange", restore);
    restore();
  }

  var script = make("script");
  script.src = meta.dataset.top + "facts.js";
  script.addEventListener("load", function () { enhance(window.policybookFacts); });
  document.head.append(script);
})();
