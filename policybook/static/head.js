// Before the first paint: what this reader chose of colours and size of type.
(function (root) {
  "use strict";
  var chosen = {};
  try { chosen = JSON.parse(localStorage.getItem("policybook") || "{}") || {}; } catch (refused) {}
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  window.policybookLook = function (change) {
    Object.assign(chosen, change);
    if (change) try { localStorage.setItem("policybook", JSON.stringify(chosen)); } catch (refused) {}
    root.dataset.theme = chosen.theme || (dark.matches ? "dark" : "light");
    root.dataset.size = chosen.size || "normal";
    return chosen;
  };
  window.policybookLook();
  dark.addEventListener("change", function () { window.policybookLook(); });
  root.classList.add("scripted");
})(document.documentElement);
