// Forms that survive a lost network, as the person sees them: kept first, sent then, mended later;
// and the list of what is unsent.

import * as drafts from "./drafts.js";
import { shownOf } from "./expected.js";
import * as queue from "./queue.js";
import { isNoNetwork, mine, mySent, sendAll, sendNow } from "./sending.js";

const WALK_IN_SENT = "/log/walk-in/submit";
// Only pages with a form that has something to check are as heavy as what checks it.
let checks = null, moving = null;

const MOMENT = [{ month: "short", day: "numeric" }, { weekday: "short" }, { hour: "2-digit", minute: "2-digit" }];
const { actor, now } = document.body.dataset;
// A page that comes from the phone itself carries no time; the last one from the server counts.
if (now) localStorage.setItem("clockError", String(Number(now) - Date.now()));

export function say(name, n = "") {
  return document.body.dataset[name].replace("{n}", n);
}

function moment(at) {
  return MOMENT.map((part) => new Date(at).toLocaleString(document.documentElement.lang, part)).join(" ");
}

// No clock without its word: which one it is stands with the row that is to be filled in.
function worded(which, when) {
  return document.querySelector(`template[data-${which}]`)?.dataset[which].replace("{n}", when) ?? when;
}

// ---- what is unsent is in sight on every page

export async function showUnsent() {
  const entries = await mine();
  const sign = document.querySelector(".unsent");
  if (sign) {
    sign.hidden = entries.length === 0;
    sign.textContent = say("sayUnsent", entries.length);
  }
  for (const place of document.querySelectorAll("[data-unsent-count]")) place.textContent = entries.length;
  // What the page of a kept form says is true no longer once the network came back.
  shown("[data-unsent-kept]", entries.length > 0);
  shown("[data-unsent-gone]", entries.length === 0);
  if (document.querySelector("[data-unsent-list]")) await listUnsent(entries);
}

async function listUnsent(entries) {
  moving ??= await import("./moving.js");
  shown("[data-unsent-some]", entries.length > 0);
  shown("[data-unsent-none]", entries.length === 0);
  listRows(entries);
  const note = document.querySelector("[data-unsent-others]"), sent = mySent();
  if (!note) return;
  const others = (await queue.all()).length - entries.length;
  note.hidden = others === 0;
  note.textContent = say("sayOthers", others);
  shown("[data-sent-some]", sent.length > 0);
  document.querySelector("[data-sent-list]").replaceChildren(...sent.map(sentRow));
}

// What did not change stays as it is: somebody may be choosing in it.
function listRows(entries) {
  const list = document.querySelector("[data-unsent-list]"), before = new Map([...list.children].map((row) => [row.dataset.entry, row]));
  for (const entry of entries) {
    const facts = entry.sentence ?? (moving.isAwaiting(entry, entries) ? say("sayAwaits") : ""), stamp = `${entry.address} ${facts}`;
    const known = before.get(entry.id);
    before.delete(entry.id);
    if (known?.dataset.stamp === stamp) continue;
    const row = unsentRow(entry, facts);
    Object.assign(row.dataset, { entry: entry.id, stamp });
    if (known) known.replaceWith(row);
    else list.append(row);
  }
  for (const row of before.values()) row.remove();
}

function shown(selector, isShown) {
  const place = document.querySelector(selector);
  if (place) place.hidden = !isShown;
}

function rowOf(template) {
  return document.querySelector(template).content.cloneNode(true).firstElementChild;
}

function sentRow({ id, number, at }) {
  const row = rowOf("[data-sent-row]");
  if (id) row.querySelector("a").href = `/said/${id}`;
  const said = row.querySelector("[data-number]");
  said.textContent = said.textContent.replace("{n}", number);
  row.querySelector(".facts").textContent = worded("sent", moment(at));
  return row;
}

// Masked as in every list: 王*英, of two characters the first alone.
function masked(name) {
  const all = [...name];
  return all.length <= 2 ? `${all.slice(0, -1).join("")}*` : `${all[0]}${"*".repeat(all.length - 2)}${all.at(-1)}`;
}

async function nameOf(entry) {
  const when = moment(entry.at), fields = Object.fromEntries(await queue.fieldsOf(entry).catch(() => []));
  const name = fields.name?.trim() ? masked(fields.name.trim()) : fields.person_id && (await shownOf(new URL(entry.address).pathname, fields.person_id));
  return name ? `${name} · ${worded("written", when)}` : worded("written", when);
}

