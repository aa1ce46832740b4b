/* The chart and the map hand in hand: a place on one is shown on the other, and put in words. */
(function () {
  "use strict";
  const tripplan = window.tripplan;

  function number(value) { return Math.round(value).toLocaleString("en-US"); }

  function textAt(track, at, units) {
    const us = units === "us";
    const minutes = Math.round(track.s[at] / 60);
    const stands = track.part[at] % 2;
    return [
      Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0") + " h",
      us ? number(track.km[at] * 0.621371) + " mi" : number(track.km[at]) + " km",
      "battery " + Math.round(track.soc[at] * 100) + "%, " +
        (us ? Math.round(track.pack[at] * 1.8 + 32) + " °F" : Math.round(track.pack[at]) + " °C"),
      stands ? "at stop " + (track.part[at] + 1) / 2
        : us ? number(track.speed[at] * 0.621371) + " mph" : number(track.speed[at]) + " km/h",
      "elevation " + (us ? number(track.height[at] * 3.28084) + " ft" : number(track.height[at]) + " m")
    ].join(" · ");
  }

  function nearest(values, wanted) {
    let best = 0;
    values.forEach(function (value, k) {
      if (Math.abs(value - wanted) < Math.abs(values[best] - wanted)) { best = k; }
    });
    return best;
  }

  /* Shows the place once more; of the chart that was made last. */
  let again = function () {};

  tripplan.chart = function (map) {
    const track = tripplan.track;
    const svg = document.getElementById("tp-chart");
    const readout = document.getElementById("tp-readout");
    const cross = svg.querySelector(".tp-cross");
    const left = Number(svg.dataset.left);
    const right = Number(svg.dataset.right);
    const dot = L.circleMarker([0, 0], {
      className: "tp-here", radius: 8, color: "#16202c", weight: 3, fillColor: "#fff", fillOpacity: 1,
      interactive: false
    });
    let at = -1;

    const over = () => document.documentElement.dataset.over === "time" ? "s" : "km";
    const span = () => Number(svg.dataset[over()]);

    function show(index) {
      at = Math.max(0, Math.min(track.km.length - 1, index));
      const x = left + track[over()][at] / span() * (right - left);
      cross.setAttribute("x1", x);
      cross.setAttribute("x2", x);
      cross.classList.add("tp-on");
      dot.setLatLng([track.lat[at], track.lon[at]]).addTo(map).bringToFront();
      readout.textContent = textAt(track, at, document.documentElement.dataset.units);
      svg.setAttribute("aria-valuenow", Math.round(100 * track[over()][at] / span()));
      svg.setAttribute("aria-valuetext", readout.textContent);
    }

    function pointed(event) {
      const box = svg.getBoundingClientRect();
      const x = (event.clientX - box.left) * svg.viewBox.baseVal.width / box.width;
      show(nearest(track[over()], (x - left) / (right - left) * span()));
    }

    /* One press goes half a percent of the trip, Page keys ten times as far. */
    function moved(event) {
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
      const ends = { Home: 0, End: track.km.length - 1 };
      if (!(event.key in steps) && !(event.key in ends)) { return; }
      event.preventDefault();
      if (event.key in ends) { show(ends[event.key]); return; }
      const values = track[over()];
      const wanted = values[Math.max(at, 0)] + steps[event.key] * span() / 200;
      const found = nearest(values, wanted);
      show(found === at ? at + Math.sign(steps[event.key]) : found);
    }

    tripplan.follow = function (place) {
      const east = Math.cos(place.lat * Math.PI / 180);
      const away = track.lat.map((lat, k) => Math.hypot(lat - place.lat, (track.lon[k] - place.lng) * east));
      show(nearest(away, 0));
    };

    svg.setAttribute("tabindex", "0");
    svg.setAttribute("role", "slider");
    svg.setAttribute("aria-valuemin", "0");
    svg.setAttribute("aria-valuemax", "100");
    svg.setAttribute("aria-valuenow", "0");
    svg.addEventListener("pointermove", pointed);
    svg.addEventListener("pointerdown", pointed);
    svg.addEventListener("keydown", moved);
    again = function () { if (at >= 0) { show(at); } };
    return dot;
  };

  ["tp-units", "tp-over"].forEach((name) => document.addEventListener(name, () => again()));
}());
