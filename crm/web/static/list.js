// A paper list typed by keyboard alone: Enter goes on and sends the row from its last cell, Ctrl+Enter
// from any, arrows move, pinyin finds who is known, and what is pasted from Excel falls into the cells. Each row is a
// form of its own, kept on this computer before it is sent, as on the phone (forms.js, queue.js).

import { look } from "./checks.js";
import { showUnsent } from "./forms.js";
import * as queue from "./queue.js";
import { isNoNetwork, sendNow } from "./sending.js";

const place = document.querySelector("[data-list]"), rows = place.querySelector("tbody"), { actor } = document.body.dataset;
const about = JSON.parse(place.dataset.checks), notices = JSON.parse(place.dataset.notices);
const YES = /^(是|y|1|√|✓|同意)$/iu, NO = /^(否|n|0|×|不同意)$/iu, PAUSE_MS = 120, DRAFT = `${actor} ${location.pathname}`;
const CONSENTS = ["consent_archive", "consent_health", "consent_share_with_dealer"];
const say = (name, value = "") => place.dataset[name].replace("{n}", value);
const cells = (row) => [...row.querySelectorAll("input[data-cell]")];
const cell = (row, name) => row.querySelector(`[data-cell=${name}]`);
const isBlank = (row) => !row.dataset.person && cells(row).every((input) => !input.value.trim() || input.dataset.cell === "attended");

function addRow() {
  const row = place.querySelector("template").content.cloneNode(true).firstElementChild;
  row.dataset.form = crypto.randomUUID();
  rows.append(row);
  row.querySelector("th").textContent = rows.children.length;
  for (const input of cells(row)) input.setAttribute("aria-label", `${rows.children.length} ${input.dataset.label}`);
  return row;
}

function open(row) {
  return row.nextElementSibling ?? addRow();
}

// ---- what a row says, in the fields of the phone's form

function fieldsOf(row) {
  const typed = Object.fromEntries(cells(row).map((input) => [input.dataset.cell, input.value.trim()]));
  const fields = { form_id: row.dataset.form, written_at: stamp(), asked: row.dataset.asked ?? "", method: "paper", by: "self" };
  if (row.dataset.person) fields.person_id = row.dataset.person;
  if (saidOfHealth(row) === "yes") fields.agreed_health = "1";
  for (const [name, text] of Object.entries(typed)) {
    if (!text || cell(row, name).disabled || (row.dataset.person && name === "name")) continue;
    if (name === "sex") fields.sex = /^(男|m|1)$/iu.test(text) ? "male" : /^(女|f|2)$/iu.test(text) ? "female" : text;
    else if (name === "attended") fields.attended = NO.test(text) ? "" : "1";
    else if (CONSENTS.includes(name)) fields[NO.test(text) ? name.replace("consent", "refused") : name] = YES.test(text) || NO.test(text) ? "1" : "";
    else fields[name] = text;
  }
  for (const [purpose, version] of Object.entries(notices)) fields[`notice_${purpose}`] = version;
  if (fields.quantity || fields.price) Object.assign(fields, { purchase: "1", purchase_sku: fields.purchase_sku || Object.keys(about.prices)[0] });
  return fields;
}

function stamp() {
  const present = new Date(Date.now() + Number(localStorage.getItem("clockError") ?? 0) + 8 * 3600000);
  return present.toISOString().replace(/\.\d+Z$/, "+08:00");
}

// A cell that is to hold one of few answers and holds something else says nothing: it is wrong.
function unclear(row) {
  return cells(row).filter((input) => {
    const text = input.value.trim(), { cell: name } = input.dataset;
    if (!text) return false;
    if (CONSENTS.includes(name) || name === "attended") return !YES.test(text) && !NO.test(text);
    return name === "sex" && !/^(男|女|m|f|1|2)$/iu.test(text);
  });
}

function tell(row, sentence, kind) {
  row.className = kind;
  row.querySelector("[data-said]").textContent = sentence;
}

function tellTaken(row, id) {
  tell(row, `✓ ${say("sayTaken", id.slice(0, 8).toUpperCase())} `, "good");
  const undo = document.createElement("a");
  Object.assign(undo, { href: `/said/${id}`, target: "_blank", rel: "noopener", textContent: say("sayUndo") });
  row.querySelector("[data-said]").append(undo);
}

// What the person said of readings before, as far as it is known here.
function saidOfHealth(row) {
  const has = (words) => (words ?? "").split(" ").includes("health");
  return has(row.dataset.agreed) ? "yes" : has(row.dataset.refused) ? "no" : "";
}

