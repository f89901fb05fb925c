// Keeps the few pages that a phone needs in a hall without network: the empty form of the chosen
// activity, the list of what is unsent, and a page that says that there is no network. None of
// them holds anybody's data. Everything else goes to the network, always.
// Whatever happens to the network or to what is kept, every page asked for gets an answer.

const NAME = "pages-1";
// Where a kept page can stand in, a silent network is given up on; after it was silent, sooner.
const WAIT_MS = 4000, WAIT_AFTER_SILENCE_MS = 1000, SILENCE_MS = 60000;
const ALWAYS = ["/offline", "/kept", "/unsent"];
const MAY_BE_KEPT = /^\/(log|log\/[^/]+|log\/[^/]+\/(new|scan)|offline|kept|unsent)$/;
const WALK_IN = "/log/walk-in", A_WALK_IN_CARD = /^\/log\/W-[0-9a-f-]{36}\/new$/;
const A_PRINTED_CARD = /^(\/log\/[^/]+)\/card\/[0-9a-f-]{36}$/;
// For a phone that has lost even the page that says so; it stands in no language of its own.
const LAST_RESORT = `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>金夕</title><main><h1>现在没有网络 · 現在沒有網路 · No network</h1>
<p><a href="/log">再试一次 · 再試一次 · Try again</a></p></main>`;

let silentUntil = 0;

// The answer whole, so that a network that breaks off in the middle counts as none; undefined waits
// for as long as it takes.
async function fetchPage(request, waitMs) {
  const limit = new AbortController();
  const timer = waitMs && setTimeout(() => limit.abort(), waitMs);
  try {
    const answer = await fetch(request, waitMs ? { signal: limit.signal } : undefined);
    const isKept = answer.ok && MAY_BE_KEPT.test(new URL(answer.url).pathname);
    return { answer, text: isKept ? await answer.text() : null };
  } finally {
    clearTimeout(timer);
  }
}

async function keep({ answer, text }) {
  if (text === null) return;
  const path = new URL(answer.url).pathname, cache = await caches.open(NAME);
  const assets = [...text.matchAll(/(?:src|href)="(\/static\/[^"#]+)/g)].map((match) => match[1]);
  const activity = path.match(/^\/log\/[^/]+/)?.[0];
  for (const request of activity && activity !== WALK_IN ? await cache.keys() : []) {
    // One activity at a time: the form of another would be filled in by mistake.
    const other = new URL(request.url).pathname;
    const isAnother = other.startsWith("/log/") && !other.startsWith(WALK_IN) && other !== activity;
    if (isAnother && !other.startsWith(`${activity}/`)) await cache.delete(request);
  }
  await Promise.all([...new Set(assets)].map(async (asset) => (await cache.match(asset)) ?? cache.add(asset)));
  // Last, so that a page that is kept always has its scripts and style. Without its time, so that
  // the page's script knows it for a kept one; without the key to what is unsent, which is the session's.
  const bare = text.replace(/data-now="\d+"/, 'data-now=""').replace(/data-queue-private="[^"]*"/, "");
  await cache.put(path, new Response(bare, { headers: answer.headers }));
}

async function keepAll(paths) {
  await Promise.all(paths.map(async (path) => keep(await fetchPage(path)).catch(() => null)));
}

// What is kept under a path; of /log the form of the chosen activity.
async function kept(path) {
  const cache = await caches.open(NAME);
  if (path === "/log") {
    const pages = (await cache.keys()).map((request) => new URL(request.url).pathname).sort();
    const forms = pages.filter((page) => /^\/log\/[^/]+(\/new)?$/.test(page));
    const chosen = forms.find((page) => !page.startsWith(WALK_IN)) ?? forms.find((page) => page === WALK_IN);
    if (chosen) return Response.redirect(chosen);
  }
  // Of an activity that was written down on this phone the server may know nothing yet.
  const activity = path.match(A_PRINTED_CARD)?.[1], empty = activity ? `${activity}/new` : path;
  return (await cache.match(empty)) ?? (A_WALK_IN_CARD.test(empty) ? cache.match(`${WALK_IN}/new`) : undefined);
}

async function fromPhone(path) {
  const found = (await kept(path).catch(() => null)) ?? (await kept("/offline").catch(() => null));
  return found ?? new Response(LAST_RESORT, { status: 503, headers: { "content-type": "text/html; charset=utf-8" } });
}

async function answerPage(event) {
  const { request } = event, { pathname: path, searchParams } = new URL(request.url);
  // Whoever wants another activity is told that it takes a network, not shown the same one again.
  const pathname = path === "/log" && searchParams.has("choose") ? "/log?choose" : path;
  const canStandIn = Boolean(await kept(path).catch(() => null));
  const waitMs = Date.now() < silentUntil ? WAIT_AFTER_SILENCE_MS : WAIT_MS;
  try {
    const page = await fetchPage(request, canStandIn ? waitMs : undefined);
    silentUntil = 0;
    const { answer, text } = page;
    if (canStandIn && answer.status >= 500) return await fromPhone(pathname);
    event.waitUntil(keep(page).catch(() => null));
    // A browser takes no followed redirect for a page.
    if (answer.redirected) return Response.redirect(answer.url);
    return text === null ? answer : new Response(text, { status: answer.status, headers: answer.headers });
  } catch (error) {
    if (error.name === "AbortError") silentUntil = Date.now() + SILENCE_MS;
    return fromPhone(pathname);
  }
}

async function answerStatic(request) {
  try {
    return (await caches.match(request)) ?? (await fetch(request));
  } catch {
    return Response.error();
  }
}

addEventListener("install", (event) => {
  skipWaiting();
  event.waitUntil(keepAll(["/offline"]));
});
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("message", (event) => event.waitUntil(keepAll([...ALWAYS, ...(event.data?.keep ?? [])]).then(() => event.source?.postMessage("kept"))));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "POST" && request.mode === "navigate") {
    // Sent before the page's script was there to keep it: going back, what was typed is still there.
    event.respondWith(fetch(request).catch(() => fromPhone("/offline")));
  }
  if (request.method !== "GET") return;
  if (request.mode === "navigate") event.respondWith(answerPage(event));
  else if (new URL(request.url).pathname.startsWith("/static/")) event.respondWith(answerStatic(request));
});
