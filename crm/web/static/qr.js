// Finds a QR code in a picture and reads it: three corner squares, the grid through them, fitted to
// what every code of its size shows, however it is turned or tilted. What it says is in qr-text.js.

import { pattern, textOf } from "./qr-text.js";

const BLOCK = 8, REACH = 3, LEAST_CONTRAST = 20, MOST_CORNERS = 10, MOST_TRIES = 6, VERSIONS = 40;
// How far a stripe of a corner square may be off, in parts of what it should be.
const OFF = 0.6;
// A grid that shows so little of what it should is no code; 1 is all of it.
const LEAST_FIT = 0.4, LEAST_START = 0.1, MOST_STARTS = 2;
// Points of a square that speak for it: its middle, and around it.
const ABOUT = [[0, 0], [0.22, 0.22], [-0.22, -0.22], [0.22, -0.22], [-0.22, 0.22]];

// ---- the picture: grey, softened, and where dark begins in each part of it

function greyOf({ data, width, height }) {
  const grey = new Float32Array(width * height);
  for (let at = 0; at < grey.length; at++) grey[at] = (2 * data[4 * at] + 5 * data[4 * at + 1] + data[4 * at + 2]) / 8;
  return { grey, width, height };
}

function halved({ grey, width, height }) {
  const wide = width >> 1, high = height >> 1, small = new Float32Array(wide * high);
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      const at = 2 * y * width + 2 * x;
      small[y * wide + x] = (grey[at] + grey[at + 1] + grey[at + width] + grey[at + width + 1]) / 4;
    }
  }
  return { grey: small, width: wide, height: high };
}

// Dark begins halfway between the lightest and the darkest nearby: paper is lit unevenly.
function edges({ grey, width, height }) {
  const wide = Math.ceil(width / BLOCK), high = Math.ceil(height / BLOCK), edge = new Float32Array(wide * high);
  const low = new Float32Array(wide * high).fill(255), top = new Float32Array(wide * high);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y >> 3) * wide + (x >> 3), value = grey[y * width + x];
      if (value < low[at]) low[at] = value;
      if (value > top[at]) top[at] = value;
    }
  }
  for (let y = 0; y < high; y++) {
    for (let x = 0; x < wide; x++) {
      let least = 255, most = 0;
      for (let j = Math.max(0, y - REACH); j <= Math.min(high - 1, y + REACH); j++) {
        for (let i = Math.max(0, x - REACH); i <= Math.min(wide - 1, x + REACH); i++) {
          least = Math.min(least, low[j * wide + i]);
          most = Math.max(most, top[j * wide + i]);
        }
      }
      edge[y * wide + x] = most - least < LEAST_CONTRAST ? -1 : (least + most) / 2;
    }
  }
  return { edge, wide };
}

// With `ink` for each point: 1 dark, 0 light.
function inked(picture) {
  const { grey, width, height } = picture, { edge, wide } = edges(picture), ink = new Uint8Array(grey.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) ink[y * width + x] = Number(grey[y * width + x] < edge[(y >> 3) * wide + (x >> 3)]);
  }
  return { ...picture, ink, edge, wide };
}

// ---- corners: stripes of 1 1 3 1 1, whichever way a line goes through the middle

function isCorner(runs) {
  const unit = runs.reduce((sum, run) => sum + run, 0) / 7;
  return unit >= 1 && runs.every((run, at) => Math.abs(run - (at === 2 ? 3 : 1) * unit) < OFF * unit * (at === 2 ? 1.5 : 1) + 0.5);
}

// The five runs through a point along a direction, and how far the middle lies from it; null at the rim.
function across({ ink, width, height }, colour, x, y, stepX, stepY) {
  const colourAt = (at) => {
    const i = Math.round(x + at * stepX), j = Math.round(y + at * stepY);
    return i < 0 || j < 0 || i >= width || j >= height ? -1 : Number(ink[j * width + i] === colour);
  };
  const ends = [1, -1].map((way) => {
    const stops = [];
    let at = 0;
    for (const isInk of [1, 0, 1]) {
      while (colourAt(at * way) === isInk) at++;
      if (!stops.length && at === 0) return null;
      stops.push(at);
      if (colourAt(at * way) === -1 && isInk !== 1) return null;
    }
    return stops;
  });
  if (!ends[0] || !ends[1]) return null;
  const [on, back] = ends, runs = [back[2] - back[1], back[1] - back[0], on[0] + back[0] - 1, on[1] - on[0], on[2] - on[1]];
  return { runs, middle: (on[0] - back[0]) / 2, length: on[2] + back[2] - 1 };
}

