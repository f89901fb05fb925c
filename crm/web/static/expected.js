// Who is likely to come, on the phone: encrypted as the queue is, so that somebody who is known is
// found and signed in without network. Names are masked, as in every list.

import * as queue from "./queue.js";

const MOST = 8;
const { actor } = document.body.dataset;
const template = () => document.querySelector("template[data-expected]");
const nameOf = (place) => `${actor} expected ${place.dataset.expected}`;

// Fetched anew with every page that comes from the server.
export async function keepExpected() {
  const place = template();
  if (!place || !queue.works || !document.body.dataset.now) return;
  const answer = await fetch(place.dataset.expected, { headers: { accept: "application/json" } });
  if (!answer.ok) return;
  await queue.keepDraft(nameOf(place), (await answer.json()).people);
  document.body.dataset.expectedReady = "";
}

function fits(person, text) {
  const asked = text.normalize("NFKC").toLowerCase().replace(/[\s'·.]/gu, "");
  // Before anything is typed those who are invited and not here yet are offered.
  if (!asked) return person.invited;
  if (/^[0-9]+$/.test(asked) && !person.card.startsWith(asked)) return person.tails.some((tail) => tail.endsWith(asked.slice(-4))) || person.born === asked || person.card === asked;
  // The number on a card is how its id begins.
  if (/^[0-9a-f]{8}$/.test(asked) && person.card.toLowerCase().startsWith(asked)) return true;
  return person.name.includes(asked) || person.sounds.some((sound) => sound.startsWith(asked)) || person.card.toLowerCase() === asked;
}

// Whom a form that waits is about, as far as the phone knows.
export async function shownOf(address, id) {
  const people = await queue.draft(`${actor} expected ${address.replace(/submit$/, "expected")}`).catch(() => null);
  return people?.find((person) => person.id === id)?.shown ?? "";
}

// Each as a row with its button, and how many more would fit; none where the session is over.
export async function rowsOf(text) {
  const place = template(), people = place && (await queue.draft(nameOf(place)).catch(() => null));
  const fitting = (people ?? []).filter((person) => fits(person, text));
  const first = fitting.filter((person) => person.invited), others = fitting.filter((person) => !person.invited);
  const rows = [...first, ...others].slice(0, MOST).map((person) => {
    const row = place.content.cloneNode(true).firstElementChild;
    row.querySelector(".name").textContent = person.shown;
    row.querySelector(".badge").hidden = !person.invited;
    row.querySelector(".facts").textContent = person.facts ?? "";
    row.querySelector("button").ariaLabel = `${row.querySelector("button").textContent} ${person.shown}`;
    row.querySelector("[name=person_id]").value = person.id;
    return row;
  });
  const more = text.trim() ? fitting.length - rows.length : 0;
  return { rows, more: more && place.dataset.more.replace("{n}", more) };
}
