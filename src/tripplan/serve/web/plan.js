/* Asks for the plan, and draws what comes: map, panel, chart, cards; what-if at each stop. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const byId = (id) => document.getElementById(id);
  const client = Array.from(window.crypto.getRandomValues(new Uint8Array(12)), (n) => n.toString(16)).join("");
  /* A question that takes longer than this is not waited for when a newer one is there: twice as long as the last. */
  const LEAST_MS = 400;
  const MOST_MS = 8000;
  let patience = LEAST_MS;
  let under = null;
  let again = false;
  let held = null;
  let shown = null;
  let waysAsked = 0;

  tripplan.tell = function (text) { byId("ts-status").textContent = text; };

  tripplan.post = function (path, question, signal) {
    return window.fetch(path, {
      method: "POST", signal: signal, body: JSON.stringify(question),
      headers: { "Content-Type": "application/json", "X-Tripplan-Client": client }
    });
  };

  function complete() {
    const question = tripplan.question;
    return question.origin && question.destination && (question.vehicle || question.vehicle_toml);
  }

  /* One question under way and the newest waiting; those between are never sent. */
  tripplan.plan = function () {
    if (!complete()) { return; }
    tripplan.dropBeside();
    if (under && window.performance.now() - under.since < patience) {
      again = true;
      window.setTimeout(() => { if (again) { tripplan.plan(); } }, patience);
      return;
    }
    if (under) { under.stop.abort(); }
    again = false;
    ask();
  };

  async function ask() {
    const mine = { since: window.performance.now(), stop: new AbortController() };
    under = mine;
    const busy = window.setTimeout(function () {
      byId("ts-status").classList.add("ts-busy");
      tripplan.tell("planning …");
    }, 250);
    try {
      const asked = JSON.stringify(tripplan.question);
      const question = Object.assign({}, tripplan.question, held ? { held: held } : {});
      const answer = await tripplan.post("/api/drawing", question, mine.stop.signal);
      const found = await answer.json();
      if (under !== mine) { return; }
      if (answer.ok) {
        tripplan.towing_kmh = question.max_speed_kmh === undefined && found.figures.max_speed_kmh;
        draw(found, mine.since, asked);
      } else if (answer.status !== 409) { refuse(found); }
    } catch (error) {
      if (under === mine && error.name !== "AbortError") { refuse({ message: "The server does not answer: " + error.message }); }
    } finally {
      window.clearTimeout(busy);
      if (under === mine) {
        under = null;
        byId("ts-status").classList.remove("ts-busy");
        if (again) { tripplan.plan(); }
      }
    }
  }

  function refuse(found) {
    const box = byId("ts-error");
    box.textContent = found.message || "That did not work.";
    byId("ts-panel").classList.add("ts-old");
    tripplan.tell("No plan.");
    const ways = (found.ways_out || []).filter((way) => Object.keys(way).length);
    if (ways.length) {
      const row = document.createElement("div");
      row.className = "ts-what";
      ways.forEach((way) => row.appendChild(button(
        "Try " + Object.keys(way).map((word) => word.replace(/_/g, " ") + " " + way[word]).join(", "),
        () => tripplan.change(way)
      )));
      box.appendChild(row);
    }
    document.dispatchEvent(new CustomEvent("ts-refused", { detail: found.message }));
  }

  function button(text, does, id) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (id) { made.id = id; }
    made.addEventListener("click", does);
    return made;
  }

  function draw(found, since, asked) {
    const focused = document.activeElement && document.activeElement.id;
    const first = !shown;
    const moved = first || !shown.ends.every((end, k) => String(end.at) === String(found.ends[k].at));
    shown = tripplan.shown = found;
    byId("ts-error").textContent = "";
    byId("ts-panel").classList.remove("ts-old");
    byId("ts-banner").innerHTML = found.banner;
    byId("ts-panel").innerHTML = found.panel;
    byId("ts-legend").innerHTML = found.legend;
    checked("tp-over", document.documentElement.dataset.over || "km");
    const frame = document.querySelector(".tp-map");
    frame.dataset.colour = frame.dataset.colour || "soc"; /* The legend has its height from now on. */
    checked("tp-colour", frame.dataset.colour);
    /* Fitted before anything is drawn: what is drawn would only be moved. */
    if (moved) { tripplan.fit(found.bounds, found.ends); }
    if (found.ground) { held = found.box; tripplan.drawGround(found.ground, found.box); }
    tripplan.drawRoute(found);
    whatIf(found);
    cards(found);
    byId("ts-take").hidden = false;
    byId("ts-change").hidden = false;
    document.title = found.title;
    tripplan.tell(found.figures.time + " with " + found.figures.stops_in_words + ", arriving with " + found.figures.arrive);
    if (focused && byId(focused) && document.activeElement !== byId(focused)) { byId(focused).focus(); }
    tripplan.drawn = { asked: since, done: window.performance.now(), question: asked };
    patience = Math.min(MOST_MS, Math.max(LEAST_MS, 2 * (tripplan.drawn.done - since)));
    document.dispatchEvent(new CustomEvent("ts-drawn", { detail: tripplan.drawn }));
  }

  function checked(name, value) {
    document.querySelectorAll("input[name='" + name + "']").forEach((input) => { input.checked = input.value === value; });
  }

  const list = (word) => tripplan.question[word] || [];
  const without = (word, value) => list(word).filter((one) => one !== value);

  /* Beneath each stop: do without it, keep it, stay longer, plan on from it. */
  function whatIf(found) {
    const rows = byId("ts-panel").querySelectorAll(".tp-stop-row");
    found.stops.forEach(function (stop, k) {
      const row = document.createElement("div");
      row.className = "ts-what";
      const name = stop.name + ", stop " + (k + 1);
      function add(text, does, action) {
        const made = button(text, does, "ts-" + action + "-" + k);
        made.setAttribute("aria-label", text + ": " + name);
        row.appendChild(made);
      }
      if (stop.charger) {
        const kept = list("require").includes(stop.charger);
        add("Avoid", () => tripplan.ban(stop.charger), "ban");
        add(kept ? "No longer a must" : "Always stop here", () => tripplan.change({
          require: kept ? without("require", stop.charger) : list("require").concat(stop.charger)
        }), "require");
        add("Stay an hour", () => stay(stop, k), "stay");
      }
      add("Plan on from here", () => hereWith(stop.at, stop.name, stop.departure_soc, stop.pack_departure_c, k), "here");
      rows[k].lastElementChild.appendChild(row);
    });
    byId("ts-panel").querySelectorAll("[data-stop]").forEach((one) => one.addEventListener("click", function () {
      tripplan.map.getContainer().scrollIntoView({ block: "nearest" });
      tripplan.stopMarks[Number(one.dataset.stop)].openPopup();
    }));
  }

  tripplan.ban = (id) => tripplan.change({ banned: list("banned").concat(id), require: without("require", id) });

  /* A stay is a waypoint with the plug of the stop, in its place among the others. */
  function stay(stop, k) {
    const before = shown.stops.slice(0, k).filter((one) => one.kind === "waypoint").length;
    const via = list("via").slice();
    via.splice(before, 0, stop.at.map((x) => x.toFixed(5)).join(",") + "; 1h; " + Math.round(stop.plug_kw) + "kW");
    tripplan.change({ via: via });
  }

  function hereWith(at, name, soc, packC, stops) {
    const dialog = byId("ts-here");
    byId("ts-here-place").textContent = name;
    byId("ts-here-soc").value = Math.round(100 * soc);
    dialog.onclose = function () {
      if (dialog.returnValue !== "go") { return; }
      const now = Number(byId("ts-here-soc").value) / 100;
      const passed = shown.stops.slice(0, stops + 1);
      const waypoints = passed.filter((one) => one.kind === "waypoint").length;
      const gone = passed.map((one) => one.charger);
      tripplan.change({
        origin: at.map((x) => x.toFixed(5)).join(","), departure_soc: now,
        pack_start_c: packC === null ? undefined : Math.round(packC), via: list("via").slice(waypoints),
        require: list("require").filter((id) => !gone.includes(id)), most_stops: undefined
      });
    };
    dialog.returnValue = "";
    dialog.showModal();
    byId("ts-here-soc").select();
  }
  tripplan.hereWith = hereWith;

  tripplan.showChanges = function () {
    const box = byId("ts-changes");
    box.textContent = "";
    const names = {};
    ((shown && shown.stops) || []).forEach((stop) => { names[stop.charger] = stop.name; });
    const rows = document.createElement("ul");
    [["banned", "Avoid "], ["require", "Stop at "]].forEach(([word, verb]) => list(word).forEach(function (id) {
      const item = document.createElement("li");
      const text = document.createElement("span");
      tripplan.names = Object.assign(tripplan.names || {}, names);
      text.textContent = verb + (tripplan.names[id] || id);
      const away = button("✕", () => tripplan.change({ [word]: without(word, id) }));
      away.setAttribute("aria-label", "Drop the wish: " + text.textContent);
      item.append(text, away);
      rows.appendChild(item);
    }));
    box.hidden = !rows.children.length;
    box.appendChild(rows);
  };

  function card(heading, lines, ...buttons) {
    const made = document.createElement("article");
    made.className = "ts-card";
    const head = document.createElement("h3");
    head.textContent = heading;
    made.appendChild(head);
    lines.filter(Boolean).forEach(function (line) {
      const p = document.createElement("p");
      p.textContent = line;
      made.appendChild(p);
    });
    const row = document.createElement("div");
    row.className = "ts-what";
    row.append(...buttons);
    made.appendChild(row);
    return made;
  }

  function longer(seconds) {
    const minutes = Math.round(Math.abs(seconds) / 60);
    const text = minutes < 60 ? minutes + " min" : Math.floor(minutes / 60) + " h " + (minutes % 60) + " min";
    return text + (seconds < 0 ? " shorter" : " longer");
  }

  function cards(found) {
    const box = byId("ts-cards");
    const figures = found.figures;
    box.textContent = "";
    waysAsked += 1;
    tripplan.clearWays();
    if (figures.one_stop_fewer_s !== null && figures.stops > 0) {
      box.appendChild(card("One stop fewer", [longer(figures.one_stop_fewer_s)], button(
        "Take it", () => tripplan.change({ most_stops: figures.stops - 1 }), "ts-fewer"
      )));
    }
    if (tripplan.question.most_stops !== undefined) {
      box.appendChild(card("At most " + tripplan.question.most_stops + " stops", [], button(
        "As many as it takes", () => tripplan.change({ most_stops: undefined }), "ts-any-stops"
      )));
    }
    box.appendChild(card("Other ways", ["Other roads, other chargers, fewer stops."], button("Look for them", lookForWays, "ts-look")));
    box.hidden = false;
  }

  async function lookForWays() {
    const mine = (waysAsked += 1);
    byId("ts-look").disabled = true;
    tripplan.tell("looking for other ways …");
    const answer = await tripplan.post("/api/ways", Object.assign({ count: 4 }, tripplan.question));
    const found = await answer.json();
    if (mine !== waysAsked) { return; }
    const box = byId("ts-cards");
    box.lastElementChild.remove();
    if (!answer.ok) { tripplan.tell(found.message); return; }
    found.ways.forEach(function (way) {
      const show = button("Show on the map", function () {
        show.setAttribute("aria-pressed", String(tripplan.toggleWay(way)));
      });
      show.setAttribute("aria-pressed", "false");
      box.appendChild(card(
        way.title, [way.longer + (way.sooner ? " shorter" : " longer"), way.names.join(" · ")], show,
        ...(Object.keys(way.change).length ? [button("Take it", () => tripplan.change(way.change))] : [])
      ));
    });
    tripplan.tell(found.ways.length ? found.ways.length + " other ways" : "There is no other way worth a look.");
  }

  async function fetchFile(ending) {
    const answer = await tripplan.post("/api/export/" + ending, tripplan.question);
    if (!answer.ok) { tripplan.tell((await answer.json()).message); return; }
    const link = document.createElement("a");
    link.href = window.URL.createObjectURL(await answer.blob());
    link.download = "trip." + ending;
    link.click();
    window.setTimeout(() => window.URL.revokeObjectURL(link.href), 10000);
    tripplan.tell("trip." + ending + " is written to your downloads.");
  }

  tripplan.makeFiles = function () {
    [["html", "Page"], ["gpx", "GPX"], ["kml", "KML"], ["geojson", "GeoJSON"], ["csv", "CSV"], ["ics", "Calendar"],
      ["json", "JSON"], ["svg", "SVG"], ["png", "PNG"]].forEach(([ending, text]) => byId("ts-exports").appendChild(
      button(text, () => fetchFile(ending), "ts-export-" + ending)
    ));
    byId("ts-link").addEventListener("click", async function () {
      try {
        await window.navigator.clipboard.writeText(window.location.href);
        tripplan.tell("The link is copied.");
      } catch { tripplan.tell(window.location.href); }
    });
  };
}());
