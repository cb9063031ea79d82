// Tables of records on a trace page: sorted by any column, long ones shown in part, as CSV.
(function () {
  "use strict";
  var FIRST = 20; // records shown of a long table until all are asked for

  function text(cell) { return cell.textContent.trim(); }
  function order(one, other) {
    var a = Number(one.replace(/,/g, "")), b = Number(other.replace(/,/g, ""));
    if (one !== "" && other !== "" && !isNaN(a) && !isNaN(b)) return a - b;
    return (one === "") - (other === "") || one.localeCompare(other, "zh");
  }

  document.querySelectorAll("table.traced-records").forEach(function (table) {
    var body = table.tBodies[0], rows = Array.from(body.rows);
    var headings = Array.from(table.tHead.rows[0].cells);
    var names = headings.map(text);
    var tools = document.createElement("div");
    tools.className = "table-tools";
    table.parentElement.after(tools);

    headings.forEach(function (heading, place) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = names[place];
      heading.replaceChildren(button);
      button.addEventListener("click", function () {
        var down = heading.getAttribute("aria-sort") === "ascending";
        headings.forEach(function (one) { one.removeAttribute("aria-sort"); });
        heading.setAttribute("aria-sort", down ? "descending" : "ascending");
        rows.sort(function (one, other) {
          return (down ? -1 : 1) * order(text(one.cells[place]), text(other.cells[place]));
        });
        body.append.apply(body, rows);
        part();
      });
    });

    var all = rows.length <= FIRST;
    function part() {
      rows.forEach(function (row, place) { row.hidden = !all && place >= FIRST; });
    }
    if (!all) {
      var more = document.createElement("button");
      more.type = "button";
      more.textContent = "显示全部 " + rows.length + " 条";
      more.addEventListener("click", function () { all = true; more.remove(); part(); });
      tools.append(more);
      part();
      addEventListener("beforeprint", function () { more.click(); });
    }

    var save = document.createElement("button");
    save.type = "button";
    save.textContent = "下载这些记录（CSV）";
    save.addEventListener("click", function () {
      var lines = [names].concat(rows.map(function (row) { return Array.from(row.cells, text); }));
      window.policybookSave.table(table.dataset.name + ".csv", lines);
    });
    tools.append(save);
  });
})();
