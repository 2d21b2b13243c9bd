/* Small conveniences. Everything on every page works without this file. */
(() => {
  "use strict";
  const grow = (area) => {
    if (CSS.supports("field-sizing", "content")) return;
    area.style.blockSize = "auto";
    area.style.blockSize = `${area.scrollHeight + 2}px`;
  };
  document.addEventListener("input", (event) => {
    if (event.target.matches("textarea")) grow(event.target);
  });

  /* One open menu at a time; Escape and a click elsewhere close it. */
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = document.activeElement?.closest("details.menu[open]");
      closeMenus(null);
      menu?.querySelector("summary")?.focus();
    }
  });

  /* After a swap the button that was pressed is gone: keep the focus where it was, or move it to
     the notice that took the post's place. Answers come in any order, so each request knows its
     own button; and whoever has gone on to another place is not called back. */
  const pressed = new WeakMap();
  document.addEventListener("htmx:before:request", (event) => {
    const button = event.target.closest("button");
    /* A menu whose item was chosen is done. */
    const menu = button?.closest("details.menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus({ preventScroll: true });
    }
    const card = button?.closest("[data-card]")?.dataset.card;
    if (card) pressed.set(event.detail.ctx, { card: `[data-card="${card}"]`, name: button.dataset.act });
  });
  document.addEventListener("htmx:after:swap", (event) => {
    const { card, name } = pressed.get(event.detail.ctx) ?? {};
    const at = document.activeElement ?? document.body;
    if (!card || (at !== document.body && !at.closest(card))) return;
    const to = document.querySelector(`${card} .gone`)
      || document.querySelector(`${card} [data-act="${name}"]`);
    /* What was chosen from a menu is folded away with it. */
    const folded = to?.closest("details.menu:not([open])");
    (folded?.querySelector("summary") ?? to)?.focus({ preventScroll: true });
  });
  /* What happened, for whoever does not see it. */
  const said = document.getElementById("said");
  document.addEventListener("said", (event) => {
    if (said) said.textContent = event.detail.words;
  });
  /* A panel that is being fetched says so. */
  for (const [moment, busy] of [["htmx:before:request", "true"], ["htmx:finally:request", "false"]]) {
    document.addEventListener(moment, ({ target }) => {
      target.querySelector?.(":scope > .why__panel")?.setAttribute("aria-busy", busy);
    });
  }
  /* When the quick way is refused, the server's sentence is shown as a notice. */
  document.addEventListener("htmx:response:error", (event) => {
    /* A form that says what becomes of this answer takes it in itself. */
    const { sourceElement, response } = event.detail.ctx;
    if (sourceElement.hasAttribute?.(`hx-status:${response.status}`)) return;
    const answer = new DOMParser().parseFromString(event.detail.ctx.text, "text/html");
    const toast = answer.querySelector(".toast");
    if (toast) document.getElementById("notices")?.replaceChildren(toast);
    else location.reload();
  });

  /* Notices can be closed. */
  const notices = document.getElementById("notices");
  const closable = () => {
    for (const toast of notices.querySelectorAll(".toast:not(:has(.toast__close))")) {
      const close = document.createElement("button");
      close.className = "toast__close";
      close.type = "button";
      close.textContent = "\u00d7";
      close.setAttribute("aria-label", notices.dataset.close);
      close.addEventListener("click", () => toast.remove());
      toast.append(close);
    }
  };
  if (notices) {
    closable();
    new MutationObserver(closable).observe(notices, { childList: true });
  }

  /* Whether there is a connection, said when it changes. */
  const tell = (words) => {
    const toast = document.createElement("div");
    toast.className = "toast";
    const text = document.createElement("span");
    text.textContent = words;
    toast.append(text);
    notices?.replaceChildren(toast);
  };
  for (const change of ["offline", "online"]) {
    window.addEventListener(change, () => { if (notices) tell(notices.dataset[change]); });
  }

  /* A form that was sent is not sent again by a second press. */
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target.dataset.sent) event.preventDefault();
    else if (event.target.method === "post") event.target.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
