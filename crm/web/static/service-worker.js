// Keeps the few pages that a phone needs in a hall without network: the empty form of the chosen
// activity, the list of what is unsent, and a page that says that there is no network. None of
// them holds anybody's data. Everything else goes to the network, always.

const NAME = "pages-1", WAIT_MS = 6000;
const ALWAYS = ["/offline", "/kept", "/unsent"];
const MAY_BE_KEPT = /^\/(log|log\/[^/]+|log\/[^/]+\/new|offline|kept|unsent)$/;

async function fetchAndKeep(request) {
  const answer = await fetch(request, { signal: AbortSignal.timeout(WAIT_MS) });
  const url = new URL(answer.url);
  if (answer.ok && MAY_BE_KEPT.test(url.pathname)) await keep(url.pathname, answer.clone());
  return answer;
}

async function keep(path, answer) {
  const cache = await caches.open(NAME);
  const text = await answer.text();
  const assets = [...text.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((match) => match[1]);
  await cache.put(path, new Response(text, { headers: answer.headers }));
  const modules = ["/static/queue.js"];
  await Promise.all([...new Set([...assets, ...modules])].map(async (asset) => (await cache.match(asset)) ?? cache.add(asset)));
}

async function fromPhone(path) {
  const cache = await caches.open(NAME);
  return (await cache.match(path)) ?? (await cache.match("/offline")) ?? Response.error();
}

async function answerPage(request) {
  try {
    return await fetchAndKeep(request);
  } catch {
    return fromPhone(new URL(request.url).pathname);
  }
}

async function answerStatic(request) {
  return (await caches.match(request)) ?? fetch(request);
}

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => {
  const paths = [...ALWAYS, ...(event.data.keep ?? [])];
  event.waitUntil(Promise.all(paths.map((path) => fetchAndKeep(path).catch(() => null))));
});
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(answerPage(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(answerStatic(request));
});
