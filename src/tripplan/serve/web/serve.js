/* The map that stays while plans change, and the start of the page. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const byId = (id) => document.getElementById(id);
  const map = L.map("ts-map", { zoomSnap: 0.25, maxZoom: 18, zoomControl: true });
  map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
  L.control.scale().addTo(map);
  map.setView([39.5, -98.5], 4);
  const groups = {};
  ["ground", "ways", "chargers", "route", "marks"].forEach((name) => { groups[name] = L.layerGroup().addTo(map); });
  let clearGround = null;
  let groundBox = null;
  let refined = null;
  let refining = null;
  let refineSoon = 0;
  let dot = null;
  tripplan.map = map;
  tripplan.stopMarks = [];

  /* What room the names of the ends need aside, in pixels, before they are drawn. */
  function aside(ends) {
    const box = document.createElement("div");
    box.style.visibility = "hidden";
    box.innerHTML = ends.map((end) => end.badge).join("");
    map.getContainer().appendChild(box);
    const widths = [...box.querySelectorAll(".tp-end-label")].map((name) => name.offsetWidth);
    box.remove();
    return Math.min(map.getSize().x * 0.3, Math.max(56, ...widths.map((width) => width / 2 + 6)));
  }

  tripplan.fit = function (bounds, ends) {
    const legend = document.querySelector("#ts-legend .tp-legend");
    const below = legend && legend.offsetHeight ? legend.offsetHeight + 110 : 34;
    const room = aside(ends);
    map.fitBounds(bounds, {
      paddingTopLeft: [room, 40], paddingBottomRight: [room, below], maxZoom: 13, animate: false
    });
  };

  tripplan.drawGround = function (ground, box) {
    if (clearGround) { clearGround(); }
    clearGround = tripplan.plain(map, groups.ground, ground);
    groundBox = L.latLngBounds([box[0], box[1]], [box[2], box[3]]);
    refined = null;
    refine();
  };

  /* In a view of less than this part of the ground roads are those of the view: more of them, and finer. */
  const CLOSER = 0.25;
  const REFINE_MS = 150;
  const height = (box) => box.getNorth() - box.getSouth();

  /* A quarter of a view more on each side, on a raster as wide as the view: views side by side ask for the same boxes. */
  function around(view) {
    const step = Math.pow(2, Math.floor(Math.log2(height(view) / 8)));
    const wide = view.pad(0.25);
    const down = (value, least) => Math.max(least, Math.floor(value / step) * step);
    const up = (value, most) => Math.min(most, Math.ceil(value / step) * step);
    return L.latLngBounds(
      [down(wide.getSouth(), -85), down(wide.getWest(), -180)], [up(wide.getNorth(), 85), up(wide.getEast(), 180)]
    );
  }

  function coarse() {
    if (refined) { refined = null; clearGround.refine(null); }
  }

  /* One question under way: a newer one breaks it off. */
  async function refine() {
    window.clearTimeout(refineSoon);
    if (!clearGround) { return; }
    const view = map.getBounds();
    if (refining) { refining.abort(); refining = null; }
    if (height(view) > CLOSER * height(groundBox)) { coarse(); return; }
    if (refined && refined.contains(view) && height(view) > CLOSER * height(refined)) { return; }
    const mine = refining = new AbortController();
    const box = around(view);
    const words = new URLSearchParams({
      south: box.getSouth(), west: box.getWest(), north: box.getNorth(), east: box.getEast(), zoom: Math.floor(map.getZoom())
    });
    try {
      const answer = await window.fetch("/api/roads?" + words, { signal: mine.signal });
      const found = answer.ok ? await answer.json() : null;
      if (refining !== mine) { return; }
      refining = null;
      if (!found) { coarse(); return; }
      refined = box;
      clearGround.refine(found);
    } catch {
      if (refining === mine) { refining = null; coarse(); }
    }
  }
  tripplan.isCloser = () => Boolean(refined) && !refining && refined.contains(map.getBounds());
  map.on("moveend", function () {
    window.clearTimeout(refineSoon);
    refineSoon = window.setTimeout(refine, REFINE_MS);
  });

  function mark(at, badge, popup, title, className, size) {
    const icon = L.divIcon({ html: badge, className: className, iconSize: [size, size], iconAnchor: [size / 2, size / 2] });
    const made = L.marker(at, { icon: icon, title: title, alt: title, zIndexOffset: 1000 });
    made.bindPopup(popup, { maxWidth: 300, autoPanPaddingTopLeft: [54, 10], autoPanPaddingBottomRight: [58, 10] });
    return made.addTo(groups.marks);
  }

  function drawEnd(end, word) {
    const made = mark(end.at, end.badge, end.popup, end.title + ": drag it elsewhere", "tp-end-icon ts-mark", 20);
    made.options.draggable = true;
    if (made.dragging) { made.dragging.enable(); }
    made.on("dragend", () => tripplan.change({ [word]: text(made.getLatLng()) }));
  }

  function text(place) { return place.lat.toFixed(5) + "," + place.wrap().lng.toFixed(5); }

  tripplan.drawRoute = function (found) {
    ["route", "chargers", "marks"].forEach((name) => groups[name].clearLayers());
    if (dot) { dot.remove(); }
    tripplan.route(map, groups.route, found.route);
    found.off_road.forEach((line) => L.polyline(line, {
      className: "tp-off-road", color: "#26303b", weight: 2.5, dashArray: "2 6", interactive: false
    }).addTo(groups.route));
    if (found.access.length) {
      L.polyline(found.access, {
        className: "tp-access", color: "#ffffff", weight: 7, dashArray: "2 8", lineCap: "butt", interactive: false
      }).addTo(groups.route);
    }
    if (found.assumed_limits.length) {
      L.polyline(found.assumed_limits, {
        className: "tp-assumed-limit", color: "#ffffff", weight: 3, dashArray: "1 9", lineCap: "round", interactive: false
      }).addTo(groups.route);
    }
    tripplan.chargers(map, groups.chargers, found.chargers);
    tripplan.stopMarks = found.stops.map((stop) => mark(stop.at, stop.badge, stop.popup, stop.title, "tp-stop-icon", 34));
    tripplan.sizeStops(map, tripplan.stopMarks);
    drawEnd(found.ends[0], "origin");
    drawEnd(found.ends[1], "destination");
    dot = tripplan.chart(map);
  };

  const drawnWays = new Map();
  tripplan.clearWays = function () { groups.ways.clearLayers(); drawnWays.clear(); };
  tripplan.toggleWay = function (way) {
    const old = drawnWays.get(way);
    if (old) { old.remove(); drawnWays.delete(way); return false; }
    const group = L.layerGroup().addTo(groups.ways);
    tripplan.other(map, group, way);
    drawnWays.set(way, group);
    return true;
  };

  tripplan.clearForPopups(map);

  /* A click offers what a place can be for the trip. */
  map.on("click", async function (event) {
    const at = text(event.latlng);
    const box = document.createElement("div");
    const name = document.createElement("p");
    name.textContent = at;
    const row = document.createElement("div");
    row.className = "ts-what";
    function offer(label, does) {
      const made = document.createElement("button");
      made.type = "button";
      made.textContent = label;
      made.addEventListener("click", function () { map.closePopup(); does(); });
      row.appendChild(made);
    }
    offer("From here", () => tripplan.change({ origin: at }));
    offer("To here", () => tripplan.change({ destination: at }));
    offer("By way of here", () => tripplan.change({ via: (tripplan.question.via || []).concat(at) }));
    if (tripplan.shown) {
      offer("I am here", () => tripplan.hereWith(at.split(",").map(Number), name.textContent, 0.5, null, -1));
    }
    box.append(name, row);
    L.popup().setLatLng(event.latlng).setContent(box).openOn(map);
    const [lat, lon] = at.split(",");
    const found = await tripplan.get("/api/places", { lat: lat, lon: lon });
    if (found.places) { name.textContent = found.places[0].label; }
  });

  async function begin() {
    tripplan.readAddress();
    tripplan.makeFiles();
    tripplan.makeBeside();
    await tripplan.makeForm();
    tripplan.fillForm();
    if (!tripplan.question.origin) { byId("ts-origin").focus(); }
    const region = await tripplan.get("/api/region", {});
    if (!tripplan.shown && region.bounds) {
      const [south, west, north, east] = region.bounds;
      map.fitBounds([[south, west], [north, east]], { animate: false });
    }
    tripplan.plan();
    document.documentElement.dataset.ready = "yes";
    const answer = tripplan.shown ? null : await tripplan.post("/api/ground", {});
    if (answer && answer.ok && !clearGround) {
      const found = await answer.json();
      tripplan.drawGround(found.ground, found.box);
    }
  }

  window.addEventListener("popstate", function () {
    const before = tripplan.question.vehicle;
    tripplan.readAddress();
    if (!tripplan.question.vehicle && !tripplan.question.vehicle_toml) { tripplan.question.vehicle = before; }
    tripplan.fillForm();
    tripplan.plan();
  });
  document.addEventListener("tp-look", () => map.invalidateSize());
  begin();
}());
