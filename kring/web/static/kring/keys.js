/* Single keys, never while somebody types; the sheet of keys (kring/web/keys.py) says what they do.
   Whoever switched them off has data-keys="off". */
(() => {
  "use strict";
  if (document.documentElement.dataset.keys === "off") return;
  const PLACES = { h: "/", p: "/people", t: "/topics", b: "/bookmarks", f: "/your-feed", s: "/settings/" };
  const PREFIX_MS = 1500;
  const POSTS = ".feed > .post";
  let prefixed = -PREFIX_MS;

  /* The post that has the focus, else the first one that is not above the screen. */
  const current = () => document.activeElement?.closest(POSTS)
    ?? [...document.querySelectorAll(POSTS)].find((post) => post.getBoundingClientRect().bottom > 80);
  const walk = (step) => {
    const posts = [...document.querySelectorAll(POSTS)];
    if (!posts.length) return;
    const focused = document.activeElement?.closest(POSTS);
    const at = focused ? posts.indexOf(focused) + step : posts.indexOf(current());
    const next = posts[Math.min(Math.max(at, 0), posts.length - 1)];
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  };
  const press = (selector) => current()?.querySelector(selector)?.click();
  const go = (path) => { location.href = path; };
  const write = () => {
    const area = document.querySelector("#compose textarea");
    if (area) area.focus();
    else go("/#compose");
  };
  const search = () => {
    const field = document.querySelector("input[type=search]");
    if (field) field.focus();
    else go("/people");
  };

  const sheet = async () => {
    let dialog = document.getElementById("sheet");
    if (!dialog) {
      const answer = await fetch("/keyboard", { headers: { "HX-Request": "true" } }).catch(() => null);
      if (!answer?.ok) return go("/keyboard");
      dialog = document.createElement("dialog");
      dialog.id = "sheet";
      dialog.className = "sheet";
      dialog.innerHTML = await answer.text();
      dialog.setAttribute("aria-labelledby", "sheet-title");
      dialog.querySelector("button").addEventListener("click", () => dialog.close());
      document.body.append(dialog);
    }
    if (!dialog.open) dialog.showModal();
  };

  const KEYS = {
    j: () => walk(1),
    k: () => walk(-1),
    o: () => { const card = current()?.dataset.card; if (card) go(`/posts/${card}`); },
    ".": () => document.querySelector("#news button")?.click(),
    r: () => press("[data-act=helped]"),
    c: () => press(".acts a[href$='#reply']"),
    b: () => press("[data-act=bookmark]"),
    m: () => press(".why > summary"),
    z: () => [...document.querySelectorAll(".gone form button, .toast form button")].pop()?.click(),
    n: write,
    "/": search,
    "?": sheet,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable]")) return;
    if (document.querySelector("dialog[open]")) return;
    const after = performance.now() - prefixed < PREFIX_MS;
    prefixed = -PREFIX_MS;
    if (after && PLACES[event.key]) {
      event.preventDefault();
      go(PLACES[event.key]);
    } else if (event.key === "g") prefixed = performance.now();
    else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
})();
