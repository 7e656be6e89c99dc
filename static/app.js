// Comfort where scripts run: passwords can be shown, a new one is measured while it is typed, a link is copied by a button, and passkeys are asked for. Everything but passkeys works without this.
"use strict";
for (const box of document.querySelectorAll(".secret")) {
  const input = box.querySelector("input");
  const button = document.createElement("button");
  const name = box.closest("form").querySelector(`label[for="${input.id}"]`);
  const show = (visible) => {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? box.dataset.hide : box.dataset.show;
    button.setAttribute("aria-label", `${button.textContent}: ${name.textContent}`);
  };
  button.type = "button";
  button.className = "reveal";
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => { show(input.type === "password"); input.focus(); });
  // What is sent is a password again, so that password managers know it and no form history keeps it.
  input.form.addEventListener("submit", () => show(false));
  show(false);
  box.append(button);
}
const live = (input, text) => {
  const line = document.getElementById(`${input.id}-live`);
  if (line && line.textContent !== text) line.textContent = text;
};
for (const input of document.querySelectorAll("input[data-min]")) {
  const words = input.closest(".secret").dataset;
  input.addEventListener("input", () => {
    const count = [...input.value.normalize("NFC")].length;
    const long = count >= Number(input.dataset.min);
    live(input, count === 0 ? "" : long ? words.long : words.length.replace("{count}", count));
  });
}
for (const input of document.querySelectorAll("input[data-same]")) {
  const first = document.getElementById(input.dataset.same);
  const words = input.closest(".secret").dataset;
  const compare = () => live(input, input.value === "" ? "" : input.value === first.value ? words.same : words.differs);
  input.addEventListener("input", compare);
  first.addEventListener("input", compare);
}
for (const text of document.querySelectorAll("textarea[data-copy]")) {
  if (!navigator.clipboard) continue;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet copy";
  button.textContent = text.dataset.copy;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    text.select();
    await navigator.clipboard.writeText(text.value);
    button.textContent = text.dataset.copied;
  });
  text.after(button);
}
// Passkeys. The options and the answers are those of WebAuthn's JSON, which not all browsers read and write themselves.
const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const readOptions = (json) => {
  const options = JSON.parse(json);
  const known = (list) => list && list.map((one) => ({ ...one, id: toBytes(one.id) }));
  const user = options.user && { ...options.user, id: toBytes(options.user.id) };
  const lists = { allowCredentials: known(options.allowCredentials), excludeCredentials: known(options.excludeCredentials) };
  return { ...options, ...lists, user, challenge: toBytes(options.challenge) };
};
const writeAnswer = ({ id, rawId, type, response }) => {
  const answer = { clientDataJSON: toText(response.clientDataJSON) };
  if (response.attestationObject) {
    answer.attestationObject = toText(response.attestationObject);
    answer.transports = response.getTransports ? response.getTransports() : [];
  } else {
    answer.authenticatorData = toText(response.authenticatorData);
    answer.signature = toText(response.signature);
    if (response.userHandle) answer.userHandle = toText(response.userHandle);
  }
  return JSON.stringify({ id, rawId: toText(rawId), type, response: answer, clientExtensionResults: {} });
};
for (const button of document.querySelectorAll("[data-passkey]")) {
  const { form, dataset } = button;
  const line = button.nextElementSibling;
  const makes = "makes" in dataset;
  const publicKey = readOptions(dataset.passkey);
  const { action } = form;
  const opened = Date.now();
  let suggestion = new AbortController();
  let asking = false;
  // A page that was left open has a challenge that is no longer good.
  const isOver = () => Date.now() - opened > publicKey.timeout - 10000;
  const isTouched = () => [...form.elements].some((field) => field.type !== "hidden" && field.value !== field.defaultValue);
  // Opens the page again, and never sends again what led to it; another address, as one that differs by its fragment alone loads nothing.
  const renew = () => {
    const address = new URL(location.href);
    address.searchParams.set("again", String(Date.now()));
    location.replace(address);
  };
  const send = (answer) => {
    form.elements.credential.value = answer;
    if (dataset.action) form.action = dataset.action + location.search + location.hash;
    // A password that was typed, too, is not needed.
    for (const field of form.querySelectorAll(".secret input")) field.disabled = true;
    form.submit();
  };
  const ask = async () => {
    if (asking) return;
    if (!window.PublicKeyCredential) { line.textContent = dataset.none; return; }
    if (isOver()) {
      if (makes && form.elements.name) send("");
      else if ("renews" in dataset) renew();
      else line.textContent = dataset.over;
      return;
    }
    suggestion.abort();
    line.textContent = "";
    asking = true;
    button.setAttribute("aria-disabled", "true");
    try {
      const answer = makes ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey });
      send(writeAnswer(answer));
    } catch (fault) {
      line.textContent = fault.name === "InvalidStateError" ? dataset.there : dataset.failed;
      asking = false;
      button.removeAttribute("aria-disabled");
      suggest();
    }
  };
  // Browsers offer passkeys among what they suggest for the field of the address.
  const suggest = async () => {
    if (!dataset.action || !PublicKeyCredential.isConditionalMediationAvailable) return;
    if (!(await PublicKeyCredential.isConditionalMediationAvailable()) || asking) return;
    suggestion = new AbortController();
    try {
      const answer = await navigator.credentials.get({ publicKey, mediation: "conditional", signal: suggestion.signal });
      if (isOver()) renew();
      else send(writeAnswer(answer));
    } catch {
      // Nothing was chosen.
    }
  };
  // Back from another page: what was sent is not sent again.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    form.elements.credential.value = "";
    form.action = action;
    for (const field of form.querySelectorAll(".secret input")) field.disabled = false;
    asking = false;
    button.removeAttribute("aria-disabled");
  });
  if (makes) {
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    continue;
  }
  if (!window.PublicKeyCredential) continue;
  button.hidden = false;
  button.addEventListener("click", ask);
  addEventListener("focus", () => { if ("renews" in dataset && isOver() && !asking && !isTouched()) renew(); });
  suggest();
}
