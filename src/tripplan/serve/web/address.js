/* A trip is an address: what is asked stands after the # of the page, as word=value. */
(function () {
  "use strict";
  const tripplan = window.tripplan;
  const lists = ["via", "require", "banned"];

  /* The question: only what is asked for otherwise than by default. */
  tripplan.question = {};

  tripplan.readAddress = function () {
    const found = {};
    new URLSearchParams(window.location.hash.slice(1)).forEach(function (value, word) {
      if (lists.includes(word)) { (found[word] = found[word] || []).push(value); } else { found[word] = value; }
    });
    return found;
  };

  tripplan.addressOf = function (question) {
    const words = new URLSearchParams();
    Object.keys(question).forEach(function (word) {
      [].concat(question[word]).forEach((value) => words.append(word, value));
    });
    return "#" + words.toString();
  };

  /* A slider on its way makes no new entry of the history; what is chosen does. */
  tripplan.writeAddress = function (isNew) {
    const address = tripplan.addressOf(tripplan.question);
    if (address === window.location.hash) { return; }
    if (isNew) { window.history.pushState(null, "", address); } else { window.history.replaceState(null, "", address); }
  };
}());
