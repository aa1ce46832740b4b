/* Many plans: their ways on one map, and a table that sorts, filters and points at the map. */
(function () {
  "use strict";
  const tripplan = window.tripplan;

  /* The value of a row in a column: a number where it is one; rows without a plan come last. */
  function valueOf(row, column) {
    const cell = row.cells[column];
    if (!cell || cell.dataset.value === undefined) { return null; }
    const number = Number(cell.dataset.value);
    return column > 0 && !Number.isNaN(number) ? number : cell.dataset.value;
  }

  function compared(a, b) {
    if (a === null || b === null) { return (a === null) - (b === null); }
    return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  }

  function sortable(table) {
    const heads = table.querySelectorAll("[data-column]");
    heads.forEach(function (button) {
      button.addEventListener("click", function () {
        const head = button.closest("th");
        const down = head.getAttribute("aria-sort") === "ascending";
        const column = Number(button.dataset.column);
        heads.forEach((other) => other.closest("th").setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const rows = Array.from(table.tBodies[0].rows);
        rows.sort(function (a, b) {
          const [one, other] = [valueOf(a, column), valueOf(b, column)];
          return one === null || other === null || !down ? compared(one, other) : compared(other, one);
        });
        table.tBodies[0].append(...rows);
      });
    });
  }

  function filtered(table, shown) {
    const find = document.getElementById("tp-find");
    const done = document.getElementById("tp-done");
    const count = document.getElementById("tp-count");
    function sift() {
      const wanted = find.value.trim().toLowerCase();
      let left = 0;
      Array.from(table.tBodies[0].rows).forEach(function (row) {
        const fits = row.textContent.toLowerCase().includes(wanted) &&
          (!done.checked || "done" in row.dataset);
        row.hidden = !fits;
        left += fits;
        shown(Number(row.dataset.row), fits);
      });
      count.textContent = left + " of " + table.tBodies[0].rows.length;
    }
    find.addEventListener("input", sift);
    done.addEventListener("change", sift);
  }

  tripplan.compare = function (data) {
    const map = L.map("tp-map", { zoomSnap: 0.25, maxZoom: 18 });
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    L.control.scale().addTo(map);
    tripplan.keepFitted(map, () => map.fitBounds(data.bounds, { padding: [30, 30], maxZoom: 13, animate: false }));
    tripplan.plain(map, L.layerGroup().addTo(map), data.ground);
    tripplan.labels(map, L.layerGroup().addTo(map), data.signs, "tp-sign");
    const plainLook = { weight: 3.5, opacity: data.ways.length > 12 ? 0.45 : 0.85 };
    const table = document.querySelector(".tp-many");
    let chosen = -1;
    const layers = data.ways.map(function (way, number) {
      const line = L.polyline(way.line, Object.assign({ className: "tp-way", color: way.colour }, plainLook));
      return L.featureGroup(way.line.length ? [line] : []).bindTooltip(way.tip, { sticky: true })
        .on("click", () => choose(number)).addTo(map);
    });
    const stops = L.layerGroup().addTo(map);

    /* The chosen way lies on top, thick, with its stops; its row is marked and in view. */
    function choose(number) {
      chosen = number === chosen ? -1 : number;
      stops.clearLayers();
      layers.forEach(function (layer, k) {
        layer.setStyle(k === chosen ? { weight: 7, opacity: 1 } : plainLook);
        if (k === chosen) {
          layer.bringToFront();
          data.ways[k].stops.forEach((place) => L.circleMarker(place, {
            radius: 6, weight: 3, color: data.ways[k].colour, fillColor: "#fff", fillOpacity: 1
          }).addTo(stops));
        }
      });
      table.querySelectorAll("[data-way]").forEach(function (button) {
        const on = Number(button.dataset.way) === chosen;
        button.setAttribute("aria-pressed", on);
        button.closest("tr").classList.toggle("tp-chosen", on);
        if (on) { button.closest("tr").scrollIntoView({ block: "nearest" }); }
      });
    }

    table.querySelectorAll("[data-way]").forEach(function (button) {
      button.addEventListener("click", () => choose(Number(button.dataset.way)));
    });
    sortable(table);
    filtered(table, function (number, fits) {
      if (fits) { layers[number].addTo(map); } else { layers[number].remove(); }
    });
    tripplan.ways = layers;
  };
}());
