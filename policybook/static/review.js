// Review mode (?review=1): marks every number of a page by what answers for it. The account comes
// from coverage.js beside coverage.json, which `policybook verify` compares with the pages; it is
// a script, because browsers refuse JSON from `file:`.
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="policybook-edition"]');
  var article = document.querySelector("article");
  if (!meta || !article || !/^(book|notebooks|trace)\//.test(meta.dataset.page)) return;
  var page = meta.dataset.page;
  var root = new URL(meta.dataset.top || "./", location.href);
  var on = new URLSearchParams(location.search).get("review") === "1";
  var FACTS = "[data-stat], [data-fact]";
  var OTHERS = "[data-column], [data-edition], [data-relation], [data-count], [data-source]," +
    " [data-source-of], [data-caption], [data-origin], [data-correction], [data-explanation]," +
    " [data-coverage], [data-figure] td, [data-figure] th, code";
  var MARKS = "article mark.exempt, article mark.untraced";
  var UNSEEN = "script, style, template, noscript, [hidden], .cell, .headerlink";
  var BLOCKS = new Set(("address article aside blockquote br caption dd details div dl dt" +
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section" +
    " summary table tbody td tfoot th thead title tr ul").split(" "));

  function make(tag, name, content) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    element.append.apply(element, [].concat(content === undefined ? [] : content));
    return element;
  }

  function switched(to, text) {
    var address = new URL(location.href);
    address.hash = "";
    if (to) address.searchParams.set("review", "1");
    else address.searchParams.delete("review");
    var link = make("a", "review-switch", text);
    link.href = address.href;
    return link;
  }

  // The visible text of the article as policybook/pages.py reads it, and where each character
  // stands; what the gate itself fills in is left out, as when it counted.
  function read() {
    var seen = { text: "", nodes: [], offsets: [], told: [] };
    function write(character, node, offset) {
      var before = seen.text ? seen.text[seen.text.length - 1] : "\n";
      if (character === " " && (before === " " || before === "\n")) return;
      if (character === "\n" && before === "\n") return;
      seen.text += character;
      seen.nodes.push(node);
      seen.offsets.push(offset);
    }
    function writeNode(node) {
      if (node.data === "\n") return write("\n", null, 0);
      for (var at = 0; at < node.data.length; at++) {
        var character = node.data[at];
        write(/[ \t\r\n\f]/.test(character) ? " " : character, node, at);
      }
    }
    function walk(element) {
      element.childNodes.forEach(function (child) {
        if (child.nodeType === Node.TEXT_NODE) return writeNode(child);
        if (child.nodeType !== Node.ELEMENT_NODE) return;
        var block = BLOCKS.has(child.localName);
        if (block) write("\n", null, 0);
        if (child.localName === "img" && child.alt) tell(child);
        else if (!child.matches(UNSEEN) && !child.hasAttribute("data-coverage")) walk(child);
        if (block) write("\n", null, 0);
      });
    }
    // Who reviews a page must also see what stands for a figure where it cannot be seen.
    function tell(image) {
      var text = document.createTextNode(image.alt);
      seen.told.push([image, text]);
      write("\n", null, 0);
      writeNode(text);
      write("\n", null, 0);
    }
    walk(article);
    return seen;
  }

  // Every exempt text of this page: where it begins and ends, how many numerals it exempts there.
  function exempt(seen, account) {
    var found = [];
    var lost = 0;
    account.exemptions.forEach(function (one) {
      var numerals = new Map();
      one.places.forEach(function (place) {
        if (place.page !== page + ".html") return;
        numerals.set(place.nth, (numerals.get(place.nth) || 0) + 1);
      });
      numerals.forEach(function (count, nth) {
        var start = -1;
        for (var turn = 0; turn < nth && (turn === 0 || start >= 0); turn++) {
          start = seen.text.indexOf(one.text, start + 1);
        }
        if (start < 0) lost += count;
        else found.push({ start: start, end: start + one.text.length, one: one, count: count });
      });
    });
    return { found: found, lost: lost };
  }

  // Digits for which nothing answers: the gate lets none pass, so here is one who looks again.
  function untraced(seen, ranges) {
    var found = [];
    for (var digits of seen.text.matchAll(/[0-9]+/g)) {
      var start = digits.index, end = start + digits[0].length;
      var node = seen.nodes[start];
      var owner = node.parentElement && node.parentElement.closest(FACTS + ", " + OTHERS);
      var told = seen.told.some(function (pair) { return pair[1] === node; });
      var covered = ranges.some(function (one) { return one.start <= start && end <= one.end; });
      if (!owner && !told && !covered) found.push({ start: start, end: end, one: null, count: 1 });
    }
    return found;
  }

  // From the end on, so that the places before stay what they are; a text may lie in several nodes.
  function wrap(seen, ranges, label) {
    var next = Infinity;
    ranges.sort(function (a, b) { return b.start - a.start; });
    ranges.forEach(function (range, number) {
      var end = Math.min(range.end, next);
      next = range.start;
      var pieces = [];
      for (var at = range.start; at < end; at++) {
        var last = pieces[pieces.length - 1];
        if (!seen.nodes[at]) continue;
        if (last && last.node === seen.nodes[at]) last.end = seen.offsets[at] + 1;
        else pieces.push({ node: seen.nodes[at], start: seen.offsets[at], end: seen.offsets[at] + 1 });
      }
      pieces.reverse().forEach(function (piece, place) {
        piece.node.splitText(piece.end);
        var text = piece.node.splitText(piece.start);
        var mark = make("mark", range.one ? "exempt" : "untraced");
        text.replaceWith(mark);
        mark.append(text);
        mark.tip = label(range);
        if (place < pieces.length - 1) return mark.classList.add("continued");
        mark.tabIndex = 0;
        mark.id = "review-" + number;
        mark.dataset.count = range.count;
        range.mark = mark;
      });
    });
  }

  function markOwned() {
    [[FACTS, "review-fact"], [OTHERS, "review-other"]].forEach(function (kind) {
      article.querySelectorAll(kind[0]).forEach(function (element) {
        if (element.closest(".cell") || element.classList.contains("review-fact")) return;
        element.classList.add(kind[1]);
      });
    });
  }

  function showAlternatives(seen) {
    seen.told.forEach(function (pair) {
      var shown = make("span", "review-other", pair[1]);
      pair[0].after(make("p", "review-alt", [make("span", "", "替代文字："), shown]));
    });
  }

  // One note for all marks: by pointer, by keyboard and by touch.
  function explain() {
    var tip = make("div", "review-tip");
    var shownFor = null;
    tip.id = "review-tip";
    tip.setAttribute("role", "tooltip");
    tip.hidden = true;
    document.body.append(tip);
    function show(mark) {
      if (shownFor === mark) return;
      hide();
      shownFor = mark;
      tip.textContent = mark.tip;
      tip.hidden = false;
      mark.setAttribute("aria-describedby", tip.id);
      var box = mark.getBoundingClientRect();
      var width = document.documentElement.clientWidth;
      var left = Math.max(8, Math.min(box.left, width - tip.offsetWidth - 8));
      var above = box.top > tip.offsetHeight + 12;
      tip.style.left = left + scrollX + "px";
      tip.style.top = (above ? box.top - tip.offsetHeight - 6 : box.bottom + 6) + scrollY + "px";
    }
    function hide() {
      if (shownFor) shownFor.removeAttribute("aria-describedby");
      shownFor = null;
      tip.hidden = true;
    }
    function follow(event) {
      var target = event.target.closest ? event.target : document.body;
      if (target.closest(".review-tip")) return; // the note itself may be pointed at
      var mark = target.closest(MARKS) || document.activeElement.closest(MARKS);
      if (mark) show(mark);
      else hide();
    }
    ["mouseover", "focusin", "click"].forEach(function (name) {
      document.addEventListener(name, follow);
    });
    document.addEventListener("keydown", function (event) { if (event.key === "Escape") hide(); });
  }

  function legend() {
    var list = make("ul", "review-legend");
    list.append(
      make("li", "", [make("span", "review-fact", "统计数字"), "点开看溯源"]),
      make("li", "", [make("span", "exempt", "豁免"), "指着、点按或用 Tab 键移到上面看类别和理由"]),
      make("li", "", [make("span", "review-other", "其他"), "台账和图的单元格、期参数、出处、算式等，逐处与数据核对"])
    );
    return list;
  }

  function listOf(ranges, classes) {
    var body = make("tbody");
    var rows = new Map();
    ranges.slice().reverse().forEach(function (range) {
      if (!rows.has(range.one)) rows.set(range.one, []);
      rows.get(range.one).push(range);
    });
    rows.forEach(function (places, one) {
      var links = make("td");
      places.forEach(function (range, number) {
        var link = make("a", "", String(number + 1));
        link.href = "#" + range.mark.id;
        link.setAttribute("aria-label", one.text + "，第" + (number + 1) + "处");
        links.append(number ? "、" : "", link);
      });
      var cells = [one.text, classes[one.class], one.reason].map(function (text) {
        return make("td", "", text);
      });
      body.append(make("tr", "", cells.concat(links)));
    });
    var heads = ["文字", "类别", "豁免的理由", "所在"].map(function (text) {
      var head = make("th", "", text);
      head.scope = "col";
      return head;
    });
    var scroll = make("div", "scroll",
      make("table", "exemptions", [make("thead", "", make("tr", "", heads)), body]));
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "本页的豁免");
    var list = make("details", "review-list", [make("summary", "", "本页的豁免"), scroll]);
    addEventListener("beforeprint", function () { list.open = true; });
    return list;
  }

  function bar(content) {
    var box = make("section", "review-bar", [make("p", "review-title", "核对模式")].concat(content));
    box.setAttribute("aria-label", "核对模式");
    box.append(make("p", "", switched(false, "退出核对模式")));
    article.prepend(box);
  }

  // Links to other pages of the edition stay in the mode; those that scripts add later, too.
  function keep(link) {
    var address = new URL(link.href, location.href);
    var within = address.href.startsWith(root.href) && address.pathname.endsWith(".html");
    if (!within || link.classList.contains("review-switch")) return;
    address.searchParams.set("review", "1");
    link.href = address.href;
  }

  function keepAll() {
    document.querySelectorAll("a[href]").forEach(keep);
    ["click", "auxclick", "contextmenu"].forEach(function (name) {
      document.addEventListener(name, function (event) {
        var link = event.target.closest && event.target.closest("a[href]");
        if (link) keep(link);
      }, true);
    });
  }

  function counted(counts, ranges, lost, others) {
    var sum = function (values) { return values.reduce(function (a, b) { return a + b; }, 0); };
    var numerals = sum(ranges.map(function (range) { return range.count; }));
    var answered = Object.keys(counts).filter(function (name) {
      return name !== "fact" && name !== "vague"; // 一 that counts nothing is no numeral to trace
    });
    var line = make("p", "review-counts", [
      "本页：统计数字 ", make("b", "", String(counts.fact || 0)), " 处，豁免 ",
      make("b", "", String(numerals)), " 处，其他有来历的 ",
      make("b", "", String(sum(answered.map(function (name) { return counts[name]; })))),
      " 处，没有来历的 ", make("b", "", String(others.length)), " 处。"
    ]);
    if (!lost) return [line];
    return [line, make("p", "review-lost", "有 " + lost + " 处豁免在页面上找不到：页面与清单不符。")];
  }

  function review(seen, account) {
    var counts = account.pages[page + ".html"];
    showAlternatives(seen);
    markOwned();
    if (!counts) {
      return bar(make("p", "", "本页不是叙述页：标出的统计数字和单元格由核验程序逐处与数据核对。"));
    }
    var exempted = exempt(seen, account);
    var others = untraced(seen, exempted.found);
    wrap(seen, exempted.found.concat(others), function (range) {
      if (!range.one) return "没有来历：没有什么说明这个数字从哪里来。";
      return "豁免（" + account.classes[range.one.class] + "）：" + range.one.reason;
    });
    exempted.found.sort(function (a, b) { return b.start - a.start; });
    var told = counted(counts, exempted.found, exempted.lost, others).concat(legend());
    bar(exempted.found.length ? told.concat(listOf(exempted.found, account.classes)) : told);
    explain();
  }

  function start() {
    var seen = read(); // at once: other scripts add words of their own to pages
    document.documentElement.classList.add("review-mode");
    keepAll();
    var script = make("script");
    script.src = new URL("coverage.js", root).href;
    script.onload = function () { review(seen, window.policybookCoverage); };
    script.onerror = function () { bar(make("p", "review-lost", "读不到 coverage.js，豁免标不出来。")); };
    document.head.append(script);
  }

  var footer = document.querySelector(".site-footer");
  footer.append(make("div", "footer-item", switched(!on, on ? "退出核对模式" : "核对模式")));
  if (on) start();
})();
