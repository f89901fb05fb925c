// What a page does beyond HTML: forms survive a lost network, search answers while one types,
// hidden fields open in place. Without this script every page works too.

import * as queue from "./queue.js";

const WAIT_MS = 15000, PAUSE_MS = 300, RETRY_MS = 20000;
const { actor, formToken, now } = document.body.dataset;
// A page that comes from the phone itself carries no time; the last one from the server counts.
if (now) localStorage.setItem("clockError", String(Number(now) - Date.now()));

function say(name, n) {
  return document.body.dataset[name].replace("{n}", n);
}

// ---- what is unsent is in sight on every page

// Before anybody has signed in it is everybody's, so that nothing is forgotten on the phone.
async function mine() {
  return (await queue.all()).filter((entry) => !actor || entry.actor === actor);
}

async function showUnsent() {
  const count = (await mine()).length;
  const sign = document.querySelector(".unsent");
  if (sign) {
    sign.hidden = count === 0;
    sign.textContent = say("sayUnsent", count);
  }
  for (const place of document.querySelectorAll("[data-unsent-count]")) place.textContent = count;
  await listUnsent();
}

async function listUnsent() {
  const list = document.querySelector("[data-unsent-list]");
  if (!list) return;
  const entries = await mine();
  document.querySelector("[data-unsent-some]").hidden = entries.length === 0;
  document.querySelector("[data-unsent-none]").hidden = entries.length > 0;
  const others = (await queue.all()).length - entries.length;
  const note = document.querySelector("[data-unsent-others]");
  note.hidden = others === 0;
  note.textContent = say("sayOthers", others);
  list.replaceChildren(...entries.map(unsentRow));
}

function unsentRow(entry) {
  const row = document.querySelector("[data-unsent-row]").content.cloneNode(true).firstElementChild;
  row.querySelector(".name").textContent = new Date(entry.at).toLocaleString(document.documentElement.lang);
  row.querySelector(".facts").textContent = entry.sentence ?? "";
  row.querySelector("[data-open]").onclick = () => openEntry(entry);
  row.querySelector("[data-discard]").onclick = async () => {
    if (!confirm(say("sayDiscard"))) return;
    await queue.drop(entry.id);
    await showUnsent();
  };
  return row;
}

// A form that was not taken is sent as a page, so that the person sees what is wrong and mends it.
async function openEntry(entry) {
  const answer = await send(entry).catch(() => null);
  if (answer) await show(answer, entry.id);
}

// ---- sending

// What is sent later has nobody in front of it who could look once more: it is taken as it is.
const ASKED = ["asked", "id_number_unverified phone_unusual region_unknown"];

function body(fields) {
  const sent = new URLSearchParams(fields.filter(([name]) => name !== "form_token"));
  sent.set("form_token", formToken);
  return sent;
}

async function send(entry) {
  const fields = entry.fields ?? (await queue.fieldsOf(entry));
  const answer = await fetch(entry.address, { method: "POST", body: body(fields), signal: AbortSignal.timeout(WAIT_MS) });
  const text = await answer.text();
  const page = new DOMParser().parseFromString(text, "text/html");
  const isSignIn = new URL(answer.url).pathname === "/sign-in";
  return { page, isSignIn, isServerTrouble: answer.status >= 500, url: answer.url };
}

async function show(answer, id) {
  // A page that is neither the receipt nor the form with what was typed is no reason to forget it.
  const isTaken = answer.page.querySelector("[data-receipt]")?.dataset.receipt === id;
  if (isTaken || answer.page.querySelector("form[data-queue]")) await queue.drop(id);
  if (answer.isSignIn) {
    location.assign("/sign-in?to=/unsent");
    return;
  }
  document.title = answer.page.title;
  document.querySelector("main").replaceWith(document.adoptNode(answer.page.querySelector("main")));
  scrollTo(0, 0);
  wire();
  await showUnsent();
}

let isSending = false;

async function sendAll(isAsked = false) {
  if (isSending || !queue.works || !actor) return;
  isSending = true;
  try {
    for (const entry of await mine()) {
      if (entry.sentence && !isAsked) continue;
      const fields = [...(await queue.fieldsOf(entry)).filter(([name]) => name !== "asked"), ASKED];
      const answer = await send({ ...entry, fields });
      if (answer.isSignIn || answer.isServerTrouble) break;
      if (answer.page.querySelector("[data-receipt]")) await queue.drop(entry.id);
      else await queue.mark(entry, answer.page.querySelector("[role=alert]")?.textContent.trim() ?? answer.page.title);
    }
  } catch (error) {
    if (!(error instanceof TypeError) && error.name !== "TimeoutError") throw error;
  } finally {
    isSending = false;
    await showUnsent();
  }
}

