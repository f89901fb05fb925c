// What a page does beyond HTML: search answers while one types, hidden fields open in place; forms
// that survive a lost network are in forms.js. Without scripts every page works too.

import { keepExpected, rowsOf } from "./expected.js";
import { focusMain, say, sendAndShow, showUnsent, wireForms } from "./forms.js";
import * as queue from "./queue.js";
import { mine } from "./sending.js";

const WAIT_MS = 8000, PAUSE_MS = 300, RETRY_MS = 20000, TWO_TAPS_MS = 1500;

// ---- search while one types

let pause = 0, asked = 0;

function searchSoon(form) {
  clearTimeout(pause);
  pause = setTimeout(() => search(form), PAUSE_MS);
}

async function search(form) {
  const place = document.getElementById("found"), turn = ++asked;
  if (!place) return;
  // With this visit of the page: who goes back finds what was searched for, and no address holds it.
  history.replaceState({ search: form.elements.text.value, actor: document.body.dataset.actor }, "");
  const answer = await ask(form).catch(() => null);
  // The page may be another by now: somebody was signed in while it was asked.
  if (turn !== asked || !place.isConnected) return;
  const found = answer?.page.getElementById("found");
  if (answer?.isSignIn) location.assign(`/sign-in?to=${location.pathname}`);
  for (const note of document.querySelectorAll("[data-search-failed]")) note.hidden = Boolean(found);
  place.replaceChildren(...(found?.childNodes ?? []));
  if (!found && !answer?.isSignIn) await findHere(place, form);
  wireFound(place);
}

// One primary action at a time: somebody who was found is signed in, else a new card is written.
function wireFound(place) {
  document.querySelector("[data-write-new]").classList.toggle("primary", !place.querySelector(".primary"));
  wireForms(place);
}

// Without network among those who are likely to come.
async function findHere(place, form) {
  const { rows, more } = await rowsOf(new FormData(form).get("text"));
  if (!rows.length) return;
  const list = document.createElement("ul");
  list.className = "rows big";
  list.append(...rows);
  place.replaceChildren(list);
  if (more) place.append(Object.assign(document.createElement("p"), { className: "hint", textContent: more }));
}

// Before anything is typed: who is invited and not here yet.
async function offerInvited() {
  const form = document.querySelector("form[data-live-search]"), place = document.getElementById("found");
  if (!form || !place || place.children.length || form.elements.text.value.trim()) return;
  await findHere(place, form);
  wireFound(place);
}

async function ask(form) {
  const body = new URLSearchParams(new FormData(form));
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(WAIT_MS) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return { page, isSignIn: new URL(answer.url).pathname === "/sign-in" };
}

// ---- nothing is typed twice: a name or a number that was not found goes on into the new card

const NAME = /^\p{Script=Han}[\p{Script=Han}·]+$/u, PHONE = /^1\d{10}$/;

function carryTyped() {
  const text = document.getElementById("text").value.trim();
  if (NAME.test(text) || PHONE.test(text)) sessionStorage.setItem("typed", text);
}

function takeTyped(form) {
  const text = sessionStorage.getItem("typed");
  sessionStorage.removeItem("typed");
  if (!text) return;
  const [field, next] = PHONE.test(text) ? ["phone", "name"] : ["name", "phone"];
  form.elements[field].value = text;
  form.dataset.typed = "";
  form.elements[next].focus();
}

// ---- hidden fields open in place; of health one at a time

async function reveal(event) {
  event.preventDefault();
  const form = event.currentTarget, button = event.submitter ?? form.querySelector("button");
  const fields = new URLSearchParams(new FormData(form));
  if (button.name) fields.set(button.name, button.value);
  const answer = await fetch(form.action, { method: "POST", headers: { accept: "application/json" }, body: fields });
  if (!answer.ok) {
    form.removeEventListener("submit", reveal);
    form.requestSubmit(button);
    return;
  }
  if ("health" in button.dataset) {
    for (const shown of document.querySelectorAll(".open[data-health]")) shown.replaceWith(shown.hid);
  }
  const value = document.createElement("span");
  value.className = "open";
  value.textContent = (await answer.json()).value;
  // One form may stand for all the fields of a page; its buttons are wherever they are needed.
  value.hid = button.closest(".reveal");
  if ("health" in button.dataset) value.dataset.health = "";
  value.hid.replaceWith(value);
}

// ---- a picture as PNG: chats do not show SVG

const PNG_SCALE = 2, PNG_MARGIN = 24;

async function takeAsPng(event) {
  const link = event.currentTarget, picture = new Image(), canvas = document.createElement("canvas");
  event.preventDefault();
  picture.src = link.href;
  await picture.decode();
  canvas.width = (picture.width + 2 * PNG_MARGIN) * PNG_SCALE;
  canvas.height = (picture.height + 2 * PNG_MARGIN) * PNG_SCALE;
  const drawing = canvas.getContext("2d");
  drawing.fillStyle = "#fff";
  drawing.fillRect(0, 0, canvas.width, canvas.height);
  drawing.scale(PNG_SCALE, PNG_SCALE);
  drawing.drawImage(picture, PNG_MARGIN, PNG_MARGIN);
  const taken = document.createElement("a");
  taken.href = URL.createObjectURL(await new Promise((done) => canvas.toBlob(done)));
  taken.download = link.dataset.asPng;
  taken.click();
  setTimeout(() => URL.revokeObjectURL(taken.href), WAIT_MS);
}

// ---- the search of every page, and a receipt that waits for its recording

