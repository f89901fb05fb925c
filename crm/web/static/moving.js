// What waits on the phone and was written under the wrong activity, or under one that never comes, goes
// to another: without network too, for an entry's address alone says of which activity it is.

import * as queue from "./queue.js";
import { mine } from "./sending.js";

const WALK_IN = "walk-in", SHARING = "consent_share_with_dealer";

// Undefined for what is of no activity: a walk-in that is written down itself.
export function activityOf({ address }) {
  const found = new URL(address).pathname.match(/^\/log\/([^/]+)\/submit$/)?.[1];
  return found === WALK_IN ? undefined : found;
}

// Whether it hangs on an activity that neither this phone nor the server has: another one wrote it down.
export function isAwaiting(entry, entries) {
  const of = activityOf(entry), first = of?.match(/^W-([0-9a-f-]{36})$/)?.[1];
  if (!first || entries.some(({ id }) => id === first)) return false;
  return !document.querySelector("[data-unsent-row]").content.querySelector(`option[value="${of}"]`);
}

// Those that were written down on this phone and wait as well; what came already stands there.
async function addWalkIns(choice) {
  for (const added of choice.querySelectorAll("option[data-of-phone]")) added.remove();
  const known = new Set([...choice.options].map(({ value }) => value));
  for (const entry of await mine()) {
    const id = `W-${entry.id}`;
    if (!new URL(entry.address).pathname.startsWith(`/log/${WALK_IN}/`) || known.has(id)) continue;
    const fields = Object.fromEntries(await queue.fieldsOf(entry)), option = new Option(fields.title, id);
    Object.assign(option.dataset, { dealer: fields.dealer, ofPhone: "" });
    choice.append(option);
  }
}

// Opens the choice in the entry's row; `moved` is called when it is done, `failed` with what kept it.
export async function offerMove(row, entry, moved, failed) {
  const form = row.querySelector("[data-move-form]"), choice = form.querySelector("select"), note = form.querySelector("[data-share-note]");
  if (!form.hidden) return void (form.hidden = true);
  const fields = await queue.fieldsOf(entry);
  await addWalkIns(choice);
  const here = [...choice.options].find((option) => option.value === activityOf(entry)), dealer = here?.dataset.dealer;
  here?.remove();
  const isShared = fields.some(([name, value]) => name === SHARING && value);
  // A consent that was given to one dealer is none to another; of an activity that is not known here nor is its dealer.
  const isOthers = () => !dealer || choice.selectedOptions[0].dataset.dealer !== dealer;
  choice.onchange = () => (note.hidden = !(isShared && choice.value && isOthers()));
  const move = async () => {
    const address = `${location.origin}/log/${choice.value}/submit`;
    await queue.alone(entry.id, async () => {
      // It may have been mended in another window since the choice was opened, or be sent.
      const now = await queue.one(entry.id), said = now && (await queue.fieldsOf(now));
      if (now) await queue.keep({ ...now, address, fields: isOthers() ? said.filter(([name]) => name !== SHARING) : said });
    });
    await moved();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    move().catch(failed);
  };
  form.hidden = false;
  choice.focus();
}