// Kept first and sent then: whatever happens in between, what was typed is on the phone.
async function submit(event) {
  const form = event.currentTarget;
  if (!queue.works || "plain" in form.dataset) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const button = event.submitter ?? form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  const entry = { id: data.get("form_id"), actor, address: form.action, at: Date.now(), fields: [...data.entries()] };
  try {
    await queue.keep(entry);
  } catch {
    button.disabled = false;
    form.dataset.plain = "";
    form.requestSubmit(event.submitter);
    return;
  }
  try {
    const answer = await send(entry);
    if (answer.isServerTrouble) throw new TypeError("no answer");
    await show(answer, entry.id);
  } catch (error) {
    if (!(error instanceof TypeError) && error.name !== "TimeoutError") throw error;
    await showKept();
  }
}

async function showKept() {
  const answer = await caches.match("/kept");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  const again = document.querySelector("[data-next]");
  again.href = location.pathname.replace(/\/(find|submit|person\/.*)$/, "/new").replace(/^(\/log\/[^/]+)$/, "$1/new");
  scrollTo(0, 0);
  await showUnsent();
}

// ---- a page that was kept on the phone gets a new number and the present time for its form

function refresh(form) {
  form.elements.form_id.value = crypto.randomUUID();
  const present = new Date(Date.now() + Number(localStorage.getItem("clockError") ?? 0));
  form.elements.written_at.value = new Date(present.getTime() + 8 * 3600000).toISOString().replace(/\.\d+Z$/, "+08:00");
}

// ---- search while one types

let pause = 0, asked = 0;

function searchSoon(form) {
  clearTimeout(pause);
  pause = setTimeout(() => search(form), PAUSE_MS);
}

async function search(form) {
  const place = document.getElementById("found"), turn = ++asked;
  const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (!answer?.ok || turn !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const found = page.getElementById("found");
  if (!found) return;
  place.replaceChildren(...found.childNodes);
  for (const queued of place.querySelectorAll("form[data-queue]")) queued.addEventListener("submit", submit);
}

// ---- hidden fields open in place; of health one at a time

async function reveal(event) {
  event.preventDefault();
  const form = event.currentTarget, button = form.querySelector("button");
  const answer = await fetch(form.action, {
    method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(new FormData(form)),
  });
  if (!answer.ok) {
    form.submit();
    return;
  }
  if ("health" in button.dataset) {
    for (const shown of document.querySelectorAll(".open[data-health]")) shown.replaceWith(shown.form);
  }
  const value = document.createElement("span");
  value.className = "open";
  value.textContent = (await answer.json()).value;
  value.form = form;
  if ("health" in button.dataset) value.dataset.health = "";
  form.replaceWith(value);
}

// ---- every page

function wire() {
  document.body.dataset.wired = "";
  for (const form of document.querySelectorAll("form[data-queue]")) {
    if ("fresh" in form.dataset && queue.works) refresh(form);
    form.addEventListener("submit", submit);
  }
  for (const form of document.querySelectorAll("form[data-live-search]")) {
    form.addEventListener("input", () => searchSoon(form));
    form.addEventListener("submit", (event) => { event.preventDefault(); search(form); });
  }
  for (const form of document.querySelectorAll("form.reveal")) form.addEventListener("submit", reveal);
  for (const form of document.querySelectorAll("form[data-sign-out]")) form.addEventListener("submit", signOut);
  document.querySelector("[data-send-now]")?.addEventListener("click", () => sendAll(true));
  document.querySelector("main [data-focus]")?.focus();
}

async function signOut(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const count = (await mine()).length;
  if (count > 0 && !confirm(say("saySignOut", count))) return;
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
  form.submit();
}

wire();
showUnsent();
addEventListener("online", () => sendAll());
addEventListener("pageshow", showUnsent);
setInterval(() => sendAll(), RETRY_MS);
if (navigator.onLine) sendAll();
if ("serviceWorker" in navigator && actor) {
  navigator.serviceWorker.register("/service-worker.js").then(() => navigator.serviceWorker.ready).then((ready) => {
    const here = location.pathname.match(/^\/log\/[^/]+/);
    ready.active.postMessage({ keep: here ? ["/log", here[0], `${here[0]}/new`] : [] });
  });
}
