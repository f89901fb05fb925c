// The checks of the phone's form, on the phone itself: what cannot be is wrong, what is odd is asked
// about once. The fields are described by the server (crm/web/view/form_fields.py), in the form's own
// attribute, so that both check the same; a test compares the two.

const narrow = (text) => text.normalize("NFKC").trim();

function whole(about, text) {
  const found = narrow(text).match(new RegExp(`^(?:${about.patterns.whole})$`, "iu"));
  return found ? Number(found[1]) : null;
}

function fen(about, text) {
  const found = narrow(text).match(new RegExp(`^(?:${about.patterns.yuan})$`, "u"));
  return found ? Number(found[1].replaceAll(",", "")) * 100 + Number((found[2] ?? "").padEnd(2, "0")) : null;
}

function isDay(year, month, date) {
  const found = new Date(Date.UTC(year, month - 1, date));
  return found.getUTCMonth() === month - 1 && found.getUTCDate() === date;
}

// The digits of what was written, YYYY or YYYYMMDD; null where it cannot be read as a birth.
function birth(about, text) {
  const day = narrow(text).match(new RegExp(`^(?:${about.patterns.day})$`, "u"));
  if (day) {
    const [year, month, date] = day.slice(1).filter(Boolean);
    return isDay(Number(year), Number(month), Number(date)) ? year + month.padStart(2, "0") + date.padStart(2, "0") : null;
  }
  const found = narrow(text).match(new RegExp(`^(?:${about.patterns.year})$`, "u"));
  return found && Number(found[1]) >= about.earliest ? found[1] : null;
}

function isMobile(text) {
  const digits = narrow(text).replace(/[^0-9]/g, "").replace(/^86(?=1[0-9]{10}$)/, "");
  return /^1[3-9][0-9]{9}$/.test(digits);
}

// With the right check character, and not against what was written beside it.
function isIdNumber(text, born, sex) {
  const said = narrow(text).toUpperCase();
  if (!/^[0-9]{17}[0-9X]$/.test(said)) return false;
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const sum = weights.reduce((total, weight, at) => total + weight * Number(said[at]), 0);
  const [year, month, date] = [said.slice(6, 10), said.slice(10, 12), said.slice(12, 14)].map(Number);
  if ("10X98765432"[sum % 11] !== said[17] || !isDay(year, month, date)) return false;
  if (sex && (Number(said[16]) % 2 ? "male" : "female") !== sex) return false;
  return !born || said.slice(6, 14).startsWith(born);
}

const yuan = (amount) => (amount / 100).toFixed(2).replace(/\.00$/, "");
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// read: the text of a field, empty where it is missing or not ticked.
// extra: whether the person is new, what they said of readings before ("yes", "no" or nothing), signed.
export function look(about, read, { isNew, health, isSigned }) {
  const faults = [], doubts = [], { say } = about;
  const ask = (code, field, text, values = {}) => doubts.push([code, field, filled(text, values)]);
  if (isNew && !read("name")) faults.push(["name", say.name]);
  const isId = () => isIdNumber(read("id_number"), birth(about, read("born")), read("sex"));
  if (isNew && read("id_number") && !isId()) ask("id_number_unverified", "id_number", say.id_number);
  if (isNew && read("phone") && !isMobile(read("phone"))) ask("phone_unusual", "phone", say.phone);
  for (const [name, field] of Object.entries(about.fields)) {
    const text = read(name);
    if ((field.under && !read(field.under)) || (name === "born" && !isNew)) continue;
    const isWanted = about.wanted.includes(field.kind) && (field.under || (name === "gift_value" && read("gift_item")));
    if (!text && !isWanted) continue;
    if (!text) {
      faults.push([name, field.missing]);
      continue;
    }
    if (field.kind === "whole") {
      const number = whole(about, text);
      if (number === null || number < field.least || number > field.most) faults.push([name, field.fault]);
      else if (field.usual && (number < field.usual[0] || number > field.usual[1])) ask(`odd:${name}`, name, say.odd, { ...field, value: number });
    } else if (field.kind === "yuan" && fen(about, text) === null) faults.push([name, field.fault]);
    else if (field.kind === "born") {
      const digits = birth(about, text), year = Number(digits?.slice(0, 4));
      if (digits === null || digits > about.today.slice(0, digits.length)) faults.push([name, field.fault]);
      else if (year < about.years[0] || year > about.years[1]) ask("odd:born", name, say.born, { value: year });
    }
  }
  if (read("referral") && about.closed_members.includes(narrow(read("member")))) faults.push(["member", say.member_closed]);
  lookAcross(about, read, ask, isSigned);
  lookAtHealth(about, read, faults, ask, health);
  return { faults, doubts };
}

