/* Passkeys: a form with data-passkey gets a credential from the browser before it is sent.

   data-passkey="new" makes a passkey; an address there says where to ask for a challenge; without
   a value the challenge stands in the page. */
(() => {
  "use strict";
  const inPage = () => JSON.parse(document.getElementById("passkey-options").textContent);

  const challenge = async (form) => {
    if (!form.dataset.passkey) return inPage().request_options;
    const answer = await fetch(form.dataset.passkey, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return (await answer.json()).request_options;
  };

  /* One that can sign in by itself: the device keeps it and asks for a finger, face or PIN. */
  const made = () => {
    const options = inPage().creation_options;
    Object.assign(options.publicKey.authenticatorSelection, {
      residentKey: "required", requireResidentKey: true, userVerification: "required",
    });
    return window.webauthnJSON.create(options);
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const failed = form.querySelector("[data-passkey-failed]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      try {
        const isNew = form.dataset.passkey === "new";
        const credential = isNew ? await made() : await window.webauthnJSON.get(await challenge(form));
        form.elements.credential.value = JSON.stringify(credential);
        form.submit();
      } catch {
        failed.hidden = false;
      }
    });
  }
})();
