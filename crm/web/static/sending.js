// Forms of the queue on their way to the server: what is sent, and what its answer means for them.

import * as queue from "./queue.js";

const WAIT_MS = 15000, SENT_MOST = 20;
// A person in front of a form is not kept waiting for a network that is silent.
const WAIT_OF_PERSON_MS = 6000, WAIT_AFTER_SILENCE_MS = 1500, SILENCE_MS = 60000;
const { actor, formToken } = document.body.dataset;
// What is sent later has nobody in front of it who could look once more: it is taken as it is.
// What the phone itself could look at it has asked about before it kept the form.
const ASKED_OF_THE_DOOR = "id_number_unverified phone_unusual region_unknown";

// Before anybody has signed in it is everybody's, so that nothing is forgotten on the phone.
export async function mine() {
  return (await queue.all()).filter((entry) => !actor || entry.actor === actor);
}

export function isNoNetwork(error) {
  return error instanceof TypeError || error.name === "TimeoutError";
}

async function post(address, fields, waitMs) {
  const body = new URLSearchParams(fields.filter(([name]) => name !== "form_token"));
  body.set("form_token", formToken);
  const answer = await fetch(address, { method: "POST", body, signal: AbortSignal.timeout(waitMs) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return {
    page,
    isSignIn: new URL(answer.url).pathname === "/sign-in",
    isTrouble: answer.status >= 500,
    // Its activity waits on another phone: that keeps none of the others from being sent.
    isAwaited: Boolean(page.querySelector("[data-awaited]")),
    // The session has changed since this page was made; the next page brings a valid form token.
    isStale: answer.status === 409,
    receipt: page.querySelector("[data-receipt]")?.dataset.receipt,
    sentence: reason(page),
  };
}

// Of what was refused the reasons alone; a question with the words that ask it.
function reason(page) {
  const alert = page.querySelector("[role=alert]");
  const said = alert?.matches(".wrong") ? [...alert.querySelectorAll("li")] : [alert ?? page.querySelector("title")];
  return said.map((place) => place.textContent.replace(/\s+/g, " ").trim()).join(" ");
}

// Whoever calls has the entry alone. True when the next may go too.
async function settle(id, answer) {
  if (answer.isAwaited) return true;
  if (answer.isSignIn || answer.isTrouble || answer.isStale) return false;
  if (answer.receipt === id) await queue.drop(id);
  else await queue.mark(id, answer.sentence);
  return true;
}

// An activity that was written down on this phone goes before its cards; true once it is gone.
async function activityIsSent({ address }, send) {
  const id = new URL(address).pathname.match(/^\/log\/W-([0-9a-f-]{36})\//)?.[1];
  const first = id && (await queue.one(id));
  if (!first) return true;
  if (!first.sentence) await queue.alone(id, (lock) => lock && send(first), { ifAvailable: true });
  return !(await queue.one(id));
}

// As the person sees it now, with a short patience; what is not taken stays, with its reason.
export async function sendNow(entry) {
  const wasSilent = Date.now() < Number(sessionStorage.getItem("silentUntil") ?? 0);
  const waitMs = wasSilent ? WAIT_AFTER_SILENCE_MS : WAIT_OF_PERSON_MS;
  try {
    if (!(await activityIsSent(entry, sendNow))) throw new TypeError("its activity waits");
    const answer = await post(entry.address, entry.fields ?? (await queue.fieldsOf(entry)), waitMs);
    await settle(entry.id, answer);
    sessionStorage.removeItem("silentUntil");
    return answer;
  } catch (error) {
    if (error.name === "TimeoutError") sessionStorage.setItem("silentUntil", Date.now() + SILENCE_MS);
    throw error;
  }
}

// What was not taken once, or was asked about, is the person's to decide: it goes as it was
// written, and only when the person asks for all of it.
async function sendLater(id, isAsked) {
  const entry = await queue.one(id);
  if (!entry || (entry.sentence && !isAsked)) return true;
  if (!(await activityIsSent(entry, (first) => sendLater(first.id, isAsked)))) return true;
  const fields = await queue.fieldsOf(entry).catch(() => null);
  if (!fields) return true; // One that cannot be read any more keeps no other from being sent.
  const asked = ["asked", `${fields.find(([name]) => name === "asked")?.[1] ?? ""} ${ASKED_OF_THE_DOOR}`];
  const sent = entry.sentence ? fields : [...fields.filter(([name]) => name !== "asked"), asked];
  const answer = await post(entry.address, sent, WAIT_MS);
  sessionStorage.removeItem("silentUntil");
  if (answer.receipt === id) rememberSent(entry);
  return settle(id, answer);
}

let isSending = false;

export async function sendAll(isAsked = false) {
  if (isSending || !queue.works || !actor) return;
  isSending = true;
  try {
    for (const { id } of await mine()) {
      const act = (lock) => !lock || sendLater(id, isAsked);
      if (!(await queue.alone(id, act, { ifAvailable: true }))) break;
    }
  } catch (error) {
    if (!isNoNetwork(error)) throw error;
  } finally {
    isSending = false;
  }
}

// ---- the receipts of what was sent while nobody looked: a number and a time, nobody's name

function rememberSent({ id }) {
  const sent = [{ id, number: id.slice(0, 8).toUpperCase(), at: Date.now(), actor }, ...allSent()];
  localStorage.setItem("sent", JSON.stringify(sent.slice(0, SENT_MOST)));
}

function allSent() {
  return JSON.parse(localStorage.getItem("sent") ?? "[]");
}

export function mySent() {
  return allSent().filter((receipt) => receipt.actor === actor);
}
