// Forms that could not be sent yet, kept on this phone until the server has answered each one.
// Every entry is encrypted for the account that wrote it, whose session alone can open it. An entry
// goes only when the server has taken it, when a mended one stands for it, or when the person says so.

const FORMS = "forms", KEYS = "keys", DRAFTS = "drafts", VERSION = 2, DRAFT_MS = 3 * 86400000;

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("jinxi", VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion < 1) {
        request.result.createObjectStore(FORMS, { keyPath: "id" });
        request.result.createObjectStore(KEYS);
      }
      request.result.createObjectStore(DRAFTS);
    };
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
}

async function store(name, mode, act) {
  const database = await open();
  return new Promise((done, failed) => {
    const transaction = database.transaction(name, mode, { durability: "strict" });
    const request = act(transaction.objectStore(name));
    transaction.oncomplete = () => { database.close(); done(request.result); };
    transaction.onerror = () => { database.close(); failed(transaction.error); };
  });
}

// ---- the keys: to lock, an account's public one, which stands in each of its pages; to open, its
// private one, which comes with a page from the server alone and goes with the session. Whoever has
// the phone next, signed in or not, can therefore count what waits here, and read none of it.

const SESSION = "session", LONGEST_SESSION_MS = 12 * 3600000, CURVE = { name: "ECDH", namedCurve: "P-256" };
const { actor, now, queuePublic, queuePrivate } = document.body?.dataset ?? {};

export class KeyAway extends Error {}

function imported(d) {
  const [x, y] = (queuePublic ?? "").split(".");
  return crypto.subtle.importKey("jwk", { kty: "EC", crv: "P-256", x, y, ...(d && { d }) }, CURVE, false, d ? ["deriveKey"] : []);
}

function shared(secret, open, use) {
  return crypto.subtle.deriveKey({ name: "ECDH", public: open }, secret, { name: "AES-GCM", length: 256 }, false, [use]);
}

// What a page from the server says counts: it brings the key, or the session is over. A page that
// was kept on the phone says nothing about it.
async function takeKey() {
  if (!works || !now) return;
  if (!queuePrivate) return forgetKey();
  const record = { actor, key: await imported(queuePrivate), until: Date.now() + LONGEST_SESSION_MS };
  await store(KEYS, "readwrite", (keys) => keys.put(record, SESSION));
  await lockOlder();
}

export function forgetKey() {
  return store(KEYS, "readwrite", (keys) => keys.delete(SESSION));
}

async function sessionKey() {
  await ready;
  const record = await store(KEYS, "readonly", (keys) => keys.get(SESSION));
  if (record?.actor !== actor || Date.now() > record.until) throw new KeyAway();
  return record.key;
}

// Entries from before lie under a key that the browser itself had; they are locked anew by and by.
async function lockOlder() {
  const older = (await store(FORMS, "readonly", (forms) => forms.getAll())).filter((entry) => !entry.open);
  const key = await store(KEYS, "readonly", (keys) => keys.get(FORMS));
  for (const entry of key ? older.filter((each) => each.actor === actor) : []) {
    const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.nonce }, key, entry.sealed);
    const locked = await lock(new Uint8Array(plain));
    await store(FORMS, "readwrite", (forms) => forms.put({ ...entry, ...locked }));
  }
  if (key && older.every((entry) => entry.actor === actor)) await store(KEYS, "readwrite", (keys) => keys.delete(FORMS));
}

// Each with a pair of keys of its own, of which only the open half is kept.
async function lock(plain) {
  const nonce = crypto.getRandomValues(new Uint8Array(12)), pair = await crypto.subtle.generateKey(CURVE, false, ["deriveKey"]);
  const key = await shared(pair.privateKey, await imported(), "encrypt");
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, key, plain);
  return { nonce, sealed, open: await crypto.subtle.exportKey("raw", pair.publicKey) };
}

// False where the browser keeps nothing (no HTTPS, a private window): then forms are sent as pages.
export let works = "indexedDB" in globalThis && Boolean(globalThis.crypto?.subtle && navigator.locks);

// One entry is in one pair of hands at a time, over all windows: while somebody sends it or has
// it sent, nobody else does. A window that is closed lets go. With `ifAvailable` not waited for.
export function alone(id, act, options = {}) {
  return navigator.locks.request(`form-${id}`, options, act);
}

// `replaced` is the id of the entry that this one was mended from, where it had to get a new id.
export async function keep(entry, replaced) {
  const locked = await lock(new TextEncoder().encode(JSON.stringify(entry.fields)));
  const { id, actor, address, at } = entry;
  await store(FORMS, "readwrite", (forms) => {
    if (replaced && replaced !== id) forms.delete(replaced);
    return forms.put({ id, actor, address, at, ...locked });
  });
}

export function one(id) {
  return store(FORMS, "readonly", (forms) => forms.get(id));
}

export const fieldsOf = unlock;

async function unlock(entry) {
  const secret = await sessionKey();
  if (!entry.open) throw new KeyAway();
  const open = await crypto.subtle.importKey("raw", entry.open, CURVE, false, []);
  const key = await shared(secret, open, "decrypt");
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.nonce }, key, entry.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}

// ---- what is being typed: one draft a page and account, gone after some days

export async function keepDraft(name, fields) {
  const locked = await lock(new TextEncoder().encode(JSON.stringify(fields)));
  await store(DRAFTS, "readwrite", (drafts) => drafts.put({ ...locked, at: Date.now() }, name));
}

export async function draft(name) {
  const kept = await store(DRAFTS, "readonly", (drafts) => drafts.get(name));
  if (!kept) return null;
  if (Date.now() - kept.at > DRAFT_MS) return dropDraft(name);
  return unlock(kept);
}

export async function dropDraft(name) {
  await store(DRAFTS, "readwrite", (drafts) => drafts.delete(name));
  return null;
}

export async function drop(id) {
  await store(FORMS, "readwrite", (forms) => forms.delete(id));
}

// Why an entry was not taken; with a sentence it waits for the person. What is gone stays gone.
export async function mark(id, sentence) {
  await store(FORMS, "readwrite", (forms) => {
    const found = forms.get(id);
    found.onsuccess = () => found.result && forms.put({ ...found.result, sentence });
    return found;
  });
}

export async function all() {
  if (!works) return [];
  const found = await store(FORMS, "readonly", (forms) => forms.getAll()).catch(() => null);
  works = found !== null;
  return (found ?? []).sort((one, other) => one.at - other.at);
}

const ready = takeKey().catch(() => null).then(() => { document.body.dataset.queueReady = ""; });
