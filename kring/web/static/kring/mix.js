/* The presets and the sliders of Your feed move together. The form works without this file. */
(() => {
  "use strict";
  const form = document.getElementById("mix-form");
  if (!form) return;
  const sliders = [...form.querySelectorAll("input[type=range]")];
  form.addEventListener("change", (event) => {
    const positions = event.target.dataset.positions;
    if (!positions) return;
    positions.split(" ").forEach((position, at) => { sliders[at].value = position; });
  });
  form.addEventListener("input", (event) => {
    if (event.target.type === "range") form.querySelector("input[value=own]").checked = true;
  });
})();