// What several fields say together.
function lookAcross(about, read, ask, isSigned) {
  const { say } = about, [more, less] = [whole(about, read("systolic_mmhg")), whole(about, read("diastolic_mmhg"))];
  if (more !== null && less !== null && more <= less) ask("pair:pressure", "systolic_mmhg", say.pair, { more, less });
  const price = fen(about, read("price")), list = about.prices[read("purchase_sku")];
  if (read("purchase") && price !== null && list && Math.abs(price - list) > list * about.price_may_differ) {
    ask("odd:price", "price", say.price, { price: yuan(price), list: yuan(list) });
  }
  for (const [tick, sentence] of Object.entries(about.unticked)) {
    const typed = Object.keys(about.fields).find((name) => about.fields[name].under === tick && read(name));
    if (typed && !read(tick)) ask(`unticked:${tick}`, typed, sentence);
  }
  const agreed = about.purposes.some((purpose) => read(`consent_${purpose}`));
  const method = read("method") || "screen", byScreen = agreed && method === "screen";
  if (read("refused_archive") && about.purposes.some((purpose) => purpose !== "archive" && read(`consent_${purpose}`))) ask("no_archive", "refused_archive", say.no_archive);
  if (isSigned && !(agreed && about.with_evidence.includes(method))) ask("unticked:consent", "signature", say.signed_alone);
  if (byScreen && !isSigned) ask("unsigned", "signature", say.unsigned);
  const isOwn = ["", "self"].includes(read("by")), giver = read("giver_name");
  if (giver && (isOwn || !agreed)) ask("giver_unsaid", "giver_name", say.giver_unsaid);
  if (agreed && !isOwn && !giver) ask("giver_unnamed", "giver_name", say.giver_unnamed);
}

// A reading is not kept against a no; where nothing was said, it is asked about.
function lookAtHealth({ readings, say }, read, faults, ask, health) {
  const reading = readings.find(read), isTold = faults.some(([field]) => field === reading);
  if (!reading || read("consent_health")) return;
  if (read("refused_health") || health === "no") {
    if (!isTold) faults.push([reading, read("refused_health") ? say.health_refused : say.health_closed]);
  } else if (!health) ask("no_health_consent", "systolic_mmhg", say.health);
}

function reader(form) {
  const data = new FormData(form);
  return (name) => (data.get(name) ?? "").trim();
}

// ---- on the page

function beside(form, field, sentence, kind) {
  const place = form.elements[field], input = place?.type === "hidden" ? form.querySelector("canvas") : place;
  if (!input?.closest) return;
  for (let around = input.closest("details"); around; around = around.parentElement.closest("details")) around.open = true;
  const note = document.createElement("p");
  const told = input.parentElement.querySelectorAll("[data-check]").length;
  Object.assign(note, { className: kind, id: `${field}-check${told || ""}`, textContent: sentence });
  note.dataset.check = "";
  input.before(note);
  input.setAttribute("aria-describedby", `${told ? input.getAttribute("aria-describedby") : ""} ${note.id}`.trim());
  if (kind === "fault") input.setAttribute("aria-invalid", "true");
}

function summary(form, heading, sentences, kind) {
  const note = document.createElement("div"), strong = document.createElement("strong"), list = document.createElement("ul");
  note.className = `note ${kind}`;
  note.dataset.check = "";
  note.tabIndex = -1;
  note.setAttribute("role", "alert");
  strong.textContent = heading;
  list.append(...sentences.map((sentence) => Object.assign(document.createElement("li"), { textContent: sentence })));
  note.append(strong, list);
  form.before(note);
  note.focus();
  note.scrollIntoView({ block: "center" });
}

// Whether the form may go: nothing is wrong, and what is odd was asked about before.
export function mayGo(form) {
  if (!form.dataset.checks) return true;
  const about = JSON.parse(form.dataset.checks), read = reader(form);
  for (const old of form.parentElement.querySelectorAll("[data-check], .note[role=alert], .fault, .doubt")) old.remove();
  for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  const isNew = Boolean(form.elements.name), isSigned = Boolean(read("signature"));
  const { faults, doubts } = look(about, read, { isNew, health: form.dataset.health, isSigned });
  const isSaid = [...form.elements].some((each) => (each.type === "checkbox" || each.type === "radio" ? each.checked : each.matches("input:not([type=hidden]), select[name=complaint_kind]") && each.value.trim()));
  if (!isSaid) faults.push([null, about.say.nothing_said]);
  const asked = new Set(read("asked").split(" ").filter(Boolean)), news = doubts.filter(([code]) => !asked.has(code));
  for (const [field, sentence] of faults) if (field) beside(form, field, sentence, "fault");
  for (const [, field, sentence] of news) beside(form, field, sentence, "doubt");
  if (!faults.length && !news.length) return true;
  form.elements.asked.value = [...asked, ...news.map(([code]) => code)].join(" ");
  const told = [...faults.map(([, sentence]) => sentence), ...news.map(([, , sentence]) => sentence)];
  summary(form, faults.length ? about.say.mend : about.say.again, told, faults.length ? "wrong" : "waiting");
  return false;
}
