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
  const opened = Date.now();
  const waiting = new AbortController();
  // A page that was left open, or came back out of the history, has a challenge that is no longer good.
  const isOver = () => Date.now() - opened > publicKey.timeout - 10000;
  const send = (credential) => {
    form.elements.credential.value = writeAnswer(credential);
    if (dataset.action) form.action = dataset.action + location.search + location.hash;
    form.submit();
  };
  const ask = async () => {
    if (!window.PublicKeyCredential) { line.textContent = dataset.none; return; }
    if (isOver()) { location.reload(); return; }
    waiting.abort();
    line.textContent = "";
    button.disabled = true;
    try {
      send(makes ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey }));
    } catch (fault) {
      line.textContent = fault.name === "InvalidStateError" ? dataset.there : dataset.failed;
      button.disabled = false;
    }
  };
  if (makes) {
    form.addEventListener("submit", (event) => { event.preventDefault(); ask(); });
    continue;
  }
  if (!window.PublicKeyCredential) continue;
  button.hidden = false;
  button.addEventListener("click", ask);
  if (!dataset.action || !PublicKeyCredential.isConditionalMediationAvailable) continue;
  // Browsers offer passkeys among what they suggest for the field of the address.
  PublicKeyCredential.isConditionalMediationAvailable().then((can) => {
    if (!can) return undefined;
    return navigator.credentials.get({ publicKey, mediation: "conditional", signal: waiting.signal }).then(send);
  }).catch(() => {});
}