const AGAIN_MS = 1200, MOST_AGAIN = 8;

function findByKey(event) {
  const field = document.getElementById("find-all");
  const isTyping = event.target.closest("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey || !field?.checkVisibility()) return;
  event.preventDefault();
  field.focus();
}

function lookAgain() {
  const waits = document.querySelector(".said[data-pending]");
  const times = Number(sessionStorage.getItem("looked-again") ?? 0);
  if (!waits || times >= MOST_AGAIN) {
    sessionStorage.removeItem("looked-again");
    return;
  }
  sessionStorage.setItem("looked-again", times + 1);
  const again = setTimeout(() => {
    if (!document.activeElement?.matches("main input, main textarea, main select")) location.reload();
  }, AGAIN_MS);
  document.addEventListener("input", () => clearTimeout(again));
}

// ---- every page

function wire() {
  wireForms();
  focusMain();
  for (const form of document.querySelectorAll("form[data-live-search]")) {
    form.addEventListener("input", () => searchSoon(form));
    if (history.state?.search && history.state.actor === document.body.dataset.actor) {
      form.elements.text.value = history.state.search;
      search(form);
    }
    form.addEventListener("submit", (event) => { event.preventDefault(); search(form); });
  }
  if (document.getElementById("text")) document.querySelector("[data-write-new]")?.addEventListener("click", carryTyped);
  for (const form of document.querySelectorAll("form.log[data-fresh]:has([name=name])")) takeTyped(form);
  for (const link of document.querySelectorAll("a[data-as-png]")) {
    link.hidden = false;
    link.addEventListener("click", takeAsPng);
  }
  for (const all of document.querySelectorAll("input[data-all]")) {
    (all.closest("label") ?? all).hidden = false;
    all.addEventListener("change", () => {
      for (const one of all.form.elements) if (one.name === all.dataset.all) one.checked = all.checked;
    });
  }
  for (const place of document.querySelectorAll("input[readonly]")) {
    place.addEventListener("focus", () => place.select());
    if (place === document.activeElement) place.select();
  }
  for (const button of document.querySelectorAll("[data-copy]")) {
    // Without HTTPS browsers give no page the clipboard.
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", () => copy(button).catch(() => document.getElementById(button.dataset.copy).focus()));
  }
  for (const form of document.querySelectorAll("form.reveal")) form.addEventListener("submit", reveal);
  for (const form of document.querySelectorAll("form[data-sign-out]")) form.addEventListener("submit", signOut);
  document.querySelector("[data-send-now]")?.addEventListener("click", () => sendAndShow(true));
  document.body.dataset.wired = "";
}

async function copy(button) {
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
  button.textContent = `✓ ${button.dataset.copied}`;
}

async function signOut(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const count = (await mine()).length;
  if (count > 0 && !confirm(say("saySignOut", count))) return;
  await queue.forgetKey().catch(() => null);
  await forgetPages();
  form.submit();
}

async function forgetPages() {
  for (const name of (await globalThis.caches?.keys()) ?? []) await caches.delete(name);
}

// Pages that were kept for somebody else are nobody's: what is written in them would be theirs.
async function keepForOneAlone() {
  const { actor, now } = document.body.dataset;
  if (!now || localStorage.getItem("keptFor") === actor) return;
  await forgetPages();
  localStorage.setItem("keptFor", actor);
}

async function tryAgain() {
  if (!(await comesBack())) sendAndShow();
}

// What stands in for a page that could not be had is true no longer once the site answers: that
// there is a network again is said before it carries anything.
async function comesBack() {
  if (!document.querySelector("[data-stands-in]") || location.pathname === "/offline") return false;
  const answer = await fetch("/health", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
  return Boolean(answer?.ok);
}

// Of two taps at once only the first one is meant: a file that is answered leaves the page where it is.
function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (Date.now() - Number(form.dataset.sentAt ?? 0) < TWO_TAPS_MS) event.preventDefault();
  else form.dataset.sentAt = Date.now();
}

// Said only when the phone holds what it needs alone: whoever leaves for a hall without network asks.
async function sayCarried() {
  const said = document.querySelector("[data-carried]"), here = location.pathname.match(/^\/log\/[^/]+/)?.[0];
  if (said && here) said.hidden = !((await caches.match(here)) && (await caches.match(`${here}/new`)));
}

wire();
lookAgain();
addEventListener("submit", sendOnce);
showUnsent();
keepExpected().catch(() => null).then(offerInvited);
addEventListener("keydown", findByKey);
addEventListener("online", tryAgain);
addEventListener("pageshow", showUnsent);
setInterval(tryAgain, RETRY_MS);
if (navigator.onLine) sendAndShow();
if ("serviceWorker" in navigator && document.body.dataset.actor) {
  // Without it a browser that is short of room throws away what is unsent.
  navigator.storage?.persist?.().catch(() => null);
  navigator.serviceWorker.addEventListener("message", () => sayCarried().catch(() => null));
  keepForOneAlone().catch(() => null).then(() => navigator.serviceWorker.register("/service-worker.js")).then(() => navigator.serviceWorker.ready).then((ready) => {
    const here = location.pathname.match(/^\/log\/[^/]+/);
    const walkIn = document.querySelector("a[href='/log/walk-in']") ? ["/log/walk-in", "/log/walk-in/new"] : [];
    ready.active.postMessage({ keep: [...(here ? ["/log", here[0], `${here[0]}/new`, `${here[0]}/scan`] : []), ...walkIn] });
  });
}
