/* The form: ends, places on the way, car, sliders, wishes behind a fold; all of it from the question and into it. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const byId = (id) => document.getElementById(id);
  const whole = (value) => String(Math.round(value));
  const percent = (value) => [whole(value) + " %"];
  const speed = (kmh) => [whole(kmh) + " km/h", whole(kmh / 1.609344) + " mph"];
  /* Who states no limit of his own has that of his trailer, if the plan says so. */
  const asTheRoad = () => (tripplan.towing_kmh ? speed(tripplan.towing_kmh).map((text) => text + " with the trailer") : ["as the road"]);
  /* Word, label, bounds, step, usual value, factor to the question's unit, how it is told in km and in miles. */
  const sliders = [
    { word: "departure_soc", label: "Charge at the start", low: 10, high: 100, step: 1, usual: 90, unit: 0.01, told: percent },
    { word: "arrival_soc", label: "Charge left on arrival", low: 0, high: 60, step: 1, usual: 10, unit: 0.01, told: percent },
    { word: "ambient_c", label: "Temperature", low: -30, high: 45, step: 1, usual: 20, unit: 1,
      told: (c) => [whole(c) + " °C", whole(c * 1.8 + 32) + " °F"] },
    { word: "max_speed_kmh", label: "Own speed limit", low: 70, high: 160, step: 5, usual: 160, unit: 1,
      told: (v) => (v >= 160 ? asTheRoad() : speed(v)) },
    { word: "wind_mps", label: "Wind", low: 0, high: 25, step: 1, usual: 0, unit: 1,
      told: (v) => [whole(v * 3.6) + " km/h", whole(v * 2.236936) + " mph"] },
    { word: "payload_kg", label: "People and luggage", low: 0, high: 600, step: 25, usual: 75, unit: 1,
      told: (v) => [whole(v) + " kg", whole(v * 2.204623) + " lb"] },
    { word: "soh", label: "Health of the battery", low: 50, high: 100, step: 1, usual: 100, unit: 0.01, told: percent }
  ];
  const elsewhere = ["via", "require", "banned", "wind_from_deg"].concat(sliders.map((one) => one.word));
  let cars = [];

  function put(word, value) {
    if (value === undefined || value === "" || (Array.isArray(value) && !value.length)) { delete tripplan.question[word]; }
    else { tripplan.question[word] = value; }
  }

  /* Changes the question; `isNew` makes an entry in the history. */
  tripplan.change = function (words, isNew) {
    Object.keys(words).forEach((word) => put(word, words[word]));
    tripplan.plan(); /* First: the answer is under way while the rest is done. */
    tripplan.writeAddress(isNew !== false);
    if (isNew !== false) { tripplan.fillForm(); }
  };

  function told(slider, output, value) {
    const [metric, us] = slider.told(value);
    output.textContent = "";
    tripplan.inUnits(output, metric, us);
    return document.documentElement.dataset.units === "us" ? us || metric : metric;
  }

  function makeSlider(slider) {
    const row = document.createElement("div");
    row.className = "ts-slider";
    const label = document.createElement("label");
    const input = document.createElement("input");
    const output = document.createElement("output");
    input.type = "range";
    input.id = "ts-" + slider.word;
    label.htmlFor = input.id;
    output.htmlFor = input.id;
    Object.assign(input, { min: slider.low, max: slider.high, step: slider.step });
    label.append(slider.label, output);
    row.append(label, input);
    function show() { input.setAttribute("aria-valuetext", told(slider, output, Number(input.value))); }
    input.addEventListener("input", function () {
      show();
      const value = Number(input.value);
      /* A temperature that was set is known, also where it is the usual one: plans are surer then. */
      const usual = value === slider.usual && slider.word !== "ambient_c";
      const scaled = slider.unit === 1 ? value : value / Math.round(1 / slider.unit);
      tripplan.change({ [slider.word]: usual ? undefined : scaled }, false);
    });
    input.addEventListener("change", () => tripplan.writeAddress(true));
    ["tp-units", "ts-drawn"].forEach((event) => document.addEventListener(event, show));
    slider.set = function (given) {
      const number = parseFloat(given);
      const text = String(given);
      const value = given === undefined || Number.isNaN(number) ? slider.usual
        : text.endsWith("%") ? number : number / slider.unit;
      input.value = Math.round(value / slider.step) * slider.step;
      show();
    };
    byId("ts-sliders").appendChild(row);
  }

  function placeField(input, word, index) {
    tripplan.combobox(input, tripplan.lookUpPlace, function (option) {
      if (index === undefined) { tripplan.change({ [word]: option.label }); return; }
      const via = (tripplan.question.via || []).slice();
      const rest = (via[index] || "").split(";").slice(1).join(";");
      if (option.label) { via[index] = option.label + (rest ? ";" + rest : ""); } else { via.splice(index, 1); }
      tripplan.change({ via: via });
    });
  }

  /* One more line for a place on the way than there are, where one was asked for. */
  function showVia(extra) {
    const box = byId("ts-via");
    box.textContent = "";
    const via = (tripplan.question.via || []).concat(extra ? [""] : []);
    via.forEach(function (text, k) {
      const row = document.createElement("div");
      row.className = "ts-via-row";
      const field = document.createElement("div");
      field.className = "ts-field";
      const label = document.createElement("label");
      const input = document.createElement("input");
      input.type = "text";
      input.id = "ts-via-" + k;
      input.value = text;
      label.htmlFor = input.id;
      label.textContent = "By way of (like Vail, CO; 2h; 11kW)";
      field.append(label, input);
      const away = document.createElement("button");
      away.type = "button";
      away.textContent = "✕";
      away.setAttribute("aria-label", "Leave out " + (text || "this place"));
      away.addEventListener("click", function () {
        const left = (tripplan.question.via || []).slice();
        left.splice(k, 1);
        tripplan.change({ via: left });
        showVia(false);
      });
      row.append(field, away);
      box.appendChild(row);
      placeField(input, "via", k);
      if (extra && k === via.length - 1) { input.focus(); }
    });
  }

  function wishField(wish) {
    const field = document.createElement("div");
    field.className = "ts-field";
    const label = document.createElement("label");
    const hint = document.createElement("p");
    const single = wish.choices.length && wish.kind === "value";
    const input = document.createElement(single || wish.kind === "yes or no" ? "select" : "input");
    input.id = "ts-wish-" + wish.word;
    hint.id = input.id + "-hint";
    hint.className = "ts-hint";
    hint.textContent = wish.told + (wish.choices.length && !single ? ": " + wish.choices.join(", ") : "") + "." +
      (wish.kind === "list" ? " Several with semicolons between." : "");
    label.htmlFor = input.id;
    label.textContent = wish.word.replace(/_(c|s|kw|kwh|kmh|kg|mps|deg)$/, "").replace(/_/g, " ");
    input.setAttribute("aria-describedby", hint.id);
    if (input.tagName === "SELECT") {
      const usual = wish.kind === "yes or no" ? (wish.default ? "yes" : "no") : wish.default;
      const choices = single ? wish.choices.map((one) => [one, one]) : [["true", "yes"], ["false", "no"]];
      [["", "as usual (" + usual + ")"]].concat(choices).forEach(([value, text]) => input.add(new Option(text, value)));
    } else {
      input.type = "text";
      const usual = wish.default === null || wish.default === "" ? "none" : wish.default;
      input.placeholder = "usual: " + usual + (wish.like ? "; like " + wish.like : "");
    }
    input.dataset.word = wish.word;
    /* Words from a list hold no commas, so that these part them as well; names of operators may hold some. */
    input.dataset.commas = wish.kind === "list" && wish.choices.length ? "part" : "stay";
    field.append(label, input, hint);
    return field;
  }

  function byWord(input) {
    const given = input.value.trim();
    const text = input.dataset.commas === "part" ? given.replace(/,/g, ";") : given;
    const yesOrNo = text === "true" || text === "false";
    tripplan.change({ [input.dataset.word]: yesOrNo ? text === "true" : text });
  }

  function carTold(car) {
    const power = car.dc_max_kw ? "up to " + Math.round(car.dc_max_kw) + " kW" : "no fast charging";
    return [Math.round(car.usable_kwh * 10) / 10 + " kWh", power, car.plugs.join(" ")].filter(Boolean).join(", ");
  }

  /* The figures of a car's card, each in km and in miles. */
  function carCard(car) {
    const km = (value) => [Math.round(value) + " km", Math.round(value / 1.609344) + " mi"];
    const [warm, cold, kmh] = [km(car.range_km), km(car.cold_range_km), speed(car.range_kmh)];
    const years = car.first_year === null ? "" : car.last_year === null ? "since " + car.first_year
      : car.last_year === car.first_year ? String(car.first_year) : car.first_year + " to " + car.last_year;
    return [
      [years], [Math.round(car.usable_kwh * 10) / 10 + " kWh"],
      [0, 1].map((k) => warm[k] + " at " + kmh[k]), [cold[0] + " at −10 °C", cold[1] + " at 14 °F"],
      [car.plugs.join(" ")], [car.dc_max_kw ? "up to " + Math.round(car.dc_max_kw) + " kW" : "no fast charging"]
    ].filter(([text]) => text);
  }

  tripplan.lookUpCar = async function (text) {
    const words = text.toLowerCase().split(/\s+/);
    return cars.filter((car) => words.every((word) => (car.id + " " + car.name).toLowerCase().includes(word)))
      .slice(0, 30).map((car) => ({ label: car.name, card: carCard(car), id: car.id }));
  };

  /* The id of a car by its id or name; undefined: there is none. */
  tripplan.carId = function (text) {
    const same = cars.find((car) => [car.name.toLowerCase(), car.id].includes(text.toLowerCase()));
    return same && same.id;
  };

  /* What is called how: a car of the catalogue by its id, one's own by the text of its file. */
  tripplan.carName = function (car) {
    if (car.includes("\n")) { return (/^\s*name\s*=\s*"([^"]*)"/m.exec(car) || [])[1] || "own car"; }
    return (cars.find((one) => one.id === car) || { name: car }).name;
  };

  tripplan.shownCar = () => tripplan.question.vehicle_toml || tripplan.question.vehicle || "";

  function takeCar(option) {
    tripplan.change({ vehicle: option.id || tripplan.carId(option.label) || option.label, vehicle_toml: undefined });
  }

  async function takeFile(file) {
    if (!file) { return; }
    if (file.size > 65536) { tripplan.tell("A car's file has at most 64 kB."); return; }
    tripplan.change({ vehicle_toml: await file.text(), vehicle: undefined });
  }

  function showCar() {
    const own = tripplan.question.vehicle_toml;
    const car = cars.find((one) => one.id === tripplan.question.vehicle);
    byId("ts-vehicle").tpSet(tripplan.carName(tripplan.shownCar()));
    byId("ts-car-told").textContent = own ? "From your file." : car ? carTold(car) : "";
  }

  /* Everything in the form says what the question says. */
  tripplan.fillForm = function () {
    const question = tripplan.question;
    ["origin", "destination"].forEach((word) => byId("ts-" + word).tpSet(question[word] || ""));
    sliders.forEach((slider) => slider.set(question[slider.word]));
    if (!byId("ts-via").contains(document.activeElement)) { showVia(false); }
    document.querySelectorAll("[data-word]").forEach(function (input) {
      const value = question[input.dataset.word];
      input.value = value === undefined ? "" : String(value);
    });
    showCar();
    tripplan.showChanges();
    tripplan.showBeside();
  };

  function dropped(zone) {
    ["dragover", "dragleave", "drop"].forEach((kind) => zone.addEventListener(kind, function (event) {
      event.preventDefault();
      zone.classList.toggle("ts-over", kind === "dragover");
      if (kind === "drop") { takeFile(event.dataTransfer.files[0]); }
    }));
  }

  tripplan.makeForm = async function () {
    byId("ts-form").addEventListener("submit", (event) => event.preventDefault());
    sliders.forEach(makeSlider);
    ["origin", "destination"].forEach((word) => placeField(byId("ts-" + word), word));
    tripplan.combobox(byId("ts-vehicle"), tripplan.lookUpCar, takeCar);
    byId("ts-toml").addEventListener("change", (event) => takeFile(event.target.files[0]));
    dropped(byId("ts-drop"));
    /* On a phone the form stands below the timetable. */
    byId("ts-change").addEventListener("click", function () {
      byId("ts-form").scrollIntoView({ block: "center" });
      byId("ts-origin").focus();
    });
    byId("ts-add").addEventListener("click", () => showVia(true));
    byId("ts-swap").addEventListener("click", () => tripplan.change({
      origin: tripplan.question.destination, destination: tripplan.question.origin,
      via: (tripplan.question.via || []).slice().reverse()
    }));
    const [wishes, found] = await Promise.all([tripplan.get("/api/wishes", {}), tripplan.get("/api/vehicles", {})]);
    cars = found.vehicles || [];
    (wishes.wishes || []).filter((wish) => !elsewhere.includes(wish.word))
      .forEach((wish) => byId("ts-wishes").appendChild(wishField(wish)));
    document.querySelectorAll("[data-word]").forEach((input) => input.addEventListener("change", () => byWord(input)));
    if (!tripplan.question.vehicle && !tripplan.question.vehicle_toml && cars.length) {
      tripplan.question.vehicle = (cars.find((car) => car.id === "nissan-leaf-40") || cars[0]).id;
    }
  };
}());
