// Forms that could not be sent yet, kept on this phone until the server has answered each one.
// Every entry is encrypted with a key that this browser keeps and never hands out. An entry goes
// only when the server has taken it, when a mended one stands for it, or when the person says so.

const FORMS = "forms", KEYS = "keys";

function open() {
  return new Promise((done, failed) => {
    const request = indexedDB.open("jinxi", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(FORMS, { keyPath: "id" });
      request.result.createObjectStore(KEYS);
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

async function key() {
  const known = await store(KEYS, "readonly", (keys) => keys.get("forms"));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  await store(KEYS, "readwrite", (keys) => keys.put(made, "forms"));
  return made;
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
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(entry.fields));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key(), plain);
  const { id, actor, address, at } = entry;
  await store(FORMS, "readwrite", (forms) => {
    if (replaced && replaced !== id) forms.delete(replaced);
    return forms.put({ id, actor, address, at, nonce, sealed });
  });
}

export function one(id) {
  return store(FORMS, "readonly", (forms) => forms.get(id));
}

export async function fieldsOf(entry) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.nonce }, await key(), entry.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
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