function cornersOf(picture, colour) {
  const { ink, width, height } = picture, corners = [];
  const check = (x, y) => {
    let at = { x, y }, length = 0;
    for (const [stepX, stepY] of [[0, 1], [1, 0], [0, 1]]) {
      const found = across(picture, colour, at.x, at.y, stepX, stepY);
      if (!found || !isCorner(found.runs)) return;
      at = { x: at.x + found.middle * stepX, y: at.y + found.middle * stepY };
      length += found.length / 3;
    }
    const known = corners.find((corner) => Math.hypot(corner.x - at.x, corner.y - at.y) < length / 3);
    if (!known) return void corners.push({ ...at, unit: length / 7, seen: 1 });
    const seen = known.seen + 1;
    for (const [name, value] of [["x", at.x], ["y", at.y], ["unit", length / 7]]) known[name] += (value - known[name]) / seen;
    known.seen = seen;
  };
  const runs = [0, 0, 0, 0, 0];
  for (let y = 0; y < height; y++) {
    runs.fill(0);
    let run = 0;
    for (let x = 0; x <= width; x++) {
      if (x < width && x > 0 && ink[y * width + x] === ink[y * width + x - 1]) { run++; continue; }
      runs.shift();
      runs.push(run);
      // The run that ended here was of the colour of the point before.
      if (x > 0 && runs[0] && ink[y * width + x - 1] === colour && isCorner(runs)) check(x - runs[4] - runs[3] - runs[2] / 2 - 0.5, y);
      run = 1;
    }
  }
  return corners.sort((one, other) => other.seen - one.seen).slice(0, MOST_CORNERS);
}

// Three corners as they belong: [top left, top right, bottom left], the likeliest first.
function triples(corners) {
  const found = [], sure = ({ seen, unit }) => Math.log(seen / unit), surest = Math.max(...corners.map(sure));
  for (const middle of corners) {
    for (const one of corners) {
      for (const other of corners) {
        if (one === middle || other === middle || one === other) continue;
        const a = { x: one.x - middle.x, y: one.y - middle.y }, b = { x: other.x - middle.x, y: other.y - middle.y };
        const long = Math.hypot(a.x, a.y), wide = Math.hypot(b.x, b.y), turn = (a.x * b.y - a.y * b.x) / (long * wide);
        // Each pair once, in the order of the clock: mirrored codes are read all the same.
        if (turn < 0.5) continue;
        const units = [middle.unit, one.unit, other.unit], spread = Math.log(Math.max(...units) / Math.min(...units));
        // What looks like a corner by chance does so in few lines.
        const rare = 3 * surest - sure(middle) - sure(one) - sure(other);
        const odd = 0.3 * rare + 2 * spread + Math.abs(Math.log(long / wide)) + Math.abs(a.x * b.x + a.y * b.y) / (long * wide);
        if (odd < 3 && long / Math.max(...units) > 8) found.push({ odd, three: [middle, one, other] });
      }
    }
  }
  return found.sort((one, other) => one.odd - other.odd).slice(0, MOST_TRIES);
}

// ---- the grid: from squares of the code to points of the picture

// The eight numbers of the projection that takes each `from` to its `to`.
function projection(from, to) {
  const rows = from.flatMap(([u, v], at) => {
    const [x, y] = to[at];
    return [[u, v, 1, 0, 0, 0, -u * x, -v * x, x], [0, 0, 0, u, v, 1, -u * y, -v * y, y]];
  });
  for (let at = 0; at < 8; at++) {
    let best = at;
    for (let row = at + 1; row < 8; row++) if (Math.abs(rows[row][at]) > Math.abs(rows[best][at])) best = row;
    [rows[at], rows[best]] = [rows[best], rows[at]];
    if (Math.abs(rows[at][at]) < 1e-12) return null;
    for (let row = 0; row < 8; row++) {
      const part = rows[row][at] / rows[at][at];
      if (row !== at && part) for (let column = at; column < 9; column++) rows[row][column] -= part * rows[at][column];
    }
  }
  return rows.map((row, at) => row[8] / row[at]);
}

