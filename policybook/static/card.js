// The fact card: hovering, focusing or tapping a number shows where it comes from.
// Without this script a number is a plain link to its trace, which says the same and more.
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="policybook-edition"]');
  if (!("popover" in HTMLElement.prototype) || !meta) return;
  var top = meta.dataset.top;
  var NUMBERS = "a[data-stat], a[data-fact]";
  var here = location.pathname.split("/").slice(-2).join("/");
  var known = null; // the edition's facts, once they are loaded
  var waiting = [];
  var owner = null; // the number whose card is shown
  var timer = 0;

  // A script, since browsers refuse JSON to pages opened from a folder.
  function load(then) {
    if (known) { then(); return; }
    waiting.push(then);
    if (waiting.length > 1) return;
    var script = document.createElement("script");
    script.src = top + "facts.js";
    script.addEventListener("load", function () {
      known = window.policybookFacts;
      waiting.splice(0).forEach(function (call) { call(); });
    });
    script.addEventListener("error", function () { waiting = []; });
    document.head.append(script);
  }

  function make(name, attributes, children) {
    var element = document.createElement(name);
    Object.keys(attributes || {}).forEach(function (key) {
      element.setAttribute(key, attributes[key]);
    });
    element.append.apply(element, children || []);
    return element;
  }
  function link(text, address) { return make("a", { href: address }, [text]); }
  function button(text, act) {
    var made = make("button", { type: "button" }, [text]);
    made.addEventListener("click", act);
    return made;
  }

  var card = make("div", { "class": "fact-card", popover: "manual", role: "dialog",
    "aria-labelledby": "fact-card-label", id: "fact-card" });
  document.body.append(card);

  function id(number) { return number.dataset.stat || number.dataset.fact; }
  function places(name) {
    return Array.from(document.querySelectorAll(NUMBERS)).filter(function (one) {
      return id(one) === name && !one.closest("[popover]");
    });
  }
  function sources(fact) {
    var shown = fact.documents.slice(0, 3).map(function (one) {
      return "《" + one.title + "》" + (one.place ? " " + one.place : "");
    });
    var more = fact.documents.length > 3 ? " 等 " + fact.documents.length + " 处" : "";
    return shown.length ? shown.join("；") + more : "见溯源页的单元格";
  }
  function citation(name, fact) {
    return "《" + known.title + "》（" + fact.period + "），" + fact.label + "：" + fact.display +
      "。指标编号 " + name + "，" + new URL(top + "trace/" + name + ".html", location.href).href;
  }

  function fill(number) {
    var name = id(number), fact = known.facts[name];
    if (!fact) return false;
    var grade = known.evidence[fact.evidence];
    var rows = [
      ["算式", [fact.words, make("br"), make("code", {}, [fact.formula])]],
      ["证据等级", [make("strong", {}, [grade[0]]), "：" + grade[1]]],
      ["时段", [fact.period + "，" + fact.span]],
      ["出处", [sources(fact)]],
    ];
    if (fact.interval) rows.splice(1, 0, ["区间", [fact.interval.display]]);
    if (fact.qualifier) rows.splice(1, 0, ["下限", ["来源文件写作“" + fact.qualifier + "”，不少于此数"]]);
    var list = make("dl", {}, rows.flatMap(function (row) {
      return [make("dt", {}, [row[0]]), make("dd", {}, row[1])];
    }));
    var files = fact.sources.map(function (one) {
      return link(one.file.split("/").pop(), top + one.file);
    });
    var links = make("p", { "class": "fact-card-links" }, [
      link("溯源页", top + "trace/" + name + ".html"),
      link("计算过程", top + "notebooks/" + fact.notebook + ".html#output-" + name),
    ].concat(files));
    var said = make("span", { role: "status" });
    var copy = button("复制引用", function () {
      copied(citation(name, fact)).then(function () { said.textContent = "已复制"; },
        function () { said.textContent = "浏览器不允许复制"; });
    });
    var actions = make("p", { "class": "fact-card-actions" },
      [occurrence(number, -1), occurrence(number, 1), copy, said].filter(Boolean));
    card.replaceChildren(
      button("关闭", function () { hide(true); }),
      make("h2", { id: "fact-card-label" }, [fact.label]),
      make("p", { "class": "fact-card-value" }, [fact.display]),
      list, links, actions);
    card.firstChild.className = "fact-card-close";
    return true;
  }

  // The same number before or after: on this page, else on the next page that shows it.
  function occurrence(number, step) {
    var text = step > 0 ? "下一处" : "上一处";
    var name = id(number), found = places(name);
    var other = found[found.indexOf(number) + step];
    if (other) {
      return button(text, function () {
        hide(false);
        other.scrollIntoView({ block: "center" });
        other.focus();
        show(other);
      });
    }
    var pages = known.facts[name].used_on, page = pages[pages.indexOf(here) + step];
    return page ? link(text, top + page + "#stat=" + name) : null;
  }

  function copied(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = make("textarea");
    area.value = text;
    card.append(area);
    area.select();
    var done = document.execCommand("copy");
    area.remove();
    return done ? Promise.resolve() : Promise.reject(new Error("copy"));
  }

  function place(number) {
    card.style.cssText = "";
    if (innerWidth < 600) return; // a sheet at the foot of the screen, see the style
    var at = number.getClientRects()[0], box = card.getBoundingClientRect();
    var above = at.bottom + box.height + 12 > innerHeight && at.top > box.height + 12;
    card.style.left = Math.max(8, Math.min(at.left, document.documentElement.clientWidth - box.width - 8)) + scrollX + "px";
    card.style.top = (above ? at.top - box.height - 6 : at.bottom + 6) + scrollY + "px";
  }

  function show(number, then) {
    clearTimeout(timer);
    load(function () {
      if (!number.isConnected || (owner === number && card.matches(":popover-open"))) {
        if (then) then();
        return;
      }
      hide(false);
      if (!fill(number)) return;
      owner = number;
      number.setAttribute("aria-describedby", "fact-card");
      card.showPopover();
      place(number);
      if (then) then();
    });
  }
  function hide(back) {
    clearTimeout(timer);
    if (!owner) return;
    var number = owner;
    owner = null;
    number.removeAttribute("aria-describedby");
    if (card.matches(":popover-open")) card.hidePopover();
    if (back) { silent = true; number.focus(); silent = false; }
  }
  var silent = false; // focus that comes back to a number does not open its card again
  function enter() { (card.querySelector(".fact-card-links a")).focus(); }
  // While the keyboard is at the number or in its card, the pointer does not close it.
  function held() {
    return document.activeElement === owner || card.contains(document.activeElement);
  }
  function number(event) {
    return event.target.closest ? event.target.closest(NUMBERS) : null;
  }
  function later(act, delay) { clearTimeout(timer); timer = setTimeout(act, delay); }

  document.addEventListener("pointerover", function (event) {
    if (event.pointerType !== "mouse") return;
    var over = number(event);
    if (over && !card.contains(over)) later(function () { show(over); }, over === owner ? 0 : 250);
    else if (card.contains(event.target)) clearTimeout(timer);
    else if (owner && !held()) later(function () { hide(false); }, 300);
    else if (!owner) clearTimeout(timer);
  });
  document.addEventListener("focusin", function (event) {
    var over = number(event);
    if (over && !silent && over.matches(":focus-visible")) show(over);
    else if (owner && event.target !== owner && !card.contains(event.target)) hide(false);
  });
  document.addEventListener("click", function (event) {
    var over = number(event);
    var touched = event.pointerType === "touch" || matchMedia("(hover: none)").matches;
    if (over && touched && !card.contains(over)) {
      event.preventDefault();
      show(over, enter);
    } else if (owner && !over && !event.composedPath().includes(card)) hide(false);
  });
  document.addEventListener("keydown", function (event) {
    if (!owner) return;
    if (event.key === "Escape") { event.preventDefault(); hide(true); }
    if (event.key === "ArrowDown" && document.activeElement === owner) {
      event.preventDefault();
      enter();
    }
  });

  function arrive() {
    var wanted = location.hash.match(/^#stat=([\w.]+)$/);
    var found = wanted && places(wanted[1])[0];
    if (!found) return;
    found.scrollIntoView({ block: "center" });
    found.focus();
    show(found);
  }
  addEventListener("hashchange", arrive);
  arrive();
})();
