/* Puts the parts of the page together: whole route in view, stops and ways by button, paper. */
(function () {
  "use strict";
  const tripplan = window.tripplan;

  /* The whole route in view, with room for the names of its ends, and none of it below the legend; on
     paper, where the legend stands elsewhere, just in view. */
  function fit(map, bounds, onPaper) {
    const room = { aside: map.getSize().x < 800 ? 74 : 44, below: 44 };
    const look = { maxZoom: 13, animate: false };
    map.fitBounds(bounds, Object.assign({ padding: [room.aside, room.below] }, look));
    /* What makes room for one thing may move another below a button, so it is looked at again. */
    for (let more = 0; more < 3 && !onPaper; more += 1) {
      const wanted = needed(map);
      if (wanted.aside <= room.aside && wanted.below <= room.below) { return; }
      room.aside = Math.max(room.aside, wanted.aside);
      room.below = Math.max(room.below, wanted.below);
      map.fitBounds(bounds, Object.assign({
        paddingTopLeft: [room.aside, 44], paddingBottomRight: [room.aside, room.below]
      }, look));
    }
  }

  /* What room the route needs, in pixels: aside where the name of an end stands out of the map, or an end
     or a stop under a button; below where one lies under the legend. */
  function needed(map) {
    const frame = map.getContainer().getBoundingClientRect();
    const boxes = (selector) => [...map.getContainer().parentNode.querySelectorAll(selector)]
      .map((one) => one.getBoundingClientRect()).filter((box) => box.width);
    const names = boxes(".tp-end-label");
    const marks = names.concat(boxes(".tp-stop-icon, .tp-end-icon, .tp-stop-told span"));
    const out = names.filter((box) => box.left < frame.left || box.right > frame.right);
    const over = (one, other) => (
      one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
    );
    const legend = boxes(".tp-legend").find((box) => marks.some((mark) => over(mark, box)));
    const beside = boxes(".leaflet-top .leaflet-control").flatMap((button) => (
      marks.filter((mark) => over(mark, button)).map((mark) => mark.width / 2 + 6 + (
        button.left - frame.left < frame.width / 2 ? button.right - frame.left : frame.right - button.left
      ))
    ));
    return {
      aside: Math.min(frame.width * 0.3, Math.max(0, ...out.map((box) => box.width / 2 + 6), ...beside)),
      below: legend ? Math.min(frame.height * 0.5, frame.bottom - legend.top + 44) : 0
    };
  }

  function fitButton(map, again) {
    map.attributionControl.setPrefix('<a href="https://leafletjs.com">Leaflet</a>');
    const control = L.control({ position: "topleft" });
    control.onAdd = function () {
      const bar = L.DomUtil.create("div", "leaflet-bar");
      const button = L.DomUtil.create("a", "tp-fit", bar);
      button.href = "#";
      button.textContent = "⤢";
      button.title = "Show the whole route";
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", button.title);
      L.DomEvent.disableClickPropagation(bar);
      L.DomEvent.on(button, "click", function (event) {
        L.DomEvent.preventDefault(event);
        map.closePopup();
        again(false);
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

  /* The boxes beside the table of other ways and the map's own layer switch say the same. */
  function otherWays(map, ways) {
    document.querySelectorAll("[data-other]").forEach(function (box) {
      const layer = ways[Number(box.dataset.other)];
      box.checked = map.hasLayer(layer);
      box.addEventListener("change", function () {
        if (box.checked) { map.addLayer(layer); } else { map.removeLayer(layer); }
      });
      map.on("layeradd layerremove", function (event) {
        if (event.layer === layer) { box.checked = map.hasLayer(layer); }
      });
    });
  }

  /* Before a page is printed its layout is still that of the screen, so the size is set here. */
  function paper(map, again, on) {
    const frame = map.getContainer().parentNode;
    map.closePopup();
    frame.style.width = on ? "18.4cm" : "";
    frame.style.height = on ? "8cm" : "";
    map.invalidateSize({ animate: false });
    again(on);
    document.dispatchEvent(new CustomEvent("tp-look"));
  }

  tripplan.wire = function (map, parts) {
    parts.tiles.forEach((layer) => tripplan.tiles(map, layer, parts.plain));
    let again = null;
    fitButton(map, (onPaper) => again(onPaper));  // before the first look, which keeps clear of it
    again = tripplan.keepFitted(map, (onPaper) => fit(map, parts.bounds, onPaper));
    stopButtons(map, parts.stops);
    tripplan.sizeStops(map, parts.stops);
    otherWays(map, parts.ways);
    tripplan.clearForPopups(map);
    tripplan.chart(map);
    window.addEventListener("beforeprint", () => paper(map, again, true));
    window.addEventListener("afterprint", () => paper(map, again, false));
  };
}());
