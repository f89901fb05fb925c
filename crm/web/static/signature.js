// Signing on the phone's glass: what is drawn becomes a picture in the form's own field, and goes
// the way of every other field, also without network. Listens on the document, so that a form that
// comes back with a fault can be signed too.

const INK = "#14120f", LINE = 4;
let drawn = null;

function at(canvas, event) {
  const box = canvas.getBoundingClientRect();
  return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
}

function fieldOf(canvas) {
  return canvas.closest("[data-sign]").querySelector("input[name=signature]");
}

function show(canvas, text) {
  fieldOf(canvas).value = text;
  canvas.closest("[data-sign]").querySelector("[data-signed]").hidden = !text;
}

document.documentElement.dataset.canSign = "";
// Another way of consenting is proved by another thing: a drawing, a photograph of paper, or nothing.
document.addEventListener("change", (event) => {
  if (event.target.name !== "method" || !event.target.form?.querySelector("[data-by]")) return;
  const canvas = event.target.form.querySelector("canvas[data-signature]");
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  delete canvas.dataset.begun;
  event.target.form.querySelector("[data-scan]").value = "";
  show(canvas, "");
});
document.addEventListener("pointerdown", (event) => {
  if (!event.target.matches?.("canvas[data-signature]")) return;
  const canvas = event.target;
  const pen = canvas.getContext("2d");
  if (!fieldOf(canvas).value || !canvas.dataset.begun) {
    // White paper, so that the picture is the same in the dark.
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    canvas.dataset.begun = "yes";
  }
  Object.assign(pen, { strokeStyle: INK, lineWidth: LINE, lineCap: "round", lineJoin: "round" });
  pen.beginPath();
  pen.moveTo(...at(canvas, event));
  canvas.setPointerCapture(event.pointerId);
  drawn = canvas;
});
document.addEventListener("pointermove", (event) => {
  if (!drawn) return;
  const pen = drawn.getContext("2d");
  pen.lineTo(...at(drawn, event));
  pen.stroke();
});
for (const end of ["pointerup", "pointercancel"]) {
  document.addEventListener(end, () => {
    if (drawn) show(drawn, drawn.toDataURL("image/png"));
    drawn = null;
  });
}
document.addEventListener("click", (event) => {
  const canvas = event.target.closest?.("[data-sign-again]")?.closest("[data-sign]").querySelector("canvas");
  if (!canvas) return;
  canvas.getContext("2d").clearRect(0, 0, canvas.width, canvas.height);
  delete canvas.dataset.begun;
  show(canvas, "");
});

// A photograph of signed paper is made small enough for a form: nobody reads more of it.

const LONGEST_SIDE = 1200, LARGEST_FIELD = 390000, QUALITIES = [0.8, 0.6, 0.4, 0.2];

document.addEventListener("change", async (event) => {
  const input = event.target.closest?.("input[type=file][data-scan]");
  if (!input?.files.length) return;
  const canvas = input.closest("[data-sign]").querySelector("canvas");
  const picture = await createImageBitmap(input.files[0]);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  const small = document.createElement("canvas");
  small.width = Math.round(picture.width * scale);
  small.height = Math.round(picture.height * scale);
  small.getContext("2d").drawImage(picture, 0, 0, small.width, small.height);
  const found = QUALITIES.map((quality) => small.toDataURL("image/jpeg", quality)).find((url) => url.length < LARGEST_FIELD);
  show(canvas, found ?? "");
});
