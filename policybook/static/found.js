// Search results that are statistics show their number beside the name.
(function () {
  "use strict";
  var results = document.getElementById("search-results");
  var facts = null;
  function show() {
    if (!facts) return;
    results.querySelectorAll("li > a[href*='trace/']:not(.found)").forEach(function (link) {
      var name = new URL(link.href).pathname.match(/([^/]+)\.html$/)[1];
      var fact = facts[name];
      if (!fact) return;
      var number = document.createElement("strong");
      number.className = "found-number";
      number.textContent = fact.display;
      var code = document.createElement("code");
      code.textContent = name;
      link.classList.add("found");
      link.after(" ", number, " ", code);
    });
  }
  new MutationObserver(show).observe(results, { childList: true, subtree: true });
  var script = document.createElement("script");
  script.src = document.querySelector('meta[name="policybook-edition"]').dataset.top + "facts.js";
  script.addEventListener("load", function () { facts = window.policybookFacts.facts; show(); });
  document.head.append(script);
})();