function placed(grid, u, v) {
  const deep = grid[6] * u + grid[7] * v + 1;
  return [(grid[0] * u + grid[1] * v + grid[2]) / deep, (grid[3] * u + grid[4] * v + grid[5]) / deep];
}

// How much darker than its surroundings: above 0 is dark. Between points it is the mean of the four.
function darkness({ grey, edge, width, height, wide }, x, y) {
  if (!(x >= 0 && y >= 0 && x < width - 1 && y < height - 1)) return 0;
  const i = Math.floor(x), j = Math.floor(y), right = x - i, down = y - j, at = j * width + i, limit = edge[(j >> 3) * wide + (i >> 3)];
  const upper = grey[at] * (1 - right) + grey[at + 1] * right, lower = grey[at + width] * (1 - right) + grey[at + width + 1] * right;
  return (limit < 0 ? 0 : limit) - upper * (1 - down) - lower * down;
}

// Whether the picture has ink where the square lies; makes nothing that has to be swept up.
function isInk({ ink, width, height }, colour, grid, u, v) {
  const deep = grid[6] * u + grid[7] * v + 1;
  const i = Math.round((grid[0] * u + grid[1] * v + grid[2]) / deep), j = Math.round((grid[3] * u + grid[4] * v + grid[5]) / deep);
  return i >= 0 && j >= 0 && i < width && j < height && ink[j * width + i] === colour;
}

// Of what every code of this size shows, how much more is as it should be than not: -1 to 1.
function fit(picture, colour, grid, known) {
  let right = 0;
  for (let at = 0; at < known.length; at += 3) if (isInk(picture, colour, grid, known[at], known[at + 1]) === (known[at + 2] === 1)) right++;
  return (6 * right) / known.length - 1;
}

const KNOWN = new Map();

// Point after point: across, down, 1 for dark.
function knownOf(version) {
  if (!KNOWN.has(version)) {
    const size = 4 * version + 17, known = [];
    pattern(version).forEach((dark, at) => {
      for (const [right, down] of dark < 0 ? [] : ABOUT) known.push((at % size) + 0.5 + right, Math.floor(at / size) + 0.5 + down, dark);
    });
    KNOWN.set(version, Float64Array.from(known));
  }
  return KNOWN.get(version);
}

// Corner after corner is moved as long as the grid then shows more of what it should.
function fitted(picture, colour, { version, grid: start, best: first }) {
  const size = 4 * version + 17, from = cornersAt(size), known = knownOf(version), places = from.map(([u, v]) => placed(start, u, v));
  const unit = Math.hypot(places[1][0] - places[0][0], places[1][1] - places[0][1]) / (size - 7);
  let grid = start, best = first;
  for (const step of [1, 0.5, 0.25, 0.12]) {
    // The corners that were seen are nearly right; the fourth is a guess.
    for (const corner of [3, 3, 0, 1, 2]) {
      for (const axis of [0, 1]) {
        for (const way of [step, -step]) {
          const before = places[corner][axis];
          places[corner][axis] = before + way * unit * (corner === 3 ? 1 : 0.5);
          const moved = projection(from, places), now = moved ? fit(picture, colour, moved, known) : -1;
          if (now > best) [best, grid] = [now, moved];
          else places[corner][axis] = before;
        }
      }
    }
  }
  return { best, grid, size };
}

function cornersAt(size) {
  return [[3.5, 3.5], [size - 3.5, 3.5], [3.5, size - 3.5], [size - 3.5, size - 3.5]];
}

// Along two sides the lengths of their corners: [near the middle one, at the far end].
function lengthsOf(picture, colour, [middle, ...ends]) {
  return ends.map((end) => {
    const long = Math.hypot(end.x - middle.x, end.y - middle.y), step = [(end.x - middle.x) / long, (end.y - middle.y) / long];
    const [near, far] = [middle, end].map((from) => across(picture, colour, from.x, from.y, ...step)?.length ?? 7 * from.unit);
    return { long, near, far };
  });
}

