// What the squares of a QR code say (ISO/IEC 18004:2015). What is damaged is mended or not read: a
// block with more faults than the standard allows to be mended is nothing.

// By version 1 to 40; the levels in the order of their two bits: M, L, H, Q.
const FIX = [
  [10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22, 24, 24, 28, 28, 26, 26, 26, 26, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28],
  [7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26, 30, 22, 24, 28, 30, 28, 28, 28, 28, 30, 30, 26, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
  [17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22, 24, 24, 30, 28, 28, 26, 28, 30, 24, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
  [13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24, 20, 30, 24, 28, 28, 26, 30, 28, 30, 30, 30, 30, 28, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30, 30],
];
const BLOCKS = [
  [1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9, 9, 10, 10, 11, 13, 14, 16, 17, 17, 18, 20, 21, 23, 25, 26, 28, 29, 31, 33, 35, 37, 38, 40, 43, 45, 47, 49],
  [1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4, 4, 6, 6, 6, 6, 7, 8, 8, 9, 9, 10, 12, 12, 12, 13, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 24, 25],
  [1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16, 16, 18, 16, 19, 21, 25, 25, 25, 34, 30, 32, 35, 37, 40, 42, 45, 48, 51, 54, 57, 60, 63, 66, 70, 74, 77, 81],
  [1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12, 16, 12, 17, 16, 18, 21, 20, 23, 23, 25, 27, 29, 34, 34, 35, 38, 40, 43, 45, 48, 51, 53, 56, 59, 62, 65, 68],
];
// The smallest codes mend less than they could, so that they are not read wrong (table 9).
const MENDED_LESS = { "1 0": 4, "1 1": 2, "2 1": 4 };
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];
const FORMAT_FAULTS = 3, SIGNS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const NUMBERS = 1, LETTERS = 2, PART = 3, GS1 = 5, BYTES = 4, CHARSET = 7, KANJI = 8, GS1_OF = 9;
const COUNT_BITS = { [NUMBERS]: [10, 12, 14], [LETTERS]: [9, 11, 13], [BYTES]: [8, 16, 16], [KANJI]: [8, 10, 12] };

// ---- which squares say nothing of the text: they are there to be found

// Where the middles of the small squares lie, in either direction.
function alignments(version) {
  if (version === 1) return [];
  const count = Math.floor(version / 7) + 2, places = [6];
  const step = 2 * Math.floor((8 * version + 3 * count + 5) / (4 * count - 4));
  for (let at = 4 * version + 10; places.length < count; at -= step) places.splice(1, 0, at);
  return places;
}

// Of each square 1 dark, 0 light, or -1: of the text, the format or the version.
export function pattern(version) {
  const size = 4 * version + 17, told = new Int8Array(size * size).fill(-1);
  const set = (x, y, isDark) => { if (x >= 0 && y >= 0 && x < size && y < size) told[y * size + x] = Number(isDark); };
  const square = (atX, atY, reach, light) => {
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) set(atX + x, atY + y, !light.includes(Math.max(Math.abs(x), Math.abs(y))));
    }
  };
  for (let at = 8; at < size - 8; at++) { set(at, 6, at % 2 === 0); set(6, at, at % 2 === 0); }
  const places = alignments(version), last = size - 7;
  for (const x of places) {
    for (const y of places) if (!((x === 6 && (y === 6 || y === last)) || (x === last && y === 6))) square(x, y, 2, [1]);
  }
  for (const [x, y] of [[3, 3], [size - 4, 3], [3, size - 4]]) square(x, y, 4, [2, 4]);
  return told;
}

function isKept(told, size, version, x, y) {
  const isFormat = (x === 8 && (y < 9 || y >= size - 8)) || (y === 8 && (x < 9 || x >= size - 8));
  const isVersion = version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11));
  return isFormat || isVersion || told[y * size + x] >= 0;
}

// ---- level and mask, said twice

