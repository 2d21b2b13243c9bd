/* Keeps what is being written until it has arrived, and makes pictures easier. Every form works
   without this file. */
(() => {
  "use strict";
  const KEPT_DAYS = 30, LARGEST = 60_000, PREFIX = "draft:";
  const now = Date.now();
  const store = {
    read: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    write: (key, draft) => { try { localStorage.setItem(key, draft); } catch { /* full, or not allowed */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* not allowed */ } },
  };
  const keys = () => { try { return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)); } catch { return []; } };
  const arrived = /(?:^|; )sent=([\w-]+)/.exec(document.cookie)?.[1];
  for (const key of keys()) {
    const draft = store.read(key);
    if (!draft || draft.fields?.client_key === arrived || now - draft.at > KEPT_DAYS * 864e5) store.drop(key);
  }
  /* Whoever signs out leaves nothing on the device. */
  document.addEventListener("submit", (event) => {
    if (new URL(event.target.action, location.href).pathname.endsWith("/logout/")) keys().forEach(store.drop);
  });

  const say = (form, words, role) => {
    const line = form.querySelector(".kept") ?? document.createElement("p");
    line.className = "kept notice";
    line.setAttribute("role", role);
    line.textContent = words;
    form.prepend(line);
    return line;
  };
  const NOT_KEPT = new Set(["csrfmiddlewaretoken", "next", "advised"]);
  const fields = (form) => Object.fromEntries(
    [...new FormData(form)].filter(([name, value]) => typeof value === "string" && !NOT_KEPT.has(name)));

  for (const form of document.querySelectorAll("form[data-draft]")) {
    const key = PREFIX + form.dataset.draft, area = form.querySelector("textarea");
    const keep = () => {
      const draft = JSON.stringify({ at: Date.now(), fields: fields(form) });
      if (area.value.trim() && draft.length < LARGEST) store.write(key, draft);
      else store.drop(key);
    };
    const draft = store.read(key);
    if (draft && !area.value) {
      for (const [name, value] of Object.entries(draft.fields)) {
        const field = form.elements[name];
        if (field && field.type !== "file") field.value = value;
      }
      area.dispatchEvent(new Event("input", { bubbles: true }));
      const again = document.createElement("button");
      again.type = "button";
      again.className = "linkbtn";
      again.textContent = form.dataset.discard;
      again.addEventListener("click", () => { store.drop(key); form.reset(); form.querySelector(".kept").remove(); area.focus(); });
      say(form, `${form.dataset.kept} `, "status").append(again);
    }
    let timer = 0;
    form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, 300); });
    /* First ask whether the server is there: a page of the browser's own would take the form's place. */
    let sure = false;
    form.addEventListener("submit", async (event) => {
      if (sure) { sure = false; return; }
      event.preventDefault();
      keep();
      try {
        await fetch("/health", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) });
      } catch {
        say(form, form.dataset.offline, "alert");
        return;
      }
      sure = true;
      form.requestSubmit(event.submitter);
    });
  }

  /* What there is to say about a post that was sent stands where one is. */
  document.getElementById("advised")?.focus();

  /* How much room is left, once there is little. */
  for (const area of document.querySelectorAll("textarea[data-most]")) {
    const most = Number(area.dataset.most), line = document.createElement("p");
    line.className = "meta";
    line.setAttribute("role", "status");
    area.after(line);
    const count = () => {
      const left = most - area.value.length;
      const words = left < 0 ? area.dataset.over : area.dataset.left;
      line.textContent = left > most / 10 ? "" : words.replace("{n}", Math.abs(left));
    };
    area.addEventListener("input", count);
    count();
  }

  for (const zone of document.querySelectorAll("input[data-zone]")) {
    zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    /* Until one chose a zone, the browser's is what a time is read in. */
    const told = zone.form.querySelector("[data-zone-said]");
    if (told && zone.value) told.textContent = zone.value;
  }

  /* Pictures are sent one by one, and seen before they are posted. */
  for (const box of document.querySelectorAll(".composer__pictures")) {
    const slots = [...box.querySelectorAll(".slot")];
    const filled = (slot) => slot.querySelector("input[type=hidden]").value !== "";
    const arrange = () => {
      let free = 0;
      for (const slot of slots) {
        slot.hidden = !filled(slot) && free++ > 0;
        const alt = slot.querySelector("input[name^=alt]");
        slot.querySelector(".slot__remind").hidden = !filled(slot) || alt.value.trim() !== "";
        slot.querySelector(".slot__remove").hidden = !filled(slot);
        slot.querySelector("input[type=file]").hidden = filled(slot);
      }
    };
    const put = (slot, id, src) => {
      slot.querySelector("input[type=hidden]").value = id;
      slot.querySelector("img")?.remove();
      if (src) {
        const shown = document.createElement("img");
        shown.src = src;
        shown.alt = "";
        slot.querySelector("input[type=hidden]").before(shown);
      }
      slot.querySelector("input[type=file]").value = "";
      slot.querySelector(".error").textContent = "";
      arrange();
      slot.dispatchEvent(new Event("input", { bubbles: true }));
    };
    for (const slot of slots) {
      const id = slot.querySelector("input[type=hidden]");
      if (id.value && !slot.querySelector("img")) put(slot, id.value, `/media/${id.value}/480.webp`);
      slot.querySelector("input[type=file]").addEventListener("change", async (event) => {
        const [file] = event.target.files;
        if (!file) return;
        const form = new FormData();
        form.set("image", file);
        form.set("purpose", "post");
        form.set("csrfmiddlewaretoken", box.closest("form").elements.csrfmiddlewaretoken.value);
        try {
          const answer = await fetch(box.dataset.send, { method: "POST", body: form, headers: { Accept: "application/json" } });
          const told = await answer.json();
          if (answer.ok) { put(slot, told.id, told.src); slot.querySelector("input[name^=alt]").focus(); }
          else { event.target.value = ""; slot.querySelector(".error").textContent = told.error; }
        } catch { /* Away: the file goes along with the form. */ }
      });
      slot.querySelector("input[name^=alt]").addEventListener("input", arrange);
      slot.querySelector(".slot__remove").addEventListener("click", () => { put(slot, "", ""); slot.querySelector("input[type=file]").focus(); });
    }
    arrange();
  }
})();
