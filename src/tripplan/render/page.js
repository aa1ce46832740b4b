/* What the page does beside Leaflet: its own roads and towns, chart and map hand in hand, and a
   street map that goes away quietly where there is no network. */
(function () {
  "use strict";

  /* Markers get their own icons a moment after they are made; until then no picture is fetched. */
  L.Marker.mergeOptions({ icon: L.divIcon({ className: "tp-bare", iconSize: [0, 0] }) });

  function pane(map, name, zIndex) {
    var made = map.createPane(name);
    made.style.zIndex = zIndex;
    made.style.pointerEvents = "none";
    return name;
  }

  /* Roads on a canvas below the route; towns as text, each from the zoom level that has room. */
  function plain(map, group, ground) {
    var renderer = L.canvas({ pane: pane(map, "tp-roads", 350), padding: 0.3 });
    var looks = [{ color: "#c9c7c0", weight: 1.2 }, { color: "#a9adb3", weight: 2.2 }];
    ground.roads.forEach(function (lines, major) {
      L.polyline(lines, {
        renderer: renderer, pane: "tp-roads", interactive: false, color: looks[major].color,
        weight: looks[major].weight, smoothFactor: 1.5
      }).addTo(group);
    });
    pane(map, "tp-towns", 450);
    var towns = ground.towns.map(function (town) {
      var icon = L.divIcon({ className: "tp-town", html: town[3], iconSize: [0, 0] });
      return {
        zoom: town[2],
        marker: L.marker([town[0], town[1]], {
          icon: icon, pane: "tp-towns", interactive: false, keyboard: false
        })
      };
    });
    function show() {
      towns.forEach(function (town) {
        if (map.getZoom() >= town.zoom) { group.addLayer(town.marker); }
        else { group.removeLayer(town.marker); }
      });
    }
    map.on("zoomend", show);
    show();
  }

  function note(map, text) {
    var box = map.getContainer().parentNode.querySelector(".tp-note");
    if (!box) {
      box = document.createElement("div");
      box.className = "tp-note";
      box.setAttribute("role", "status");
      map.getContainer().parentNode.appendChild(box);
    }
    box.textContent = text;
    window.clearTimeout(box.timer);
    box.timer = window.setTimeout(function () { box.remove(); }, 6000);
  }

  /* A tile layer whose first tiles fail gives way to the plain map. */
  function tiles(map, layer, plainLayer) {
    var loaded = false;
    layer.on("tileload", function () { loaded = true; });
    layer.on("tileerror", function () {
      if (loaded || !map.hasLayer(layer)) { return; }
      window.setTimeout(function () {
        map.removeLayer(layer);
        map.addLayer(plainLayer);
      }, 0);
      note(map, "That map is out of reach; here is the plain one again.");
    });
  }

  /* The whole route in view, with room for the names of its ends. */
  function fit(map, bounds) {
    var room = map.getSize().x < 600 ? 68 : 44;
    map.fitBounds(bounds, { padding: [room, 44], maxZoom: 13, animate: false });
  }

  function fitButton(map, bounds) {
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var bar = L.DomUtil.create("div", "leaflet-bar");
      var button = L.DomUtil.create("a", "tp-fit", bar);
      button.href = "#";
      button.textContent = "⤢";
      button.title = "Show the whole route";
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", button.title);
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, "click", function (event) {
        L.DomEvent.preventDefault(event);
        map.closePopup();
        fit(map, bounds);
      });
      return bar;
    };
    control.addTo(map);
  }

  function stopButtons(map, stops) {
    document.querySelectorAll("[data-stop]").forEach(function (button) {
      button.addEventListener("click", function () {
        map.getContainer().scrollIntoView({ block: "nearest" });
        stops[Number(button.dataset.stop)].openPopup();
      });
    });
  }

  function both(value, unit, factor, other, digits) {
    function text(number) {
      return number.toLocaleString("en-US", {
        minimumFractionDigits: digits, maximumFractionDigits: digits
      });
    }
    return text(value) + " " + unit + " (" + text(value * factor) + " " + other + ")";
  }

  /* Moving along the chart moves a dot along the route and says what holds there. */
  function chart(map, course) {
    var svg = document.getElementById("tp-chart");
    var readout = document.getElementById("tp-readout");
    var cross = svg.querySelector(".tp-cross");
    var left = Number(svg.dataset.left);
    var right = Number(svg.dataset.right);
    var span = Number(svg.dataset.km);
    var dot = L.circleMarker([0, 0], {
      radius: 7, color: "#16202c", weight: 3, fillColor: "#fff", fillOpacity: 1, interactive: false
    });
    var at = 0;

    function show(index) {
      at = Math.max(0, Math.min(course.km.length - 1, index));
      var x = left + course.km[at] / span * (right - left);
      cross.setAttribute("x1", x);
      cross.setAttribute("x2", x);
      cross.classList.add("tp-on");
      dot.setLatLng([course.lat[at], course.lon[at]]).addTo(map);
      var minutes = course.minutes[at];
      var fahrenheit = Math.round(course.pack[at] * 1.8 + 32);
      readout.textContent = [
        Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0") + " h",
        both(course.km[at], "km", 0.621371, "mi", 0),
        "battery " + course.soc[at] + "%, " + Math.round(course.pack[at]) + " °C (" + fahrenheit + " °F)",
        "elevation " + both(course.height[at], "m", 3.28084, "ft", 0)
      ].join(" · ");
    }

    function nearest(event) {
      var box = svg.getBoundingClientRect();
      var x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      var km = (x - left) / (right - left) * span;
      var best = 0;
      course.km.forEach(function (value, index) {
        if (Math.abs(value - km) < Math.abs(course.km[best] - km)) { best = index; }
      });
      return best;
    }

    svg.setAttribute("tabindex", "0");
    svg.addEventListener("pointermove", function (event) { show(nearest(event)); });
    svg.addEventListener("pointerdown", function (event) { show(nearest(event)); });
    svg.addEventListener("keydown", function (event) {
      var step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step) { event.preventDefault(); show(at + step); }
    });
  }

  function wire(map, parts) {
    parts.tiles.forEach(function (layer) { tiles(map, layer, parts.plain); });
    fit(map, parts.bounds);
    fitButton(map, parts.bounds);
    stopButtons(map, parts.stops);
    map.on("popupopen popupclose", function (event) {
      map.getContainer().parentNode.classList.toggle("tp-reading", event.type === "popupopen");
    });
    chart(map, parts.course);
    window.addEventListener("beforeprint", function () { paper(map, parts.bounds, true); });
    window.addEventListener("afterprint", function () { paper(map, parts.bounds, false); });
  }

  /* Before a page is printed its layout is still that of the screen, so the size is set here. */
  function paper(map, bounds, on) {
    var frame = map.getContainer().parentNode;
    map.closePopup();
    frame.style.width = on ? "17cm" : "";
    frame.style.height = on ? "11cm" : "";
    map.invalidateSize({ animate: false });
    fit(map, bounds);
  }

  window.tripplan = { plain: plain, wire: wire };
}());
