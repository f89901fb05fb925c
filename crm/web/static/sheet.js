// The sheet in the page: a file that was picked or dropped is looked at without a further tap, and
// what was mended in its cells is not left behind by a slip of the finger.

const drop = document.querySelector("form[data-drop]"), grid = document.querySelector("form[data-sheet]");
const look = drop?.querySelector("button");

if (drop) {
  const field = drop.querySelector("input[type=file]");
  const over = (is) => drop.classList.toggle("over", is);
  field.addEventListener("change", () => field.files.length && drop.requestSubmit(look));
  for (const kind of ["dragenter", "dragover"]) {
    document.addEventListener(kind, (event) => { event.preventDefault(); over(true); });
  }
  document.addEventListener("dragleave", () => over(false));
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    if (!event.dataTransfer.files.length) return;
    field.files = event.dataTransfer.files;
    drop.requestSubmit(look);
  });
}

if (grid) {
  let isTyped = false;
  grid.addEventListener("input", () => { isTyped = true; });
  grid.addEventListener("submit", () => { isTyped = false; });
  addEventListener("beforeunload", (event) => isTyped && event.preventDefault());
}
