/* A field that offers what begins with what was typed: by mouse, by keys, and for screen readers. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  let lists = 0;

  /* Adds a text in the units of the reader. */
  tripplan.inUnits = function (box, metric, us) {
    [["tp-metric", metric], ["tp-us", us || metric]].forEach(function ([className, text]) {
      const span = document.createElement("span");
      span.className = className;
      span.textContent = text;
      box.appendChild(span);
    });
  };

  /* Figures below a name, apart from each other for the eye and, by commas, for the ear. */
  function card(figures) {
    const box = document.createElement("span");
    box.className = "ts-figures";
    figures.forEach(function ([metric, us], k) {
      const one = document.createElement("span");
      tripplan.inUnits(one, metric, us);
      if (k + 1 < figures.length) {
        const comma = document.createElement("span");
        comma.className = "ts-comma";
        comma.textContent = ", ";
        one.appendChild(comma);
      }
      box.appendChild(one);
    });
    return box;
  }

  /* look(text) gives a promise of [{label, more or card}]; chosen(option or text) takes it. */
  tripplan.combobox = function (input, look, chosen) {
    const list = document.createElement("ul");
    list.id = "ts-list-" + (lists += 1);
    list.className = "ts-list";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Suggestions");
    list.hidden = true;
    input.parentNode.appendChild(list);
    Object.entries({
      role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id
    }).forEach(([name, value]) => input.setAttribute(name, value));
    let options = [];
    let at = -1;
    let asked = 0;
    let timer = 0;
    let taken = input.value;

    function close() {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function mark(index) {
      at = index;
      Array.from(list.children).forEach(function (item, k) {
        item.setAttribute("aria-selected", String(k === at));
        if (k === at) { item.scrollIntoView({ block: "nearest" }); }
      });
      if (at >= 0) { input.setAttribute("aria-activedescendant", list.children[at].id); }
    }

    function take(option) {
      asked += 1; /* What is still under way for it opens no list any more. */
      window.clearTimeout(timer);
      input.value = option.label;
      taken = input.value;
      close();
      chosen(option);
    }

    function show(found) {
      /* What was marked stays so in an answer that came later. */
      const marked = at >= 0 ? options[at].label : "";
      options = found;
      list.textContent = "";
      found.forEach(function (option, k) {
        const item = document.createElement("li");
        item.id = list.id + "-" + k;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = option.label;
        if (option.more) {
          const more = document.createElement("small");
          more.textContent = option.more;
          item.append(" ", more);
        }
        if (option.card) {
          item.className = "ts-car-card";
          item.append(" ", card(option.card));
        }
        item.addEventListener("pointerdown", function (event) { event.preventDefault(); take(option); });
        list.appendChild(item);
      });
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(Boolean(found.length)));
      mark(found.findIndex((option) => option.label === marked));
      if (at < 0) { input.removeAttribute("aria-activedescendant"); }
    }

    async function update() {
      const number = (asked += 1);
      const found = await look(input.value.trim());
      if (number === asked && document.activeElement === input) { show(found); }
    }

    input.addEventListener("input", function () {
      window.clearTimeout(timer);
      timer = window.setTimeout(update, 60);
    });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden) { update(); return; }
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((at + step + options.length) % options.length);
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (at >= 0) { take(options[at]); } else if (input.value.trim()) { take({ label: input.value.trim() }); }
      } else if (event.key === "Escape") { close(); }
    });
    input.addEventListener("blur", function () {
      asked += 1;
      window.clearTimeout(timer);
      close();
      if (input.value !== taken) { taken = input.value; chosen({ label: input.value.trim() }); }
    });
    input.tpSet = function (text) { input.value = text; taken = text; };
  };

  tripplan.get = async function (path, words) {
    const answer = await window.fetch(path + "?" + new URLSearchParams(words));
    return answer.ok ? answer.json() : {};
  };

  tripplan.lookUpPlace = async function (text) {
    if (!text || /^-?[\d.]+\s*,/.test(text)) { return []; }
    const found = await tripplan.get("/api/places", { q: text });
    return (found.places || []).map((place) => ({ label: place.label, more: place.kind === "charger" ? "charger" : "" }));
  };
}());
