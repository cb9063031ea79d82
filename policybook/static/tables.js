// What tables of a page are saved with: CSV that no spreadsheet runs, and a file to download.
(function () {
  "use strict";

  // A cell that a spreadsheet would run as a formula stands quoted, as in facts.csv.
  function cell(text) {
    var formula = /^[=+\-@\t\r]/.test(text) && !/^(-?\d+(\.\d+)?%?|-?\d+\/\d+)$/.test(text);
    var safe = formula ? "'" + text : text;
    return /[",\r\n]/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  }

  function save(name, type, text) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: type }));
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  window.policybookSave = {
    file: save,
    // Spreadsheets take a file without this mark for one in another encoding.
    table: function (name, lines) {
      var text = lines.map(function (line) { return line.map(cell).join(","); }).join("\r\n");
      save(name, "text/csv;charset=utf-8", "\ufeff" + text + "\r\n");
    }
  };
})();
