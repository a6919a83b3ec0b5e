// Enhances what works without it: the quick exit, and a page that the browser kept after sign-out. Passkeys need it.
(() => {
  "use strict";
  const form = document.getElementById("exit");
  const TIMES = 3, WITHIN = 3000; // presses of Escape, milliseconds
  let pressed = [];

  // Leaves first and signs out meanwhile: nothing is waited for, and the way back leads past this page.
  const leave = () => {
    document.documentElement.classList.add("gone");
    document.title = " ";
    navigator.sendBeacon(form.action, new URLSearchParams(new FormData(form)));
    location.replace(form.dataset.to);
  };

  if (form) {
    form.addEventListener("submit", (event) => { event.preventDefault(); leave(); });
    document.addEventListener("keyup", (event) => {
      if (event.key !== "Escape") { pressed = []; return; }
      const now = Date.now();
      pressed = [...pressed.filter((when) => now - when < WITHIN), now];
      if (pressed.length >= TIMES) leave();
    });
  }

  // A page that comes out of the browser's memory is asked for anew: after sign-out it is not given.
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  // A form is sent once, however often the button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "yes";
  });
  addEventListener("pagehide", () => document.querySelectorAll("form[data-sent]").forEach((one) => delete one.dataset.sent));

  const faults = document.getElementById("faults");
  if (faults) faults.focus();

  // The secret of a mailed link is behind the #, which no server is told: it goes into the form, and out of the address.
  const token = document.querySelector("form[data-link] #token");
  if (token && location.hash.length > 1) {
    token.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
  }
  if (token && token.value) token.closest(".field").hidden = true;

  // A step among many is found by typing its name: whatever bears it stays, and the folds that hold it open.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  document.querySelectorAll("[data-find]").forEach((one) => {
    const field = one.querySelector("input"), status = one.querySelector("[role=status]");
    const folds = [...one.closest(one.dataset.find).querySelectorAll("details.theme")].map((fold) => [fold, fold.open]);
    one.hidden = false;
    field.addEventListener("input", () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      let found = 0;
      for (const [fold, open] of folds) {
        let here = 0;
        fold.querySelectorAll("li").forEach((item) => {
          item.hidden = !words.every((word) => plain(item.textContent).includes(word));
          here += !item.hidden;
        });
        fold.hidden = !here;
        fold.open = words.length ? here > 0 : open;
        found += here;
      }
      status.textContent = found ? "" : status.dataset.none;
    });
  });

  const print = document.getElementById("print");
  if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }

  // Passkeys: the service asks, the device answers, and the form takes the answer along.
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const asked = async (one) => {
    const making = one.dataset.passkey === "create";
    const answer = await fetch(one.dataset.ask, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": one.elements.csrfmiddlewaretoken.value },
      body: making ? '{"kind": "passkey"}' : "{}",
    });
    if (!answer.ok) throw new Error("refused");
    const said = (await answer.json()).public_key;
    said.challenge = bytes(said.challenge);
    if (!making) return navigator.credentials.get({ publicKey: { ...said, allowCredentials: known(said.allowCredentials) } });
    said.user.id = bytes(said.user.id);
    return navigator.credentials.create({ publicKey: { ...said, excludeCredentials: known(said.excludeCredentials) } });
  };

  document.querySelectorAll("form[data-passkey]").forEach((one) => {
    const press = one.querySelector("[data-press]"), failed = one.querySelector("[data-failed]");
    press.hidden = false;
    press.addEventListener("click", async () => {
      failed.hidden = true;
      press.disabled = true;
      try {
        const given = await asked(one), said = given.response;
        const fields = { id: given.rawId, client_data: said.clientDataJSON, attestation: said.attestationObject, authenticator_data: said.authenticatorData, signature: said.signature };
        for (const [name, value] of Object.entries(fields)) {
          const field = one.elements[`passkey-${name}`];
          if (field && value) field.value = text(value);
        }
        one.requestSubmit();
      } catch {
        failed.hidden = false;
      }
      press.disabled = false;
    });
  });

  const next = document.querySelector("meta[name=leave-to]");
  if (next) location.replace(next.content);
})();
