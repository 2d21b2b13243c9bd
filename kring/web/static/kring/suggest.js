/* Completes @names and #topics while somebody types; without this file they are typed in full.
   After WAI-ARIA's combobox with a list: the field keeps the focus, points at the list and at the
   chosen option, and how many there are is told. What is found is only ever set as text. */
(() => {
  "use strict";
  const WORD = /(?:^|[\s(])([@#])([\p{L}\p{N}_.-]{1,40})$/u;
  const list = document.createElement("ul");
  const status = document.createElement("p");
  let area = null, options = [], at = -1, timer = 0, asking = null;
  list.id = "suggestions";
  list.className = "suggest";
  list.setAttribute("role", "listbox");
  status.id = "suggestions-said";
  status.className = "vh";
  status.setAttribute("role", "status");

  const word = () => WORD.exec(area.value.slice(0, area.selectionStart));
  const point = (to) => {
    at = to;
    options.forEach((option, n) => option.setAttribute("aria-selected", n === at));
    if (at < 0) area.removeAttribute("aria-activedescendant");
    else {
      area.setAttribute("aria-activedescendant", options[at].id);
      options[at].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    clearTimeout(timer);
    asking?.abort();
    if (!list.isConnected || list.hidden) return;
    list.hidden = true;
    options = [];
    point(-1);
    area.removeAttribute("aria-controls");
  };
  const choose = (option) => {
    const found = word();
    if (found) {
      const end = area.selectionStart;
      area.setRangeText(`${option.dataset.word} `, end - found[2].length - 1, end, "end");
    }
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const option = (row, sign, n) => {
    const item = document.createElement("li");
    item.id = `suggestion-${n}`;
    item.setAttribute("role", "option");
    item.dataset.word = sign + (row.handle ?? row.name);
    const name = document.createElement("b");
    name.textContent = sign === "@" ? row.name : `#${row.name}`;
    const more = document.createElement("span");
    more.className = "meta";
    more.textContent = sign === "@" ? [`@${row.handle}`, row.headline].filter(Boolean).join(" · ") : row.label;
    item.append(name, " ", more);
    /* Before the field loses the focus. */
    item.addEventListener("pointerdown", (event) => { event.preventDefault(); choose(item); });
    return item;
  };
  const show = (rows, sign) => {
    options = rows.map((row, n) => option(row, sign, n));
    list.replaceChildren(...options);
    list.setAttribute("aria-label", area.dataset.list);
    status.textContent = rows.length ? area.dataset.found.replace("{n}", rows.length) : area.dataset.none;
    if (!rows.length) { list.hidden = true; return; }
    area.after(list, status);
    list.style.insetBlockStart = `${area.offsetTop + area.offsetHeight}px`;
    list.hidden = false;
    area.setAttribute("aria-controls", list.id);
    point(-1);
  };
  const ask = async () => {
    const found = word();
    if (!found) return close();
    asking?.abort();
    asking = new AbortController();
    const [, sign, text] = found;
    const path = sign === "@" ? area.dataset.people : area.dataset.topics;
    try {
      const answer = await fetch(`${path}?q=${encodeURIComponent(text)}`, { signal: asking.signal });
      if (answer.ok) show(await answer.json(), sign);
    } catch { /* Away or too late: one goes on typing. */ }
  };
  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-people]")) return;
    if (area !== event.target) { if (area) close(); area = event.target; area.setAttribute("aria-autocomplete", "list"); area.after(status); }
    clearTimeout(timer);
    if (word()) timer = setTimeout(ask, 150);
    else close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== area || !options.length || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) point(at + step < -1 ? options.length - 1 : at + step >= options.length ? -1 : at + step);
    else if ((event.key === "Enter" || event.key === "Tab") && at >= 0) choose(options[at]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  document.addEventListener("focusout", (event) => { if (event.target === area) close(); });
})();
