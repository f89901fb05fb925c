// Forms that could not be sent yet, kept on this phone until the server has answered each one.
// Every entry is encrypted with a key that this browser keeps and never hands out. Removing an
// entry is only done after an answer, or when the person asks for it.

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
export let works = "indexedDB" in globalThis && Boolean(globalThis.crypto?.subtle);

export async function keep(entry) {
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(entry.fields));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonce }, await key(), plain);
  const { id, actor, address, at } = entry;
  await store(FORMS, "readwrite", (forms) => forms.put({ id, actor, address, at, nonce, sealed }));
}

export async function fieldsOf(entry) {
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: entry.nonce }, await key(), entry.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}

export async function drop(id) {
  await store(FORMS, "readwrite", (forms) => forms.delete(id));
}

export async function mark(entry, sentence) {
  await store(FORMS, "readwrite", (forms) => forms.put({ ...entry, sentence }));
}

export async function all() {
  if (!works) return [];
  const found = await store(FORMS, "readonly", (forms) => forms.getAll()).catch(() => null);
  works = found !== null;
  return (found ?? []).sort((one, other) => one.at - other.at);
}