function unsentRow(entry, facts) {
  const row = rowOf("[data-unsent-row]");
  const name = row.querySelector(".name");
  name.textContent = worded("written", moment(entry.at));
  nameOf(entry).then((found) => (name.textContent = found));
  row.querySelector(".facts").textContent = facts;
  row.querySelector("[data-waits]").hidden = !entry.sentence;
  row.querySelector("[data-open]").onclick = () => (entry.sentence ? openEntry(entry, row) : mendHere(entry));
  row.querySelector("[data-discard]").onclick = () => discard(entry.id);
  const move = row.querySelector("[data-move]");
  move.hidden = !moving.activityOf(entry);
  move.onclick = () => moving.offerMove(row, entry, () => sendAndShow(), toSignIn).catch(toSignIn);
  return row;
}

async function discard(id) {
  // Without their activity they could never be sent.
  const cards = (await mine()).filter(({ address }) => new URL(address).pathname.startsWith(`/log/W-${id}/`));
  if (cards.length) {
    alert(say("sayHolds", (await Promise.all(cards.map(nameOf))).join(", ")));
    return false;
  }
  if (!confirm(say("sayDiscard"))) return false;
  await queue.drop(id);
  await showUnsent();
  return true;
}

// What was not sent yet is mended on the phone itself, in the empty form that is kept there.
function mendHere({ id, address }) {
  const { pathname } = new URL(address), end = pathname === WALK_IN_SENT ? "" : "/new";
  location.assign(`${pathname.replace(/\/submit$/, end)}#entry=${id}`);
}