const FORMATS = Array.from({ length: 32 }, (_, said) => {
  let rest = said << 10;
  for (let bit = 14; bit >= 10; bit--) if (rest & (1 << bit)) rest ^= 0x537 << (bit - 10);
  return ((said << 10) | rest) ^ 0x5412;
});

function bitsOf(count) {
  let ones = 0;
  for (let rest = count; rest; rest &= rest - 1) ones++;
  return ones;
}

function formatOf(dark, size) {
  const near = [...[0, 1, 2, 3, 4, 5, 7, 8].map((y) => dark(8, y)), ...[7, 5, 4, 3, 2, 1, 0].map((x) => dark(x, 8))];
  const far = Array.from({ length: 15 }, (_, at) => (at < 8 ? dark(size - 1 - at, 8) : dark(8, size - 15 + at)));
  let found = null, least = FORMAT_FAULTS + 1;
  for (const word of [near, far].map((bits) => bits.reduce((sum, bit, at) => sum | (bit << at), 0))) {
    FORMATS.forEach((format, said) => {
      const faults = bitsOf(format ^ word);
      if (faults < least) [found, least] = [{ level: said >> 3, mask: MASKS[said & 7] }, faults];
    });
  }
  return found;
}

// ---- Reed and Solomon's code over 256 numbers

const POWER = new Uint8Array(510), LOG = new Uint8Array(256);
for (let at = 0, value = 1; at < 255; at++) {
  POWER[at] = POWER[at + 255] = value;
  LOG[value] = at;
  value = (value << 1) ^ (value > 127 ? 0x11d : 0);
}
const times = (one, other) => (one && other ? POWER[LOG[one] + LOG[other]] : 0);
const over = (one, other) => (one ? POWER[LOG[one] + 255 - LOG[other]] : 0);
// Of a polynomial, lowest power first.
const valueAt = (terms, x) => terms.reduceRight((sum, term) => times(sum, x) ^ term, 0);

function syndromes(block, fix) {
  return Array.from({ length: fix }, (_, power) => block.reduce((sum, byte) => times(sum, POWER[power]) ^ byte, 0));
}

// The polynomial whose roots are the places of the faults (Berlekamp and Massey).
function locator(found) {
  let terms = [1], before = [1], faults = 0, gap = 1, last = 1;
  found.forEach((syndrome, at) => {
    let off = syndrome;
    for (let each = 1; each <= faults; each++) off ^= times(terms[each] ?? 0, found[at - each]);
    if (!off) return void gap++;
    const older = terms, factor = over(off, last);
    terms = Array.from({ length: Math.max(terms.length, before.length + gap) }, (_, each) => (older[each] ?? 0) ^ times(factor, before[each - gap] ?? 0));
    if (2 * faults > at) return void gap++;
    [faults, before, last, gap] = [at + 1 - faults, older, off, 1];
  });
  return { terms, faults };
}

// In place; false when there are more faults than may be mended.
function mend(block, fix, most) {
  const found = syndromes(block, fix);
  if (found.every((each) => each === 0)) return true;
  const { terms, faults } = locator(found);
  if (faults > most) return false;
  const product = found.map((_, at) => found.slice(0, at + 1).reduce((sum, each, low) => sum ^ times(each, terms[at - low] ?? 0), 0));
  const slope = terms.slice(1).map((term, power) => (power % 2 ? 0 : term));
  let mended = 0;
  block.forEach((byte, at) => {
    const x = POWER[block.length - 1 - at], root = POWER[255 - LOG[x]];
    if (valueAt(terms, root) !== 0) return;
    block[at] = byte ^ over(times(x, valueAt(product, root)), valueAt(slope, root));
    mended++;
  });
  return mended === faults && syndromes(block, fix).every((each) => each === 0);
}

// ---- squares to bytes, bytes to text

