/* The route in the colours of a quantity, its legs, other ways, and the chargers that are not used. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  /* A tenth of the scale, below which charge is low, ends with a bin. */
  const BINS = 40;
  const WIDE = 9;
  const USUAL = 5.5;

  /* Columns come as whole steps from one value to the next; here they are values again. */
  function unpacked(track) {
    const units = { lat: 1e-5, lon: 1e-5, km: 0.01, s: 1, soc: 0.001, pack: 0.1, height: 1, speed: 1, part: 1 };
    const columns = {};
    Object.keys(units).forEach(function (name) {
      let sum = 0;
      columns[name] = track[name].map((step) => (sum += step) * units[name]);
    });
    return columns;
  }

  function blended(colours, part) {
    const at = Math.max(0, Math.min(0.999, part)) * (colours.length - 1);
    const below = Math.floor(at);
    const channel = (k, from) => parseInt(colours[k].slice(from, from + 2), 16);
    return "#" + [1, 3, 5].map(function (from) {
      const mixed = channel(below, from) + (channel(below + 1, from) - channel(below, from)) * (at - below);
      return Math.round(mixed).toString(16).padStart(2, "0");
    }).join("");
  }

  /* Stretches of road whose values fall into the same bin, for each bin. */
  function stretches(track, scale) {
    const values = track[scale.key];
    const bins = Array.from({ length: BINS }, () => []);
    let last = -1;
    for (let k = 1; k < values.length; k += 1) {
      if (track.part[k] % 2 || track.part[k] !== track.part[k - 1]) { last = -1; continue; }
      const value = scale.key === "speed" ? values[k] : (values[k] + values[k - 1]) / 2;
      const part = (value - scale.low) / (scale.high - scale.low);
      const bin = Math.max(0, Math.min(BINS - 1, Math.floor(part * BINS)));
      if (bin !== last) { bins[bin].push([[track.lat[k - 1], track.lon[k - 1]]]); }
      bins[bin][bins[bin].length - 1].push([track.lat[k], track.lon[k]]);
      last = bin;
    }
    return bins;
  }

  function line(points, className, options) {
    return L.polyline(points, Object.assign({ className: className, interactive: false, smoothFactor: 0.5 }, options));
  }

  function legs(track) {
    const found = [];
    track.part.forEach(function (part, k) {
      if (part % 2) { return; }
      (found[part / 2] = found[part / 2] || []).push([track.lat[k], track.lon[k]]);
    });
    return found;
  }

  tripplan.route = function (map, group, data) {
    const track = tripplan.track = unpacked(data.track);
    const roads = legs(track);
    if (!roads.some((road) => road.length > 1)) { return; }
    [[11, "#ffffff"], [7.5, "#26303b"]].forEach(function ([weight, colour]) {
      line(roads, "tp-route-edge", { color: colour, weight: weight, opacity: 0.9 }).addTo(group);
    });
    const coloured = L.featureGroup().addTo(group);
    function paint(key) {
      const scale = data.scales.find((one) => one.key === key);
      coloured.clearLayers();
      stretches(track, scale).forEach(function (lines, bin) {
        if (!lines.length) { return; }
        const colour = blended(scale.colours, (bin + 0.5) / BINS);
        const end = scale.low + (bin + 1) / BINS * (scale.high - scale.low);
        const isLow = scale.danger !== null && end <= scale.danger + 1e-9;
        line(lines, isLow ? "tp-route tp-route-low" : "tp-route", {
          color: colour, weight: isLow ? WIDE : USUAL, opacity: 1
        }).addTo(coloured);
      });
      map.getContainer().parentNode.dataset.colour = key;
    }
    paint(map.getContainer().parentNode.dataset.colour || "soc");
    tripplan.paint = paint;
    line(data.slow, "tp-slow-road", { color: "#ffffff", weight: 2.5, dashArray: "2 7" }).addTo(group);
    tripplan.labels(map, group, data.signs, "tp-sign");
    tripplan.labels(map, group, data.stops, "tp-stop-told");
    roads.forEach(function (road, number) {
      if (road.length < 2) { return; }
      L.polyline(road, { className: "tp-leg", weight: 20, opacity: 0 })
        .bindTooltip(data.tips[number], { sticky: true, opacity: 1 })
        .on("mousemove", (event) => tripplan.follow && tripplan.follow(event.latlng))
        .addTo(group);
    });
  };

  /* The legend stands above the map: it makes room for what is read there. */
  tripplan.clearForPopups = function (map) {
    map.on("popupopen popupclose", function (event) {
      map.getContainer().parentNode.classList.toggle("tp-reading", event.type === "popupopen");
    });
  };

  /* Where stops lie so near to each other that they would hide each other, they are small. */
  const SMALL_BELOW_PX = 32;
  tripplan.sizeStops = function (map, marks) {
    function size() {
      const at = map.tpStops.map((one) => map.project(one.getLatLng()));
      const near = at.some((one, k) => at.slice(0, k).some((other) => one.distanceTo(other) < SMALL_BELOW_PX));
      map.getContainer().classList.toggle("tp-dense", near);
    }
    if (!map.tpStops) { map.on("zoomend", size); }
    map.tpStops = marks;
    size();
  };

  document.addEventListener("tp-colour", (event) => tripplan.paint && tripplan.paint(event.detail));

  tripplan.other = function (map, group, way) {
    if (!map.getPane("tp-others")) { map.createPane("tp-others").style.zIndex = 410; }
    const look = { pane: "tp-others", color: way.colour, weight: 4 };
    L.polyline(way.line, Object.assign({ className: "tp-other", dashArray: way.dashes, lineCap: "butt" }, look))
      .bindTooltip(way.tip, { sticky: true }).addTo(group);
    way.stops.forEach(function ([lat, lon, html]) {
      L.circleMarker([lat, lon], Object.assign({ radius: 7, fillColor: "#fff", fillOpacity: 1 }, look))
        .bindPopup(html).addTo(group);
    });
  };

  tripplan.chargers = function (map, group, chargers) {
    if (!map.getPane("tp-chargers")) { map.createPane("tp-chargers").style.zIndex = 420; }
    const clusters = L.markerClusterGroup({
      clusterPane: "tp-chargers", showCoverageOnHover: false, maxClusterRadius: 46, spiderfyOnMaxZoom: true,
      iconCreateFunction: (cluster) => L.divIcon({
        className: "tp-cluster", iconSize: [24, 24],
        html: "<span title=\"" + cluster.getChildCount() + " chargers that are not used: zoom in\"></span>"
      })
    });
    chargers.forEach(function ([lat, lon, title, html]) {
      L.marker([lat, lon], {
        pane: "tp-chargers", title: title, alt: title, icon: L.divIcon({ className: "tp-unused", iconSize: [12, 12] })
      }).bindPopup(html, { maxWidth: 280 }).addTo(clusters);
    });
    group.addLayer(clusters);
  };
}());
