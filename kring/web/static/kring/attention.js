/* Tells the server which posts were seen and for how long they were looked at, in total so far.
   Nothing is measured on a page without a token (the member switched it off, or nobody is signed
   in), nor in a browser that asks not to be followed. Nothing is sent when nothing is new. */
(() => {
  "use strict";
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1") return;
  if (!("IntersectionObserver" in window)) return;
  const TICK_MS = 250;
  const LONGEST_TICK_MS = 1000; /* a longer one was sleep, not looking */
  const WORTH_SENDING_MS = 500;
  const INPUTS = ["pointermove", "pointerdown", "keydown", "wheel", "scroll", "touchmove"];

  let page = null; /* token and numbers of the page; one at a time */
  let timer = 0;
  let lastTick = 0;
  let lastInput = performance.now();
  let lastSent = performance.now();
  let pauseUntil = 0;
  const onScreen = new Set();

  /* A post is the same after a swap has replaced its card. */
  const newPost = (card) => ({ held: 0, dwell: 0, sent: -1, seen: false, enough: enough(card) });

  /* After so long it was read and further looking is no news; the server judges for itself. */
  const enough = (card) => {
    const words = [...card.querySelectorAll(".say")]
      .flatMap((say) => say.textContent.split(/\s+/)).filter(Boolean).length;
    return 1.5 * Math.max(page.readMs, words * page.wordMs);
  };

  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (entry.isIntersecting) onScreen.add(entry.target);
      else onScreen.delete(entry.target);
    }
  });

  const start = () => {
    const root = document.querySelector("[data-attention]");
    const token = root?.dataset.attention;
    if (token !== page?.token) {
      if (page) tell(true);
      page = token ? numbers(root.dataset) : null;
      lastSent = performance.now();
    }
    if (!page) return;
    for (const card of onScreen) if (!card.isConnected) onScreen.delete(card);
    for (const card of root.querySelectorAll(".post[data-card]")) {
      if (!page.posts.has(card.dataset.card)) page.posts.set(card.dataset.card, newPost(card));
      watcher.observe(card);
    }
    run();
  };

  const numbers = (data) => ({
    token: data.attention,
    to: data.attentionTo,
    share: Number(data.seenShare),
    seenMs: Number(data.seenMs),
    idleMs: Number(data.idleMs),
    reportMs: Number(data.reportMs),
    readMs: Number(data.readMs),
    wordMs: Number(data.wordMs),
    posts: new Map(),
  });

  /* The clock runs only while the tab is in sight and somebody moves now and then. */
  const run = () => {
    if (timer || !page || document.hidden) return;
    lastTick = performance.now();
    timer = setInterval(tick, TICK_MS);
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    for (const post of page?.posts.values() ?? []) if (!post.seen) post.held = 0;
  };

  /* Cards of which enough is in sight, with the height that is. */
  const inSight = () => {
    const screen = window.innerHeight;
    const found = [];
    for (const card of onScreen) {
      const box = card.getBoundingClientRect();
      const height = Math.min(box.bottom, screen) - Math.max(box.top, 0);
      if (height > 0 && height >= page.share * Math.min(box.height, screen)) {
        found.push([page.posts.get(card.dataset.card), height]);
      }
    }
    return found.filter(([post]) => post);
  };

  /* One reads one thing at a time: a moment is shared among the posts in sight by their height. */
  const tick = () => {
    const now = performance.now();
    const passed = Math.min(now - lastTick, LONGEST_TICK_MS);
    lastTick = now;
    if (now - lastInput > page.idleMs) {
      stop();
      tell(false);
      return;
    }
    const cards = inSight();
    const whole = cards.reduce((sum, [, height]) => sum + height, 0);
    const held = new Set(cards.map(([post]) => post));
    for (const post of page.posts.values()) if (!post.seen && !held.has(post)) post.held = 0;
    for (const [post, height] of cards) {
      post.held += passed;
      post.dwell += (passed * height) / whole;
      if (post.held >= page.seenMs) post.seen = true;
    }
    if (now - lastSent >= page.reportMs && now >= pauseUntil && news()) tell(false);
  };

  /* What may wait for the page to be left: part of a reading. What may not: a look, a reading. */
  const news = () => [...page.posts.values()].some(
    (post) => post.seen && (post.sent < 0 || (post.sent < post.enough && post.dwell >= post.enough)),
  );
  const unsent = () => [...page.posts].filter(([, post]) => post.seen
    && (post.sent < 0 || (post.sent < post.enough && post.dwell - post.sent >= WORTH_SENDING_MS)));

  const tell = (leaving) => {
    const told = unsent();
    if (!told.length) return;
    const from = page;
    const before = told.map(([, post]) => post.sent);
    for (const [, post] of told) post.sent = Math.round(post.dwell);
    const takeBack = () => told.forEach(([, post], at) => { post.sent = before[at]; });
    const body = JSON.stringify({
      page: from.token,
      items: told.map(([id, post]) => ({ post: id, seen: true, dwell_ms: post.sent })),
    });
    lastSent = performance.now();
    if (leaving) {
      const sent = navigator.sendBeacon?.(from.to, new Blob([body], { type: "application/json" }));
      if (!sent) takeBack();
      return;
    }
    fetch(from.to, {
      method: "POST", body, keepalive: true, credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
    }).then((answer) => {
      if (answer.status === 429 || answer.status >= 500) {
        takeBack();
        pauseUntil = performance.now() + 60_000;
      } else if (!answer.ok) {
        /* The page is too old, or not ours any more: it has nothing to say. */
        stop();
        document.querySelector("[data-attention]")?.removeAttribute("data-attention");
        page = null;
      }
    }, takeBack);
  };

  const moved = () => {
    lastInput = performance.now();
    run();
  };
  for (const input of INPUTS) {
    document.addEventListener(input, moved, { passive: true, capture: true });
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      stop();
      if (page) tell(true);
    } else moved();
  });
  window.addEventListener("pagehide", () => {
    stop();
    if (page) tell(true);
  });
  window.addEventListener("pageshow", moved);
  document.addEventListener("htmx:after:swap", start);
  /* Who acts on a post has seen it: say so first. */
  document.addEventListener("click", (event) => {
    if (page && event.target.closest("[data-card] button, [data-card] a")) tell(true);
  }, { capture: true });
  start();
})();
