// Signing in with the camera (qr.js reads what it sees), or by a number that is typed.
// Each answer has a colour, a sound and a sentence. Without network those are found who are likely
// to come, and an empty card is written on the phone.

import { rowsOf } from "./expected.js";
import { wireForms } from "./forms.js";

const LOOK_MS = 200, LOOKED_AT_PX = 800, SAME_MS = 4000, WAIT_MS = 8000, CARD = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
// Hertz and seconds, one after the other.
const SOUNDS = { good: [[880, 0.12]], waiting: [[620, 0.1], [620, 0.1]], wrong: [[200, 0.4]] };
const form = document.querySelector("form[data-scan-code]"), video = document.querySelector("[data-camera]");
const button = document.querySelector("[data-open-camera]"), place = document.getElementById("scanned");
let audio = null, isBusy = false, last = "", lastAt = 0;

function sound(tone) {
  if (!audio || !SOUNDS[tone]) return;
  let at = audio.currentTime;
  for (const [hertz, seconds] of SOUNDS[tone]) {
    const tune = audio.createOscillator();
    tune.frequency.value = hertz;
    tune.connect(audio.destination);
    tune.start(at);
    tune.stop(at + seconds);
    at += seconds + 0.08;
  }
  if (tone === "wrong") navigator.vibrate?.(200);
}

function show(...nodes) {
  place.replaceChildren(...nodes);
  wireForms(place);
  sound(place.querySelector("[data-tone]")?.dataset.tone);
}

function told(tone, sentence, ...more) {
  const section = document.createElement("section"), heading = document.createElement("h2");
  section.className = `receipt ${tone}`;
  section.dataset.tone = tone;
  heading.textContent = `${tone === "wrong" ? "✕" : "!"} ${sentence}`;
  section.append(heading, ...more);
  return section;
}

async function withoutNetwork(code) {
  const card = code.match(CARD)?.[0].toLowerCase(), rows = await rowsOf(card ?? code);
  if (rows.length) {
    const list = document.createElement("ul");
    list.className = "rows big";
    list.append(...rows);
    return show(list);
  }
  const way = document.createElement("a");
  Object.assign(way, { className: "button", href: form.action.replace(/\/scan$/, `/card/${card}`), textContent: form.dataset.write });
  show(told("waiting", form.dataset.noNetwork, ...(card ? [way] : [])));
}

async function send(code) {
  isBusy = true;
  [last, lastAt] = [code, Date.now()];
  form.elements.code.value = code;
  form.elements.form_id.value = crypto.randomUUID();
  try {
    const body = new URLSearchParams(new FormData(form));
    const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(WAIT_MS) });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html"), found = page.getElementById("scanned");
    if (new URL(answer.url).pathname === "/sign-in") location.assign(`/sign-in?to=${location.pathname}`);
    else if (found) show(...found.childNodes);
    else show(told("wrong", page.title));
  } catch {
    await withoutNetwork(code);
  } finally {
    form.elements.code.value = "";
    lastAt = Date.now();
    isBusy = false;
  }
}

async function watch(read) {
  const canvas = document.createElement("canvas"), drawing = canvas.getContext("2d", { willReadFrequently: true });
  const look = () => {
    const { videoWidth: wide, videoHeight: high } = video, scale = Math.min(1, LOOKED_AT_PX / Math.max(wide, high));
    if (!wide) return null;
    const size = [Math.round(wide * scale), Math.round(high * scale)];
    [canvas.width, canvas.height] = size;
    drawing.drawImage(video, 0, 0, ...size);
    return read(drawing.getImageData(0, 0, ...size));
  };
  while (video.isConnected) {
    const found = isBusy ? null : look(), isAgain = found === last && Date.now() - lastAt < SAME_MS;
    if (found && !isAgain) await send(found);
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
  for (const track of video.srcObject.getTracks()) track.stop();
}

async function openCamera() {
  // Only a tap lets a page make a sound.
  audio ??= new AudioContext();
  const wanted = { facingMode: "environment", width: { ideal: 1280 } };
  // A second tap before the camera stands would take it from the first.
  button.disabled = true;
  try {
    // As heavy as the page: loaded by whoever opens the camera alone.
    const { read } = await import("./qr.js");
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: wanted });
    video.hidden = false;
    await video.play();
    button.hidden = true;
    watch(read);
  } catch {
    show(told("wrong", form.dataset.noCamera));
  } finally {
    button.disabled = false;
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (!isBusy && form.elements.code.value.trim()) send(form.elements.code.value.trim());
});
button.addEventListener("click", openCamera);
button.hidden = !navigator.mediaDevices;
document.body.dataset.scanReady = "";
