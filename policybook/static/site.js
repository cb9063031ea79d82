// The site's controls: contents on a phone, size of type, colours.
(function () {
  "use strict";
  var tools = document.querySelector(".site-tools");
  var menu = document.querySelector(".menu");
  var nav = document.getElementById("site-nav");

  menu.setAttribute("role", "button");
  menu.setAttribute("aria-expanded", "false");
  menu.setAttribute("aria-controls", "site-nav");
  function toggle(open) {
    nav.classList.toggle("open", open);
    menu.setAttribute("aria-expanded", String(open));
    if (open) nav.querySelector("a").focus();
  }
  menu.addEventListener("click", function (event) {
    event.preventDefault();
    toggle(!nav.classList.contains("open"));
  });
  menu.addEventListener("keydown", function (event) {
    if (event.key === " ") { event.preventDefault(); menu.click(); }
  });
  nav.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && nav.classList.contains("open")) { toggle(false); menu.focus(); }
  });

  function choice(label, name, options) {
    var group = document.createElement("div");
    group.className = "choice";
    group.setAttribute("role", "group");
    group.setAttribute("aria-label", label);
    var buttons = options.map(function (option) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = option.text;
      button.setAttribute("aria-label", option.label);
      button.title = option.label;
      button.className = name + "-" + (option.value || "auto");
      button.addEventListener("click", function () {
        var change = {};
        change[name] = option.value;
        show(window.policybookLook(change));
      });
      group.append(button);
      return button;
    });
    function show(chosen) {
      buttons.forEach(function (button, place) {
        button.setAttribute("aria-pressed", String((chosen[name] || "") === options[place].value));
      });
    }
    show(window.policybookLook());
    tools.append(group);
  }
  choice("字体大小", "size", [
    { value: "", text: "中", label: "字体：中" },
    { value: "large", text: "大", label: "字体：大" },
    { value: "largest", text: "特大", label: "字体：特大" },
  ]);
  choice("颜色", "theme", [
    { value: "", text: "自动", label: "颜色：自动" },
    { value: "light", text: "浅", label: "颜色：浅色" },
    { value: "dark", text: "深", label: "颜色：深色" },
  ]);
})();