function bytesOf(dark, size, version, mask) {
  const told = pattern(version), bytes = [];
  let byte = 0, bits = 0;
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    for (let step = 0; step < size; step++) {
      const y = (right + 1) & 2 ? step : size - 1 - step;
      for (const x of [right, right - 1]) {
        if (isKept(told, size, version, x, y)) continue;
        byte = (byte << 1) | (dark(x, y) ^ Number(mask(x, y) === 0));
        if (++bits % 8 === 0) { bytes.push(byte); byte = 0; }
      }
    }
  }
  return bytes;
}

// The text's own bytes, mended; null when they cannot be.
function mendedBytes(bytes, version, level) {
  const fix = FIX[level][version - 1], count = BLOCKS[level][version - 1], short = Math.floor(bytes.length / count);
  const shorter = count - (bytes.length % count), blocks = Array.from({ length: count }, () => []);
  let at = 0;
  for (let row = 0; row <= short - fix; row++) {
    blocks.forEach((block, each) => { if (row < short - fix || each >= shorter) block.push(bytes[at++]); });
  }
  for (let row = 0; row < fix; row++) for (const block of blocks) block.push(bytes[at++]);
  const most = MENDED_LESS[`${version} ${level}`] ?? Math.floor(fix / 2);
  if (!blocks.every((block) => mend(block, fix, most))) return null;
  return blocks.flatMap((block) => block.slice(0, -fix));
}

function decoded(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(new Uint8Array(bytes));
  } catch {
    return new TextDecoder("latin1").decode(new Uint8Array(bytes));
  }
}

class TooShort extends Error {}

function written(bytes, version) {
  let at = 0;
  const left = () => 8 * bytes.length - at;
  const take = (count) => {
    if (count > left()) throw new TooShort();
    let value = 0;
    for (const end = at + count; at < end; at++) value = (value << 1) | ((bytes[at >> 3] >> (7 - (at & 7))) & 1);
    return value;
  };
  const size = version < 10 ? 0 : version < 27 ? 1 : 2, sign = (code) => SIGNS[code] ?? "�";
  let text = "";
  while (left() >= 4) {
    const mode = take(4);
    if (mode === 0) break;
    // A part of a longer message is not the message.
    if (mode === PART) return null;
    if (mode === GS1) continue;
    if (mode === GS1_OF) { take(8); continue; }
    if (mode === CHARSET) { const lead = take(8); take(lead < 128 ? 0 : lead < 192 ? 8 : 16); continue; }
    if (!COUNT_BITS[mode]) return null;
    let count = take(COUNT_BITS[mode][size]);
    if (mode === NUMBERS) {
      for (; count > 0; count -= 3) text += String(take([0, 4, 7][count] ?? 10)).padStart(Math.min(count, 3), "0");
    } else if (mode === LETTERS) {
      for (; count > 1; count -= 2) { const pair = take(11); text += sign(Math.floor(pair / 45)) + sign(pair % 45); }
      if (count) text += sign(take(6));
    } else if (mode === BYTES) {
      text += decoded(Array.from({ length: count }, () => take(8)));
    } else {
      const pairs = Array.from({ length: count }, () => { const code = take(13), pair = Math.floor(code / 192) * 256 + (code % 192); return pair + (pair < 0x1f00 ? 0x8140 : 0xc140); });
      text += new TextDecoder("shift_jis").decode(new Uint8Array(pairs.flatMap((pair) => [pair >> 8, pair & 255])));
    }
  }
  return text;
}

// `squares`: row by row, 1 is dark. Null when they say nothing that is whole. Seen from behind, or in
// a mirror, a code says the same.
export function textOf(squares, size) {
  const dark = (x, y) => squares[y * size + x];
  return textSeen(dark, size) ?? textSeen((x, y) => dark(y, x), size);
}

function textSeen(dark, size) {
  const version = (size - 17) / 4, format = formatOf(dark, size);
  if (!format) return null;
  const bytes = mendedBytes(bytesOf(dark, size, version, format.mask), version, format.level);
  try {
    return bytes && written(bytes, version);
  } catch (error) {
    if (error instanceof TooShort) return null;
    throw error;
  }
}
