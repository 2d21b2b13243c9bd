/* Results while somebody types: say how many there are, and keep the address of what is asked. */
(() => {
  "use strict";
  const form = document.getElementById("search-people");
  const status = document.getElementById("found-status");
  if (!form || !status) return;
  document.addEventListener("htmx:after:swap", () => {
    status.textContent = document.querySelector("#found [data-said]")?.textContent ?? "";
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) asked.append(name, value);
    const query = asked.toString();
    history.replaceState(history.state, "", query ? `?${query}` : form.action);
  });
})();
