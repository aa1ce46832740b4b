/* A trip is an address: what is asked stands after the # of the page, as word=value. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const lists = ["via", "require", "banned", "beside"];
  tripplan.MOST_BESIDE = 4;

  /* The question: only what is asked for otherwise than by default. */
  tripplan.question = {};
  /* Further cars to plan it for, ids or texts of files: part of the address, no wish of the trip. */
  tripplan.beside = [];

  /* Takes question and further cars from the address. */
  tripplan.readAddress = function () {
    const found = {};
    new URLSearchParams(window.location.hash.slice(1)).forEach(function (value, word) {
      if (lists.includes(word)) { (found[word] = found[word] || []).push(value); } else { found[word] = value; }
    });
    tripplan.beside = (found.beside || []).slice(0, tripplan.MOST_BESIDE);
    delete found.beside;
    tripplan.question = found;
  };

  function address() {
    const words = new URLSearchParams();
    const question = Object.assign({}, tripplan.question, { beside: tripplan.beside });
    Object.keys(question).forEach(function (word) {
      [].concat(question[word]).forEach((value) => words.append(word, value));
    });
    return "#" + words.toString();
  }

  /* A slider on its way makes no new entry of the history; what is chosen does. */
  tripplan.writeAddress = function (isNew) {
    const now = address();
    if (now === window.location.hash) { return; }
    if (isNew) { window.history.pushState(null, "", now); } else { window.history.replaceState(null, "", now); }
  };
}());
