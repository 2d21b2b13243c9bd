/* Says when there are new posts, and shows them above the others when asked. Nothing moves by
   itself, nothing is asked while the tab is out of sight, and less and less often while it is in
   vain. */
(() => {
  "use strict";
  const place = document.getElementById("news");
  if (!place) return;
  const SHORTEST_MS = 30_000;
  const LONGEST_MS = 300_000;
  const SLOWER = 1.5;
  let wait = SHORTEST_MS;
  let due = performance.now() + wait;
  let timer = 0;
  let known = "0";

  const plan = () => {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(ask, Math.max(0, due - performance.now()));
  };
  const ask = async () => {
    const answer = await fetch(`${place.dataset.ask}&known=${known}`, { redirect: "manual" })
      .catch(() => null);
    if (answer?.status === 200) {
      const told = await answer.json();
      known = told.newest;
      offer(told.words);
      wait = SHORTEST_MS;
    } else if (answer?.status === 204) wait = Math.min(wait * SLOWER, LONGEST_MS);
    else if (!answer || answer.status === 429 || answer.status >= 500) wait = LONGEST_MS;
    else return; /* Signed out since: this page has nothing more to ask. */
    due = performance.now() + wait;
    plan();
  };
  document.addEventListener("visibilitychange", plan);
  plan();

  const offer = (words) => {
    let button = place.querySelector("button");
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.className = "btn btn--primary btn--small news__show";
      button.addEventListener("click", show);
      place.replaceChildren(button);
    }
    button.textContent = words;
  };
  const show = async () => {
    const answer = await fetch(place.dataset.show).catch(() => null);
    if (!answer?.ok) {
      location.assign(location.pathname + location.search);
      return;
    }
    const template = document.createElement("template");
    template.innerHTML = await answer.text();
    const cards = template.content.querySelector(".feed");
    place.replaceChildren();
    for (const at of ["ask", "show"]) {
      place.dataset[at] = place.dataset[at].replace(/since=\d+/, `since=${known}`);
    }
    if (!cards) return;
    place.after(cards);
    window.htmx?.process(cards);
    const first = cards.querySelector(".post");
    first.tabIndex = -1;
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "start" });
  };
})();
