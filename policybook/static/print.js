// Prepares a page for paper: a head that says of which report and edition it is, the same on each
// sheet, and at the end the printed numbers with the codes under which they are traced.
// Run time only, and from file: as well; nothing of it is part of the published page.
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="policybook-edition"]');
  var article = document.querySelector("article.bd-article");
  if (!meta || !article) return;

  function make(tag, name, text) {
    var element = document.createElement(tag);
    if (name) element.className = name;
    if (text) element.textContent = text;
    return element;
  }

  function seen(element) {
    return element.getClientRects().length > 0;
  }

  // A table with a column of codes, and a trace page, say the code already.
  function coded(element, code) {
    if (element.closest("[data-trace]")) return true;
    var row = element.closest("tr, .published");
    var codes = row ? Array.from(row.querySelectorAll("code")) : [];
    return codes.some(function (one) { return one.textContent === code; });
  }

  function numbers() {
    var found = new Map();
    article.querySelectorAll("[data-stat]").forEach(function (element) {
      var code = element.dataset.stat;
      var text = element.textContent.trim();
      if (!text || !seen(element) || coded(element, code)) return;
      if (!found.has(code)) found.set(code, new Set());
      found.get(code).add(text);
    });
    return found;
  }

  function report() {
    var title = document.querySelector(".site-title");
    return title ? title.textContent.trim() : "";
  }

  function head() {
    var box = make("div", "print-part print-head");
    box.append(make("p", "print-report", report()));
    box.append(make("p", "print-edition", "期号 " + meta.content));
    return box;
  }

  function codes() {
    var found = numbers();
    if (!found.size) return null;
    var box = make("section", "print-part print-codes");
    box.append(make("h2", "", "本页数字的追溯编号"));
    box.append(make("p", "", "凭编号在“统计数字索引”查口径、算式和出处；网页上点数字即到。"));
    var list = make("ul");
    found.forEach(function (texts, code) {
      var item = make("li");
      item.append(make("span", "print-number", Array.from(texts).join("、")), make("code", "", code));
      list.append(item);
    });
    box.append(list);
    return box;
  }

  // Margin boxes take text from style sheets alone.
  function sheets() {
    var style = make("style", "print-part");
    var text = JSON.stringify(report() + "　" + meta.content);
    style.textContent =
      "@page { @top-right { content: " + text + "; } } @page :first { @top-right { content: none; } }";
    return style;
  }

  // A heading that is repeated on each sheet is printed without the controls in it.
  function headings() {
    article.querySelectorAll("th > button").forEach(function (button) {
      button.hidden = true;
      button.after(make("span", "print-part", button.textContent));
    });
  }

  function clear() {
    article.querySelectorAll("th > button").forEach(function (button) { button.hidden = false; });
    document.querySelectorAll(".print-part").forEach(function (part) { part.remove(); });
  }

  window.addEventListener("beforeprint", function () {
    clear();
    article.prepend(head());
    var list = codes();
    if (list) article.append(list);
    document.head.append(sheets());
    headings();
  });
  window.addEventListener("afterprint", clear);
})();
