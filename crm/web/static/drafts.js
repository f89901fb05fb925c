// What is typed and not yet sent, kept on the phone while it is typed: encrypted as the queue is, so a
// reload, an empty battery or a session that is over loses nothing, and only its writer reads it.

import * as queue from "./queue.js";

const PAUSE_MS = 300;
const { actor } = document.body.dataset;
const nameOf = () => `${actor} ${location.pathname}${location.hash}`;

function typedIn(form) {
  return [...new FormData(form)].filter(([name, value]) => name !== "form_token" && typeof value === "string");
}

export function fill(form, fields) {
  const given = new Map(fields);
  for (const field of form.elements) {
    if (!field.name || field.name === "form_token" || field.tagName === "BUTTON") continue;
    if (field.type === "checkbox" || field.type === "radio") field.checked = fields.some(([name, value]) => name === field.name && value === field.value);
    else if (given.has(field.name)) field.value = given.get(field.name);
  }
  for (const fold of form.querySelectorAll("details")) {
    const isSaid = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.matches("input:not([type=hidden])") && field.value);
    if ([...fold.querySelectorAll("input")].some(isSaid)) fold.open = true;
  }
  const signed = form.querySelector("[data-signed]");
  if (signed) signed.hidden = !form.elements.signature.value;
}

// One note above the form says that it was filled from before, and how to begin anew.
function tell(form) {
  const note = document.createElement("p"), again = document.createElement("button");
  note.className = "note";
  note.dataset.draft = "";
  note.setAttribute("role", "status");
  note.textContent = `${document.body.dataset.sayDraft} `;
  again.type = "button";
  again.textContent = document.body.dataset.sayAnew;
  again.onclick = async () => { await forget(); location.reload(); };
  note.append(again);
  form.before(note);
}

export function forget() {
  clearTimeout(pause);
  return queue.dropDraft(nameOf()).catch(() => null);
}

let pause = 0;

export async function watch(form) {
  if (!queue.works || !actor || !form.matches("form.log[data-checks]")) return;
  if ("fresh" in form.dataset && !location.hash.startsWith("#entry=")) {
    const fields = await queue.draft(nameOf()).catch(() => null);
    if (fields && !("typed" in form.dataset)) {
      fill(form, fields.filter(([name]) => name !== "form_id" && name !== "written_at"));
      tell(form);
    }
  }
  const keep = () => queue.keepDraft(nameOf(), typedIn(form)).catch(() => null);
  form.addEventListener("input", () => {
    form.dataset.typed = "";
    clearTimeout(pause);
    pause = setTimeout(keep, PAUSE_MS);
  });
  // A phone that puts the page away gives no more time than this.
  document.addEventListener("visibilitychange", () => document.hidden && form.isConnected && "typed" in form.dataset && keep());
}
