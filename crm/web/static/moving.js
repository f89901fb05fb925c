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

// Whether it hangs on an activity that this phone does not have: another one wrote it down.
export function isAwaiting(entry, entries) {
  const first = activityOf(entry)?.match(/^W-([0-9a-f-]{36})$/)?.[1];
  return Boolean(first) && !entries.some(({ id }) => id === first);
}

// Those that were written down on this phone and wait as well.
async function addWalkIns(choice) {
  for (const entry of await mine()) {
    if (!new URL(entry.address).pathname.startsWith(`/log/${WALK_IN}/`)) continue;
    const fields = Object.fromEntries(await queue.fieldsOf(entry));
    const option = new Option(fields.title, `W-${entry.id}`);
    option.dataset.dealer = fields.dealer;
    choice.append(option);
  }
}

// Opens the choice in the entry's row; `moved` is called when it is done.
export async function offerMove(row, entry, moved) {
  const form = row.querySelector("[data-move-form]"), choice = form.querySelector("select"), note = form.querySelector("[data-share-note]");
  if (!form.hidden) return void (form.hidden = true);
  const fields = await queue.fieldsOf(entry);
  for (const added of choice.querySelectorAll("option[value^='W-']")) added.remove();
  await addWalkIns(choice);
  const here = [...choice.options].find((option) => option.value === activityOf(entry)), dealer = here?.dataset.dealer;
  here?.remove();
  const isShared = fields.some(([name, value]) => name === SHARING && value);
  // A consent that was given to one dealer is none to another; of an activity that is not known here nor is its dealer.
  const isLost = () => isShared && choice.value && (!dealer || choice.selectedOptions[0].dataset.dealer !== dealer);
  choice.onchange = () => (note.hidden = !isLost());
  form.onsubmit = async (event) => {
    event.preventDefault();
    const kept = isLost() ? fields.filter(([name]) => name !== SHARING) : fields, address = `${location.origin}/log/${choice.value}/submit`;
    await queue.alone(entry.id, async () => {
      if (await queue.one(entry.id)) await queue.keep({ ...entry, address, fields: kept });
    });
    await moved();
  };
  form.hidden = false;
  choice.focus();
}
