/* Radio buttons that change the page: units, light and dark, chart axis, colour of the route. */
(function () {
  "use strict";
  const root = document.documentElement;
  const kept = ["tp-units", "tp-look"];

  /* A page opened from disk may be denied any storage; then choices last as long as the page. */
  function remembered(name, value) {
    try {
      if (value !== undefined) { window.localStorage.setItem(name, value); }
      return window.localStorage.getItem(name);
    } catch { return null; }
  }

  function usual(name) {
    return name === "tp-units" && /-(US|LR|MM)$/.test(window.navigator.language) ? "us" : null;
  }

  function choose(name, value) {
    root.dataset[name.slice(3)] = value;
    document.querySelectorAll("input[name='" + name + "']").forEach(function (input) {
      input.checked = input.value === value;
    });
    document.dispatchEvent(new CustomEvent(name, { detail: value }));
  }

  document.addEventListener("change", function (event) {
    const input = event.target;
    if (!input.matches(".tp-choice input")) { return; }
    choose(input.name, input.value);
    if (kept.includes(input.name)) { remembered(input.name, input.value); }
  });
  kept.forEach(function (name) {
    const value = remembered(name) || usual(name);
    if (value && document.querySelector("input[name='" + name + "'][value='" + value + "']")) {
      choose(name, value);
    }
  });
}());
