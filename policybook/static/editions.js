// Offers the other editions, and says on a page of an old one that it is not the newest. The list of editions lies beside
// the editions, outside of this immutable folder; alone, a folder simply shows no notice.
(function () {
  "use strict";
  var meta = document.querySelector('meta[name="policybook-edition"]');
  if (!meta) return;
  var here = meta.content;
  var root = meta.dataset.top + "../";
  window.policybookEditions = function (editions) {
    var own = editions.find(function (one) { return one.name === here; });
    if (!own) return;
    var replaced = editions.find(function (one) {
      return one.quarter === own.quarter && one.revision > own.revision;
    });
    var newest = editions[0];
    if (editions.length > 1) choose(editions);
    var notice = null;
    if (replaced) {
      notice = ["非最新版：本期已有更正版 ", replaced, "。" + (replaced.note || "")];
    } else if (newest.name !== here) {
      notice = ["非最新版：最新一期是 ", newest, "。"];
    }
    if (!notice) return;
    var box = document.createElement("aside");
    box.className = "not-newest";
    box.setAttribute("role", "note");
    box.setAttribute("aria-label", "非最新版");
    var link = document.createElement("a");
    link.href = root + notice[1].url;
    link.textContent = notice[1].name;
    box.append(notice[0], link, notice[2]);
    document.body.prepend(box);
  };
  // Another edition need not have this page, so that its first page is opened.
  function choose(editions) {
    var label = document.createElement("label");
    label.className = "editions";
    var select = document.createElement("select");
    editions.forEach(function (one) {
      var state = one.released_on ? "" : "（草稿）";
      select.add(new Option(one.name + state, one.url, false, one.name === here));
    });
    select.addEventListener("change", function () { location.href = root + select.value; });
    select.setAttribute("aria-label", "期");
    label.append("期 ", select);
    document.querySelector(".site-tools").append(label);
  }
  var script = document.createElement("script");
  script.src = root + "editions.js";
  document.head.append(script);
})();