function mayGo(row, fields) {
  for (const input of cells(row)) input.removeAttribute("aria-invalid");
  const read = (name) => fields[name] ?? "", isNew = !row.dataset.person;
  const { faults, doubts } = look(about, read, { isNew, health: saidOfHealth(row), isSigned: false });
  // A bare name beside somebody who is known: a second card of hers would be joined by nothing.
  if (isNew && !read("phone") && !read("born") && row.querySelector(".found li")) doubts.push(["alike", "name", say("sayAlike")]);
  const wrong = unclear(row), asked = new Set((row.dataset.asked ?? "").split(" ")), news = doubts.filter(([code]) => !asked.has(code));
  for (const input of [...wrong, ...faults.map(([field]) => cell(row, field))]) input?.setAttribute("aria-invalid", "true");
  if (wrong.length || faults.length) {
    const told = [...wrong.map((input) => say("sayChoice", input.dataset.answers)), ...faults.map(([, sentence]) => sentence)];
    tell(row, told.join(" "), "wrong");
    return false;
  }
  row.dataset.asked = [...asked, ...news.map(([code]) => code)].join(" ").trim();
  fields.asked = row.dataset.asked;
  row.dataset.at = news.length ? (news[0][0] === "no_health_consent" ? "consent_health" : news[0][1]) : "";
  if (news.length) tell(row, `${news.map(([, , sentence]) => sentence).join(" ")} ${say("sayAgain")}`, "waiting");
  return !news.length;
}

async function send(row) {
  if (row.dataset.sent !== undefined || isBlank(row)) return true;
  const fields = fieldsOf(row);
  if (!mayGo(row, fields)) return false;
  row.dataset.sent = "";
  const entry = { id: row.dataset.form, actor, address: `${location.origin}${place.dataset.address}`, at: Date.now(), fields: Object.entries(fields).filter(([, text]) => text) };
  await queue.alone(entry.id, async () => {
    await queue.keep(entry);
    try {
      const answer = await sendNow(entry);
      if (answer.receipt === entry.id) return tellTaken(row, entry.id);
      if (answer.isSignIn) return location.assign("/sign-in?to=/unsent");
      // It is mended here, in its row, and not in the list of what is unsent.
      await queue.drop(entry.id);
      delete row.dataset.sent;
      const asked = answer.page.querySelector("form.log [name=asked]")?.value, isAsked = Boolean(answer.page.querySelector(".note.waiting[role=alert]"));
      row.dataset.asked = asked ?? row.dataset.asked ?? "";
      tell(row, isAsked ? `${answer.sentence} ${say("sayAgain")}` : answer.sentence, isAsked ? "waiting" : "wrong");
    } catch (error) {
      if (!isNoNetwork(error)) throw error;
      tell(row, say("sayKept"), "waiting");
    }
  });
  const isSent = row.dataset.sent !== undefined;
  for (const input of cells(row)) input.readOnly = isSent;
  if (isSent) row.querySelector(".found").replaceChildren();
  await Promise.all([remember(), showUnsent()]);
  return isSent;
}

// ---- what is typed and not yet sent survives a reload

function remember() {
  const typed = [...rows.children].filter((row) => row.dataset.sent === undefined && !isBlank(row)).map((row) => ({
    form: row.dataset.form, person: row.dataset.person ?? "", agreed: row.dataset.agreed, refused: row.dataset.refused,
    cells: Object.fromEntries(cells(row).map((input) => [input.dataset.cell, input.value])),
  }));
  return typed.length ? queue.keepDraft(DRAFT, typed) : queue.dropDraft(DRAFT);
}

async function restore() {
  for (const kept of (await queue.draft(DRAFT).catch(() => null)) ?? []) {
    const row = addRow();
    row.dataset.form = kept.form;
    for (const input of cells(row)) input.value = kept.cells[input.dataset.cell] ?? "";
    if (kept.person) know(row, kept.person, cell(row, "name").value, kept);
  }
  cell(addRow(), "name").focus();
}

// ---- who is known: pinyin, initials, a name or the end of a phone

let pause = 0, turn = 0;

async function find(input) {
  const found = input.closest("td").querySelector("ul"), text = input.value.trim(), mine = ++turn;
  found.replaceChildren();
  if (text.length < 2 || !place.dataset.find) return;
  const body = new URLSearchParams({ form_token: document.body.dataset.formToken, text });
  const answer = await fetch(place.dataset.find, { method: "POST", body }).catch(() => null);
  if (!answer?.ok || mine !== turn) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const link of page.querySelectorAll("#found a[href*='/person/']")) {
    const item = document.createElement("li"), button = document.createElement("button");
    Object.assign(button, { type: "button", tabIndex: -1, textContent: link.textContent.replace(/\s+/g, " ").trim() });
    button.dataset.person = link.getAttribute("href").split("/").pop();
    button.onclick = () => { know(input.closest("tr"), button.dataset.person, button.textContent, link.dataset); go(input, 1); };
    item.append(button);
    found.append(item);
  }
  // Letters are no name: Enter takes the first who fits.
  if (/^[a-z0-9 ]+$/i.test(text)) found.firstElementChild?.setAttribute("aria-selected", "true");
}

