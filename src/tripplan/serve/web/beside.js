/* Cars side by side: the same trip in further cars, each as /api/plan plans it, one after the other. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const byId = (id) => document.getElementById(id);
  /* So many answers are kept: a car that becomes the shown one is not planned again where it was. */
  const KEPT = 60;
  const answers = new Map();
  const lastOf = new Map();
  let shown = null;
  let run = null;

  const COLUMNS = [
    ["Time", (row) => clock(row.total_s) + " h"],
    ["Stops", (row) => String(row.stops)],
    ["Charging", (row) => Math.round(row.charging_s / 60) + " min"],
    ["kWh", (row) => row.energy_spent_kwh.toFixed(1)],
    ["Arrives", (row) => percent(row.arrival_soc)],
    ["Chance", (row) => (row.arrival_probability === null ? "-" :
      row.arrival_probability > 0.99 ? "> 99%" : percent(row.arrival_probability))],
    ["Cost", (row) => (row.charging_cost || row.home_cost ?
      (row.charging_cost + row.home_cost).toFixed(2) + " " + row.currency : "-")]
  ];

  function percent(fraction) { return Math.round(100 * fraction) + "%"; }

  /* Hours and minutes, like 7:16. */
  function clock(seconds) {
    const minutes = Math.round(seconds / 60);
    return Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");
  }

  /* The first sentence; "St." and the like end none. */
  function sentence(text) {
    const found = /^[^]*?(?<!\b(?:St|Ste|Ft|Mt|Pt|No|Dr))[.](?=\s+[A-Z]|\s*$)/.exec(text || "");
    return found ? found[0] : text || "That did not work.";
  }

  /* A car is an id of the catalogue, or the text of a file of one's own: that has lines. */
  function words(car) { return car.includes("\n") ? { vehicle_toml: car } : { vehicle: car }; }

  function questionOf(car) {
    const question = Object.assign({}, tripplan.question, words(car));
    delete question[car.includes("\n") ? "vehicle" : "vehicle_toml"];
    return question;
  }

  /* The same wishes in another order are the same question. */
  function keyOf(question) { return JSON.stringify(Object.entries(question).sort(([one], [other]) => (one < other ? -1 : 1))); }

  async function ask(car, signal) {
    const question = questionOf(car);
    const key = keyOf(question);
    const known = answers.get(key);
    if (known && !known.again) { return; }
    const answer = await tripplan.post("/api/plan", question, signal);
    if (answer.status === 409) { return; }
    const found = await answer.json();
    /* What the server could not do now, it may do the next time. */
    const row = answer.ok
      ? Object.assign(found, { stops: found.stops.filter((stop) => stop.charger).length })
      : { message: sentence(found.message), again: answer.status !== 422 };
    keep(key, car, row);
  }

  function keep(key, car, row) {
    const kept = Object.fromEntries(["message", "again", "total_s", "stops", "charging_s", "energy_spent_kwh",
      "arrival_soc", "arrival_probability", "charging_cost", "home_cost", "currency"].map((name) => [name, row[name]]));
    answers.set(key, kept);
    lastOf.set(car, kept);
    if (answers.size > KEPT) { answers.delete(answers.keys().next().value); }
  }

  function cell(kind, text, more) {
    const made = document.createElement(kind);
    made.textContent = text;
    Object.entries(more || {}).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  function button(text, label, id, does) {
    const made = cell("button", text, { type: "button", id: id, "aria-label": label });
    made.addEventListener("click", does);
    return made;
  }

  function group(car, row, isOld, ...buttons) {
    const body = document.createElement("tbody");
    const head = document.createElement("tr");
    const name = cell("th", "", { scope: "rowgroup", colspan: COLUMNS.length });
    const does = cell("div", "", { class: "ts-beside-does" });
    does.append(...buttons);
    name.append(does, cell("span", tripplan.carName(car)));
    head.appendChild(name);
    const line = document.createElement("tr");
    if (!row) { line.appendChild(cell("td", "planning …", { colspan: COLUMNS.length })); }
    else if (row.message) { line.appendChild(cell("td", row.message, { colspan: COLUMNS.length, class: "ts-refusal" })); }
    else { COLUMNS.forEach(([, told]) => line.appendChild(cell("td", told(row)))); }
    line.className = isOld ? "ts-old" : "";
    body.append(head, line);
    return body;
  }

  /* The row of a further car: of this question, or of the last one until that is answered. */
  function rowOf(car) {
    const now = answers.get(keyOf(questionOf(car)));
    return { row: now || lastOf.get(car), isOld: !now };
  }

  tripplan.showBeside = function () {
    const box = byId("ts-beside-table");
    const focused = document.activeElement && document.activeElement.id;
    box.textContent = "";
    byId("ts-beside-field").hidden = tripplan.beside.length >= tripplan.MOST_BESIDE;
    if (!tripplan.beside.length) { byId("ts-beside-told").textContent = ""; return; }
    byId("ts-beside").open = true;
    const table = document.createElement("table");
    const head = document.createElement("thead");
    const titles = document.createElement("tr");
    COLUMNS.forEach(([title]) => titles.appendChild(cell("th", title, { scope: "col" })));
    head.appendChild(titles);
    table.append(head, group(tripplan.shownCar(), shown, false, cell("em", "shown")));
    let waiting = false;
    tripplan.beside.forEach(function (car, k) {
      const name = tripplan.carName(car);
      const { row, isOld } = rowOf(car);
      waiting = waiting || isOld;
      table.appendChild(group(car, row, isOld,
        button("Show", "Show the plan of " + name, "ts-beside-show-" + k, () => choose(k)),
        button("✕", "Leave out " + name, "ts-beside-drop-" + k, () => drop(k))));
    });
    table.setAttribute("aria-labelledby", "ts-beside-title");
    table.setAttribute("aria-busy", String(waiting));
    box.appendChild(table);
    if (focused && byId(focused) && document.activeElement !== byId(focused)) { byId(focused).focus(); }
    byId("ts-beside-told").textContent = waiting ? "" : told();
  };

  function told() {
    const rows = [[tripplan.shownCar(), shown]].concat(tripplan.beside.map((car) => [car, rowOf(car).row]));
    const can = rows.filter(([, row]) => row && !row.message).sort((one, other) => one[1].total_s - other[1].total_s);
    const cannot = rows.length - can.length;
    return (can.length ? "Quickest: " + tripplan.carName(can[0][0]) + ", " + clock(can[0][1].total_s) + " h." : "") +
      (cannot ? " " + cannot + " of " + rows.length + " cannot do it." : "");
  }

  /* Cars change places: the one that was shown is not lost. */
  function choose(k) {
    const car = tripplan.beside[k];
    tripplan.beside[k] = tripplan.shownCar();
    shown = rowOf(car).row;
    tripplan.change(Object.assign({ vehicle: undefined, vehicle_toml: undefined }, words(car)));
  }

  function drop(k) {
    tripplan.beside.splice(k, 1);
    tripplan.writeAddress(true);
    tripplan.showBeside();
    byId(tripplan.beside.length ? "ts-beside-drop-" + Math.min(k, tripplan.beside.length - 1) : "ts-beside-add").focus();
  }

  function add(option) {
    if (!option.label) { return; }
    byId("ts-beside-add").tpSet("");
    const id = option.id || tripplan.carId(option.label);
    if (!id) { tripplan.tell("There is no car \"" + option.label + "\": choose one of the list."); return; }
    if (tripplan.beside.concat(tripplan.shownCar()).includes(id)) {
      tripplan.tell(tripplan.carName(id) + " is there already.");
      return;
    }
    tripplan.beside.push(id);
    tripplan.writeAddress(true);
    planBeside();
  }

  /* What is under way for a question before is dropped. */
  tripplan.dropBeside = function () { if (run) { run.abort(); run = null; } };

  async function planBeside() {
    tripplan.dropBeside();
    tripplan.showBeside();
    if (!shown) { return; }
    const mine = run = new AbortController();
    for (const car of tripplan.beside.slice()) {
      try { await ask(car, mine.signal); } catch (error) {
        if (run !== mine) { return; }
        keep(keyOf(questionOf(car)), car, { message: "The server does not answer: " + error.message, again: true });
      }
      if (run !== mine) { return; }
      tripplan.showBeside();
    }
    run = null;
  }

  tripplan.makeBeside = function () {
    tripplan.combobox(byId("ts-beside-add"), tripplan.lookUpCar, add);
    document.addEventListener("ts-drawn", function () {
      /* Of an older question a newer one is under way: its plan comes first. */
      if (tripplan.drawn.question !== JSON.stringify(tripplan.question)) { return; }
      shown = tripplan.shown.figures;
      keep(keyOf(tripplan.question), tripplan.shownCar(), shown);
      byId("ts-beside").hidden = false;
      planBeside();
    });
    document.addEventListener("ts-refused", function (event) {
      shown = { message: sentence(event.detail) };
      byId("ts-beside").hidden = false;
      planBeside();
    });
  };
}());
