/* All plans of a study on one map: loads of chargers, tight drives, dead ends. */
(function () {
  "use strict";
  const tripplan = window.tripplan;

  function cross(trips, title) {
    const mark = document.createElement("span");
    mark.className = "tp-cross-mark";
    mark.textContent = "✗ " + trips;
    if (title) { mark.title = title; }
    return L.divIcon({ className: "tp-dead-end", html: mark, iconSize: [0, 0] });
  }

  tripplan.study = function (data) {
    const map = L.map("tp-map", { zoomSnap: 0.25, maxZoom: 18 });
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    L.control.scale().addTo(map);
    tripplan.keepFitted(map, () => map.fitBounds(data.bounds, {
      paddingTopLeft: [50, 30], paddingBottomRight: [window.innerWidth >= 700 ? 210 : 30, 30], maxZoom: 13, animate: false
    }));
    tripplan.plain(map, L.layerGroup().addTo(map), data.ground);
    tripplan.labels(map, L.layerGroup().addTo(map), data.signs, "tp-sign");
    const drives = L.layerGroup(data.drives.map((one) => L.polyline(one.line, {
      className: "tp-tight", color: "#d55e00", weight: one.weight, opacity: 0.75
    }).bindTooltip(one.tip, { sticky: true })));
    const chargers = L.layerGroup(data.chargers.map((one) => L.circleMarker(one.at, {
      className: "tp-load", radius: one.radius, weight: 2, color: "#fff", fillColor: "#0072b2", fillOpacity: 0.85
    }).bindTooltip(one.tip)));
    /* Crosses that would hide each other are one, with the trips of all, until the map is near enough. */
    const ends = L.markerClusterGroup({
      maxClusterRadius: 46, showCoverageOnHover: false, spiderfyOnMaxZoom: true,
      iconCreateFunction: function (cluster) {
        const inside = cluster.getAllChildMarkers();
        const trips = inside.reduce((sum, one) => sum + one.options.trips, 0);
        return cross(trips, trips + " trips end at " + inside.length + " places: zoom in");
      }
    });
    data.ends.forEach((one) => ends.addLayer(L.marker(one.at, {
      icon: cross(one.trips), title: one.title, alt: one.title, trips: one.trips
    }).bindTooltip(one.tip)));
    const places = L.layerGroup(data.places.map((one) => L.circleMarker(one.at, {
      radius: 5, weight: 3, color: "#16202c", fillColor: "#fff", fillOpacity: 1
    }).bindTooltip(one.tip)));
    [drives, chargers, places, ends].forEach((layer) => layer.addTo(map));
    L.control.layers(null, {
      "Chargers by energy": chargers, "Drives that bind": drives, "Where trips end": ends, "Ends of the trips": places
    }, { collapsed: window.innerWidth < 700 }).addTo(map);
  };
}());
