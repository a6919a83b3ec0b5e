// Enhances what works without it: the quick exit, a page that the browser kept after sign-out, texts that aren't sent yet.
// Passkeys need it.
(() => {
  "use strict";
  const form = document.getElementById("exit");
  const TIMES = 3, WITHIN = 3000; // presses of Escape, milliseconds
  let pressed = [];

  // What was typed and isn't sent: a page that holds any asks before it goes, unless one wants to be gone.
  const unsent = new Set(), ask = (event) => event.preventDefault();
  const keep = (one, typed) => {
    if (typed) unsent.add(one); else unsent.delete(one);
    if (unsent.size) addEventListener("beforeunload", ask); else removeEventListener("beforeunload", ask);
  };
  const forget = () => [...unsent].forEach((one) => keep(one, false));

  // Leaves first and signs out meanwhile: nothing is waited for, and the way back leads past this page.
  const leave = () => {
    forget();
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
    keep(event.target, false);
  });
  addEventListener("pagehide", forget);
  addEventListener("pagehide", () => document.querySelectorAll("form[data-sent]").forEach((one) => delete one.dataset.sent));

  const faults = document.getElementById("faults");
  if (faults) faults.focus();

  // A form that the service keeps a draft of is saved while one writes; of others one is only warned.
  const AFTER = 4000, APART = 20000; // milliseconds without a key, and from one saving to the next
  const OUTLIVES = 60000; // bytes that a browser still sends for a page that is gone
  const saving = (one) => {
    const told = one.querySelector("[data-saved]");
    let timer, sending, typed = 0, last = 0;
    const tell = (words, failed) => {
      told.classList.toggle("error", failed);
      if (failed) told.setAttribute("role", "alert"); else told.removeAttribute("role");
      told.textContent = words;
    };
    const send = async () => {
      const until = typed, body = new URLSearchParams(new FormData(one));
      body.set("then", "draft");
      try {
        const answer = await fetch(one.action, { method: "POST", body, headers: { Accept: "application/json" }, redirect: "error", keepalive: document.hidden && String(body).length < OUTLIVES });
        if (!answer.ok) throw new Error("refused");
        const said = await answer.json();
        one.elements.version.value = said.version;
        if (one.elements.once) one.elements.once.value = said.once;
        tell(said.words, false);
        if (said.whole && until === typed) keep(one, false);
      } catch {
        tell(one.dataset.autosave, true);
      }
      last = Date.now();
      sending = undefined;
      if (until !== typed) wait();
    };
    const save = () => { clearTimeout(timer); if (!sending) sending = send(); };
    const wait = () => { clearTimeout(timer); timer = setTimeout(save, Math.max(AFTER, last + APART - Date.now())); };
    one.addEventListener("input", () => { typed += 1; wait(); });
    document.addEventListener("visibilitychange", () => { if (document.hidden && unsent.has(one)) save(); });
    one.addEventListener("submit", (event) => {
      clearTimeout(timer);
      if (!sending) return;
      event.preventDefault(); // it would be decided on a version that is being left behind
      sending.then(() => { clearTimeout(timer); one.requestSubmit(event.submitter); });
    });
  };
  document.querySelectorAll("main form[method=post]").forEach((one) => {
    if (!one.querySelector("textarea") && !("autosave" in one.dataset)) return;
    one.addEventListener("input", () => keep(one, true));
    if (faults) keep(one, true);
    if ("autosave" in one.dataset) saving(one);
  });

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
    const folds = [...one.closest(one.dataset.find).querySelectorAll("details.theme, details.barred")].map((fold) => [fold, fold.open]);
    one.hidden = false;
    field.addEventListener("input", () => {
      const words = plain(field.value).split(/\s+/).filter(Boolean);
      let found = 0, barred = 0;
      for (const [fold, open] of folds) {
        let here = 0;
        fold.querySelectorAll("li, dl > div").forEach((item) => {
          const said = plain(`${item.textContent} ${item.dataset.words || ""}`);
          item.hidden = !words.every((word) => said.includes(word));
          here += !item.hidden;
        });
        fold.hidden = !here;
        if (fold.matches(".barred")) barred += here; else found += here;
        fold.open = words.length && (!fold.matches(".barred") || !found) ? here > 0 : open;
      }
      status.textContent = found ? "" : barred ? status.dataset.barred : status.dataset.none;
    });
  });

  // A passage of a copy is chosen by selecting it, a rectangle by drawing it on the page's image.
  const taking = document.querySelector("[data-takes-selection]");
  const chosen = taking && document.getElementById(taking.dataset.takesSelection);
  if (chosen) document.addEventListener("selectionchange", () => {
    const selection = getSelection();
    if (!selection.isCollapsed && chosen.contains(selection.anchorNode) && chosen.contains(selection.focusNode)) taking.value = selection.toString().trim();
  });
  document.querySelectorAll("[data-draws]").forEach((place) => {
    const sides = ["left", "top", "right", "bottom"].map((name) => document.querySelector(`input[name=${name}]`));
    if (sides.includes(null)) return;
    const frame = document.createElement("span");
    let from = null;
    const at = (event) => {
      const seen = place.querySelector("img").getBoundingClientRect();
      return [(event.clientX - seen.left) / seen.width, (event.clientY - seen.top) / seen.height]
        .map((share) => Math.round(1000 * Math.min(1, Math.max(0, share))));
    };
    place.append(frame);
    place.addEventListener("pointerdown", (event) => { event.preventDefault(); from = at(event); place.setPointerCapture(event.pointerId); });
    place.addEventListener("pointermove", (event) => {
      if (!from) return;
      const to = at(event), drawn = [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
      sides.forEach((side, number) => { side.value = drawn[number]; });
      Object.assign(frame.style, { left: `${drawn[0] / 10}%`, top: `${drawn[1] / 10}%`, width: `${(drawn[2] - drawn[0]) / 10}%`, height: `${(drawn[3] - drawn[1]) / 10}%` });
    });
    place.addEventListener("pointerup", () => { from = null; });
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
