// Keeps the few pages that a phone needs in a hall without network: the empty form of the chosen
// activity, the list of what is unsent, and a page that says that there is no network. None of
// them holds anybody's data. Everything else goes to the network, always.

const NAME = "pages-1", WAIT_MS = 6000;
const ALWAYS = ["/offline", "/kept", "/unsent"];
const MAY_BE_KEPT = /^\/(log|log\/[^/]+|log\/[^/]+\/new|offline|kept|unsent)$/;

async function fetchAndKeep(request, options) {
  const answer = await fetch(request, options);
  if (answer.ok && MAY_BE_KEPT.test(new URL(answer.url).pathname)) {
    await keep(new URL(answer.url).pathname, answer.clone()).catch(() => null);
  }
  return answer;
}

async function keep(path, answer) {
  const cache = await caches.open(NAME);
  // Without its time, so that the page's script knows it for a kept one.
  const text = (await answer.text()).replace(/data-now="\d+"/, 'data-now=""');
  const assets = [...text.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((match) => match[1]);
  const activity = path.match(/^\/log\/[^/]+/)?.[0];
  for (const request of activity ? await cache.keys() : []) {
    // One activity at a time: the form of another would be filled in by mistake.
    const other = new URL(request.url).pathname;
    if (other.startsWith("/log/") && other !== activity && !other.startsWith(`${activity}/`)) await cache.delete(request);
  }
  const modules = ["/static/queue.js"];
  await Promise.all([...new Set([...assets, ...modules])].map(async (asset) => (await cache.match(asset)) ?? cache.add(asset)));
  // Last, so that a page that is kept always has its script and style.
  await cache.put(path, new Response(text, { headers: answer.headers }));
}

async function fromPhone(path) {
  const cache = await caches.open(NAME);
  if (path === "/log") {
    const pages = (await cache.keys()).map((request) => new URL(request.url).pathname);
    const chosen = pages.find((page) => /^\/log\/[^/]+$/.test(page));
    if (chosen) return Response.redirect(chosen);
  }
  return (await cache.match(path)) ?? (await cache.match("/offline")) ?? Response.error();
}

// Where a kept page can stand in, a slow network is given up on; elsewhere it is waited for.
async function answerPage(request) {
  const { pathname } = new URL(request.url);
  const kept = await (await caches.open(NAME)).match(pathname);
  try {
    const answer = await fetchAndKeep(request, kept ? { signal: AbortSignal.timeout(WAIT_MS) } : undefined);
    // With a time limit redirects are followed here, and a browser takes no followed one for a page.
    return answer.redirected ? Response.redirect(answer.url) : answer;
  } catch {
    return fromPhone(pathname);
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
  if (request.method === "POST" && request.mode === "navigate") {
    // Sent before the page's script was there to keep it: going back, what was typed is still there.
    event.respondWith(fetch(request).catch(() => fromPhone("/offline")));
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(answerPage(request));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(answerStatic(request));
});
