// A page of something that goes on by itself: its parts are brought up to date while one looks.

const EVERY_MS = 3000, WAIT_MS = 8000;

async function lookAgain() {
  const answer = await fetch(location.href, { signal: AbortSignal.timeout(WAIT_MS) });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const now = page.querySelector(`[data-live="${part.dataset.live}"]`);
    if (now && now.innerHTML !== part.innerHTML) part.innerHTML = now.innerHTML;
  }
  if (!page.querySelector("[data-under-way]")) document.querySelector("[data-under-way]")?.removeAttribute("data-under-way");
}

async function watch() {
  // Without network it is tried again; what stands there stays.
  if (!document.hidden) await lookAgain().catch(() => null);
  if (document.querySelector("[data-under-way]")) setTimeout(watch, EVERY_MS);
}

setTimeout(watch, EVERY_MS);