async function takeEntry(form) {
  const id = location.hash.match(/^#entry=([0-9a-f-]{36})$/)?.[1];
  const entry = id && "fresh" in form.dataset && (await queue.one(id));
  if (!entry) return;
  try {
    const fields = await queue.fieldsOf(entry), person = fields.find(([name]) => name === "person_id");
    if (person) {
      // Somebody who has a card: what says who it is stays as it was chosen.
      form.querySelector("fieldset.new")?.remove();
      form.append(Object.assign(document.createElement("input"), { type: "hidden", name: "person_id", value: person[1] }));
    }
    // While it is being mended it does not go by itself.
    await queue.mark(id, say("sayMending"));
    drafts.fill(form, fields);
    form.dataset.replaced = id;
    document.title = say("sayMend", id.slice(0, 8).toUpperCase());
    const button = document.querySelector("[data-discard-form]");
    button.hidden = false;
    button.onclick = async () => (await discard(id)) && location.assign("/unsent");
  } catch (error) {
    toSignIn(error);
  }
}

function toSignIn(error) {
  if (!(error instanceof queue.KeyAway)) throw error;
  location.assign("/sign-in?to=/unsent");
}

// A form that was not taken is sent as a page, so that the person sees what is wrong and mends it.
function openEntry({ id }, row) {
  return queue.alone(id, async () => {
    const entry = await queue.one(id);
    if (!entry) return showUnsent();
    try {
      await show(await sendNow(entry), id);
    } catch (error) {
      if (error instanceof queue.KeyAway) return location.assign("/sign-in?to=/unsent");
      if (!isNoNetwork(error)) throw error;
      row.querySelector(".facts").textContent = `${say("sayNoNetwork")} · ${entry.sentence}`;
    }
  });
}

// ---- a form is kept first and sent then: whatever happens in between, it is on the phone

async function submit(event) {
  const form = event.currentTarget;
  if ("plain" in form.dataset) return;
  if (checks && !checks.mayGo(form)) return event.preventDefault();
  if (!queue.works) return;
  event.preventDefault();
  const data = new FormData(form, event.submitter);
  const button = event.submitter ?? form.querySelector("button");
  if (button.disabled) return;
  button.disabled = true;
  const entry = { id: data.get("form_id"), actor, address: form.action, at: Date.now(), fields: [...data.entries()] };
  // Until the person has seen the answer nobody else sends it: it may be a question.
  await queue.alone(entry.id, async () => {
    try {
      await queue.keep(entry, form.dataset.replaced);
      await drafts.forget();
    } catch {
      button.disabled = false;
      form.dataset.plain = "";
      form.requestSubmit(event.submitter);
      return;
    }
    household = entry.fields.filter(([name, value]) => ["phone", "address"].includes(name) && value);
    await sendOrKeep(entry);
    offerFamily(entry.address.replace(/\/submit$/, "/new"));
  });
}

// ---- several of one household in a row: what they share is not typed twice

let household = [];

function offerFamily(address) {
  const link = document.querySelector("main [data-family]");
  if (!link || !household.length) return;
  const shared = household;
  link.href = address;
  link.hidden = false;
  link.onclick = () => sessionStorage.setItem("family", JSON.stringify(shared));
}

function takeFamily(form) {
  const shared = sessionStorage.getItem("family");
  if (!shared || !form.matches(".log[data-fresh]:has([name=name])")) return;
  sessionStorage.removeItem("family");
  form.dataset.typed = "";
  for (const [name, value] of JSON.parse(shared)) form.elements[name].value = value;
}

async function sendOrKeep(entry) {
  try {
    const answer = await sendNow(entry);
    if (answer.isTrouble) await showKept(entry);
    else await show(answer, entry.id);
  } catch (error) {
    if (!isNoNetwork(error)) throw error;
    await showKept(entry);
  }
}

async function show(answer, id) {
  if (answer.isSignIn) {
    location.assign("/sign-in?to=/unsent");
    return;
  }
  document.title = answer.page.title;
  replaceMain(answer.page);
  const form = document.querySelector("form.log");
  if (form) {
    // The server may have given it a new number; it stays the mended form of this entry.
    form.dataset.replaced = id;
    const button = document.querySelector("[data-discard-form]");
    button.hidden = false;
    button.onclick = async () => (await discard(id)) && location.assign(button.dataset.discardForm);
  }
  wireForms();
  focusMain();
  await showUnsent();
}

async function showKept({ id, address }) {
  const answer = await caches.match("/kept");
  const isWalkIn = new URL(address).pathname === WALK_IN_SENT;
  const again = isWalkIn ? `/log/W-${id}/new` : location.pathname.replace(/^(\/log\/[^/]+).*$/, "$1/new");
  if (!answer) {
    // Nothing stands ready to say so: the list itself does.
    location.assign("/unsent");
    return;
  }
  replaceMain(new DOMParser().parseFromString(await answer.text(), "text/html"));
  document.querySelector("[data-next]").href = again;
  focusMain();
  await showUnsent();
}

function replaceMain(page) {
  // Somebody was dealt with: what was searched for is over, and the next comes to an empty field.
  history.replaceState(null, "");
  document.querySelector("main").replaceWith(document.adoptNode(page.querySelector("main")));
  scrollTo(0, 0);
}

export function focusMain() {
  document.querySelector("main [data-focus]")?.focus();
}

// ---- a page that was kept on the phone gets a new number and the present time for its form

function refresh(form) {
  // A printed card has a number already, which stands in the address.
  const card = form.matches(".log") && location.pathname.match(/^\/log\/[^/]+\/card\/([0-9a-f-]{36})$/)?.[1];
  form.elements.form_id.value = card || crypto.randomUUID();
  const present = new Date(Date.now() + Number(localStorage.getItem("clockError") ?? 0));
  form.elements.written_at.value = new Date(present.getTime() + 8 * 3600000).toISOString().replace(/\.\d+Z$/, "+08:00");
}

export function wireForms(place = document) {
  // A form that is fetched into another page brings none of its scripts: without this one nobody sees that it was signed.
  if (place.querySelector("[data-sign]")) import("./signature.js").catch(() => null);
  if (place.querySelector("[data-checks]")) import("./checks.js").then((found) => (checks = found), () => null);
  // An empty card of an activity that was written down on this phone: the address says of which.
  const walkIn = location.pathname.match(/^(\/log\/W-[0-9a-f-]{36})\/new$/)?.[1];
  for (const form of place.querySelectorAll("form[data-queue]")) {
    if (walkIn && form.matches(".log")) form.action = `${walkIn}/submit`;
    if ("fresh" in form.dataset && queue.works) refresh(form);
    form.addEventListener("submit", submit);
    takeFamily(form);
    drafts.watch(form);
    if (form.matches(".log")) takeEntry(form);
  }
}

export async function sendAndShow(isAsked) {
  await sendAll(isAsked);
  await showUnsent();
}