// What is farther away is smaller: this tells where the fourth corner lies.
function fourth([middle, one, other], [right, down]) {
  const [wide, high] = [right, down].map(({ near, far }) => Math.sqrt(near / far)), all = wide + high - 1;
  return all < 0.2 ? null : ["x", "y"].map((axis) => (wide * one[axis] + high * other[axis] - middle[axis]) / all);
}

// Where the small square near the fourth corner may lie, the likeliest first; [u, v] from its guess.
function smallSquares(picture, colour, grid, size) {
  const reach = 2 + size / 12, found = [];
  for (let v = -reach; v <= reach; v += 0.5) {
    for (let u = -reach; u <= reach; u += 0.5) {
      let like = -0.1 * Math.hypot(u, v);
      for (let j = -2; j <= 2; j++) {
        for (let i = -2; i <= 2; i++) {
          like += isInk(picture, colour, grid, size - 6.5 + u + i, size - 6.5 + v + j) === (Math.max(Math.abs(i), Math.abs(j)) !== 1) ? 1 : -1;
        }
      }
      if (like >= 13) found.push({ like, u, v });
    }
  }
  const apart = [];
  for (const each of found.sort((one, other) => other.like - one.like)) {
    if (apart.length < 4 && apart.every(({ u, v }) => Math.hypot(u - each.u, v - each.v) > 1.5)) apart.push(each);
  }
  return apart.map(({ u, v }) => [u, v]);
}

// Sizes that the distance of the corners allows, the likeliest first.
function versionsOf(lengths) {
  const squares = lengths.map(({ long, near, far }) => (7 * long) / Math.sqrt(near * far)), guess = ((squares[0] + squares[1]) / 2 - 10) / 4;
  const near = Math.round(guess), step = guess > near ? 1 : -1;
  return [near, near + step, near - step, near + 2 * step].filter((version) => version >= 1 && version <= VERSIONS);
}

function gridOf(picture, colour, three) {
  const lengths = lengthsOf(picture, colour, three), last = fourth(three, lengths), starts = [];
  if (!last) return null;
  const places = three.map(({ x, y }) => [x, y]);
  for (const version of versionsOf(lengths)) {
    const size = 4 * version + 17, from = cornersAt(size), guess = projection(from, [...places, last]);
    if (!guess) continue;
    const small = version > 1 ? smallSquares(picture, colour, guess, size) : [];
    const seen = small.map(([u, v]) => projection([...from.slice(0, 3), [size - 6.5, size - 6.5]], [...places, placed(guess, size - 6.5 + u, size - 6.5 + v)]));
    for (const grid of [guess, ...seen].filter(Boolean)) starts.push({ version, grid, best: fit(picture, colour, grid, knownOf(version)) });
  }
  const likely = starts.sort((one, other) => other.best - one.best).slice(0, MOST_STARTS).filter(({ best }) => best > LEAST_START);
  const found = likely.map((start) => fitted(picture, colour, start)).sort((one, other) => other.best - one.best)[0];
  return found?.best > LEAST_FIT ? found : null;
}

// Where the light has run into the dark, each square is told from its neighbours.
function textIn(picture, sign, { grid, size }) {
  const dark = new Float32Array(size * size);
  for (let at = 0; at < dark.length; at++) {
    for (const [right, down] of ABOUT) {
      dark[at] += sign * darkness(picture, ...placed(grid, (at % size) + 0.5 + right, Math.floor(at / size) + 0.5 + down));
    }
  }
  for (const sharp of [0, 0.6, 1.5]) {
    const squares = Array.from(dark, (value, at) => {
      const x = at % size, beside = [x > 0 ? dark[at - 1] : value, x < size - 1 ? dark[at + 1] : value, dark[at - size] ?? value, dark[at + size] ?? value];
      return Number(value + sharp * (value - beside.reduce((sum, each) => sum + each, 0) / 4) > 0);
    });
    const text = textOf(squares, size);
    if (text !== null) return text;
  }
  return null;
}

// The text of a code in the picture (as a canvas gives its points), or null.
export function read(image) {
  const whole = greyOf(image);
  for (const picture of [halved(whole), whole]) {
    const seen = inked(picture);
    for (const colour of [1, 0]) {
      for (const { three } of triples(cornersOf(seen, colour))) {
        const found = gridOf(seen, colour, three), text = found && textIn(seen, colour ? 1 : -1, found);
        if (text !== null) return text;
      }
    }
  }
  return null;
}
