// Comfort where scripts run: passwords can be shown, a new one is measured while it is typed, and a link is copied by a button. Everything works without this.
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
