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
      return;
    }
    /* j and k walk from post to post. */
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const step = { j: 1, k: -1 }[event.key];
    if (!step) return;
    const posts = [...document.querySelectorAll(".feed > .post")];
    if (!posts.length) return;
    const at = posts.indexOf(document.activeElement?.closest(".feed > .post"));
    const next = posts[Math.min(Math.max(at + step, 0), posts.length - 1)];
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "start" });
  });

  /* After a swap the button that was pressed is gone: keep the focus where it was, or move it to
     the notice that took the post's place. */
  let pressed = null;
  document.addEventListener("htmx:before:request", (event) => {
    const button = event.target.closest("button");
    /* A menu whose item was chosen is done. */
    const menu = button?.closest("details.menu");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary")?.focus({ preventScroll: true });
    }
    pressed = button && { name: button.dataset.act, card: button.closest("[data-card]")?.dataset.card };
  });
  document.addEventListener("htmx:after:swap", () => {
    if (!pressed?.card) return;
    const card = `[data-card="${pressed.card}"]`;
    const to = document.querySelector(`${card} .gone`)
      || document.querySelector(`${card} [data-act="${pressed.name}"]`);
    to?.focus({ preventScroll: true });
    pressed = null;
  });
  /* When the quick way is refused, the server's sentence is shown as a notice. */
  document.addEventListener("htmx:response:error", (event) => {
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