function know(row, person, shown, { agreed = "", refused = "" }) {
  Object.assign(row.dataset, { person, agreed, refused });
  cell(row, "name").value = shown;
  cell(row, "name").closest("td").querySelector("ul").replaceChildren();
  for (const name of ["phone", "born", "sex"]) cell(row, name).disabled = true;
  for (const name of CONSENTS) {
    const purpose = name.replace("consent_", ""), input = cell(row, name), isGiven = agreed.split(" ").includes(purpose);
    input.disabled = isGiven;
    input.placeholder = isGiven ? say("sayAgreed") : refused.split(" ").includes(purpose) ? say("sayRefused") : "";
  }
}

function forgetKnown(row) {
  for (const name of ["person", "agreed", "refused"]) delete row.dataset[name];
  for (const name of ["phone", "born", "sex", ...CONSENTS]) Object.assign(cell(row, name), { disabled: false, placeholder: "" });
}

// ---- the keyboard

function go(input, step) {
  const open = cells(input.closest("tr")).filter((each) => !each.disabled);
  const next = open[open.indexOf(input) + step];
  next?.focus();
  next?.select();
  return Boolean(next);
}

async function enter(input, isNow) {
  const row = input.closest("tr"), chosen = row.querySelector("[aria-selected] button");
  if (chosen) return chosen.click();
  if (isBlank(row)) return;
  // What was asked about is answered by the next Enter, wherever it is pressed.
  if (!isNow && !row.matches(".waiting") && go(input, 1)) return;
  const sent = send(row);
  cell(open(row), "name").focus();
  if (!(await sent) && row.matches(".wrong, .waiting")) (row.querySelector("[aria-invalid]") ?? (row.dataset.at && cell(row, row.dataset.at)) ?? input).focus();
}

function choose(input, step) {
  const items = [...input.closest("td").querySelectorAll("li")], at = items.findIndex((item) => item.hasAttribute("aria-selected"));
  for (const item of items) item.removeAttribute("aria-selected");
  items[Math.max(0, Math.min(items.length - 1, at + step))]?.setAttribute("aria-selected", "true");
  return items.length > 0;
}

rows.addEventListener("keydown", (event) => {
  const input = event.target.closest("input");
  if (!input || event.isComposing) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key], row = input.closest("tr");
  if (event.key === "Enter") enter(input, event.ctrlKey || event.metaKey);
  else if (event.key === "Escape") input.closest("td").querySelector("ul")?.replaceChildren();
  else if (step && !(input.dataset.cell === "name" && choose(input, step))) {
    const near = step > 0 ? open(row) : row.previousElementSibling;
    if (near) cell(near, input.dataset.cell).focus();
  } else if (event.key === "ArrowRight" && input.selectionStart === input.value.length) { if (!go(input, 1)) return; }
  else if (event.key === "ArrowLeft" && input.selectionEnd === 0) { if (!go(input, -1)) return; }
  else if (!step) return;
  event.preventDefault();
});
rows.addEventListener("input", ({ target }) => {
  const row = target.closest("tr");
  if (row.dataset.sent === undefined && row.matches(".waiting")) tell(row, "", "");
  clearTimeout(pause);
  if (target.dataset.cell === "name") {
    forgetKnown(row);
    pause = setTimeout(() => find(target), PAUSE_MS);
  }
  remember();
});
rows.addEventListener("paste", (event) => {
  const text = event.clipboardData.getData("text/plain");
  if (!/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  let row = event.target.closest("tr");
  const first = cells(row).indexOf(event.target);
  for (const line of text.replace(/\r/g, "").replace(/\n$/, "").split("\n")) {
    line.split("\t").forEach((value, at) => { const input = cells(row)[first + at]; if (input) input.value = value.trim(); });
    row = open(row);
  }
  cell(row, "name").focus();
  remember();
});
document.querySelector("[data-send-rows]").addEventListener("click", async () => {
  for (const row of [...rows.children]) await send(row);
  const last = rows.lastElementChild, next = isBlank(last) && last.dataset.sent === undefined ? last : addRow();
  cell(next, "name").focus();
});
restore();
