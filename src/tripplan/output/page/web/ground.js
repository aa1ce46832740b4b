/* The plain map below the route: water, borders and roads on a canvas, names of towns, and online
   maps that may fail. */
(function () {
  "use strict";
  const tripplan = window.tripplan = {};

  /* Markers get their own icons a moment after they are made; until then no picture is fetched. */
  L.Marker.mergeOptions({ icon: L.divIcon({ className: "tp-bare", iconSize: [0, 0] }) });

  /* A view that is fitted again when the map's size changes, until a reader moves the map; what is
     returned fits it once more. */
  tripplan.keepFitted = function (map, fit) {
    let untouched = true;
    let fitting = false;
    function again(onPaper) {
      fitting = true;
      fit(onPaper);
      fitting = false;
      untouched = true;
    }
    map.on("movestart", () => { untouched = untouched && fitting; });
    map.on("resize", () => { if (untouched && !fitting) { again(false); } });
    again(false);
    return again;
  };

  function pane(map, name, zIndex) {
    const made = map.getPane(name) || map.createPane(name);
    made.style.zIndex = zIndex;
    made.style.pointerEvents = "none";
    return name;
  }

  /* The colour that the style sheet gives to a class just now, light or dark. */
  function colourOf(className) {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.className = className;
    const colour = window.getComputedStyle(probe).color;
    probe.remove();
    return colour;
  }

  /* Texts above the roads, each from the zoom level that has room for it. */
  tripplan.labels = function (map, group, texts, className) {
    pane(map, "tp-towns", 450);
    const labels = texts.map(([lat, lon, zoom, html]) => ({
      zoom: zoom,
      marker: L.marker([lat, lon], {
        icon: L.divIcon({ className: className, html: html, iconSize: [0, 0] }),
        pane: "tp-towns", interactive: false, keyboard: false
      })
    }));
    const shown = L.layerGroup();
    function show() {
      labels.forEach(function (label) {
        if (map.getZoom() >= label.zoom) { shown.addLayer(label.marker); }
        else { shown.removeLayer(label.marker); }
      });
    }
    shown.on("add", function () { map.on("zoomend", show); show(); });
    shown.on("remove", () => map.off("zoomend", show));
    shown.addTo(group);
  };

  /* From here on a page of its own shows the side roads around ends and stops. */
  const SIDE_ZOOM = 11;

  /* A line of steps of 0.00001 degrees. */
  function line(steps) {
    let [lat, lon] = [0, 0];
    const points = [];
    for (let k = 0; k < steps.length; k += 2) {
      points.push([(lat += steps[k]) * 1e-5, (lon += steps[k + 1]) * 1e-5]);
    }
    return points;
  }

  const KEPT_CLEAR = ".tp-town span, .tp-sign span, .tp-stop-told span, .tp-end-label, .tp-end-icon, .tp-stop-icon";

  /* What side roads are called, where that hides nothing and the route does not say so already. */
  function signs(map, group, texts) {
    pane(map, "tp-towns", 450);
    const boxes = [...map.getContainer().querySelectorAll(KEPT_CLEAR)];
    const taken = boxes.map((one) => one.getBoundingClientRect()).filter((box) => box.width);
    const told = new Set([...map.getContainer().querySelectorAll(".tp-sign span")].map((one) => one.textContent));
    texts.forEach(function ([lat, lon, html, text]) {
      if (told.has(text)) { return; }
      const made = L.marker([lat, lon], {
        icon: L.divIcon({ className: "tp-road-told", html: html, iconSize: [0, 0] }),
        pane: "tp-towns", interactive: false, keyboard: false
      }).addTo(group);
      const own = made.getElement().firstElementChild.getBoundingClientRect();
      if (taken.some((box) => (
        own.left < box.right && box.left < own.right && own.top < box.bottom && box.top < own.bottom
      ))) { group.removeLayer(made); }
    });
  }

  /* Water, then borders, then roads; and towns as text from the zoom level that has room for each.
     What comes back takes it all away again. */
  tripplan.plain = function (map, group, ground) {
    pane(map, "tp-roads", 350);
    map.tpCanvas = map.tpCanvas || L.canvas({ pane: "tp-roads", padding: 0.3 });
    const common = {
      renderer: map.tpCanvas, pane: "tp-roads",
      interactive: false, smoothFactor: 1.5
    };
    const drawn = [];
    function draw(kind, lines, className, look, box) {
      if (!lines.length) { return; }
      const colour = colourOf(className);
      const options = Object.assign({ color: colour, fillColor: colour }, common, look);
      drawn.push([className, kind(lines, options).addTo(box || group)]);
    }
    ground.water.forEach((rings) => draw(
      L.polygon, rings, "tp-water", { stroke: false, fillOpacity: 1, smoothFactor: 0.5 }
    ));
    draw(L.polyline, ground.borders[0], "tp-border", { weight: 1, dashArray: "5 4" });
    draw(L.polyline, ground.borders[1], "tp-border", { weight: 2, dashArray: "9 3 2 3" });
    const roads = L.layerGroup().addTo(group);
    function drawRoads(found, box) {
      draw(L.polyline, found[0], "tp-road-minor", { weight: 1.2 }, box);
      draw(L.polyline, found[1], "tp-road-major", { weight: 2.2 }, box);
    }
    drawRoads(ground.roads, roads);
    const closer = L.layerGroup();
    function zoomed() {
      if (map.getZoom() >= SIDE_ZOOM) { group.addLayer(closer); } else { group.removeLayer(closer); }
    }
    if (ground.side_roads && ground.side_roads.length) {
      draw(L.polyline, ground.side_roads.map(line), "tp-road-minor", { weight: 1 }, closer);
      map.on("zoomend", zoomed);
      zoomed();
    }
    L.layerGroup([], { attribution: ground.credit }).addTo(group);
    function repaint() {
      drawn.forEach(function ([className, layer]) {
        const colour = colourOf(className);
        layer.setStyle({ color: colour, fillColor: colour });
      });
    }
    document.addEventListener("tp-look", repaint);
    tripplan.labels(map, group, ground.towns, "tp-town");
    function clear() {
      document.removeEventListener("tp-look", repaint);
      map.off("zoomend", zoomed);
      group.clearLayers();
    }
    /* Other roads, packed, and their signs in place of the roads of the ground, until there are none. */
    clear.refine = function (found) {
      drawn.splice(0, drawn.length, ...drawn.filter(([, layer]) => !closer.hasLayer(layer)));
      closer.clearLayers();
      group.removeLayer(found ? roads : closer);
      group.addLayer(found ? closer : roads);
      if (!found) { return; }
      drawRoads(found.roads.map((lines) => lines.map(line)), closer);
      signs(map, closer, found.signs);
    };
    return clear;
  };

  function note(map, text) {
    const frame = map.getContainer().parentNode;
    let box = frame.querySelector(".tp-note");
    if (!box) {
      box = frame.appendChild(document.createElement("div"));
      box.className = "tp-note";
      box.setAttribute("role", "status");
    }
    box.textContent = text;
    window.clearTimeout(box.timer);
    box.timer = window.setTimeout(() => box.remove(), 6000);
  }

  /* A tile layer whose first tiles fail gives way to the plain map. */
  tripplan.tiles = function (map, layer, plainLayer) {
    let loaded = false;
    layer.on("tileload", function () { loaded = true; });
    layer.on("tileerror", function () {
      if (loaded || !map.hasLayer(layer)) { return; }
      window.setTimeout(function () {
        map.removeLayer(layer);
        map.addLayer(plainLayer);
      }, 0);
      note(map, "That map is out of reach; here is the plain one again.");
    });
  };
}());
