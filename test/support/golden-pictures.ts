/**
 * Pictures and distortions for golden scores: integers only, so that every
 * machine makes the same bytes. The hashes in `data/ssimulacra2-golden.json`
 * hold them in place.
 */

/** RGB bytes of one picture. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

const clampByte = (v: number) => Math.max(0, Math.min(255, v));

/** Pseudo-random bytes: a linear congruence modulo 2^32, its upper eight bits. */
function bytesFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
}

function paint(
  width: number,
  height: number,
  at: (x: number, y: number, c: number) => number,
): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++) for (let c = 0; c < 3; c++) data[i++] = at(x, y, c);
  }
  return { width, height, data };
}

/** Random values on a grid of `cell` pixels, bilinear between. */
function valueNoise(width: number, height: number, cell: number, seed: number) {
  const across = Math.floor(width / cell) + 2;
  const down = Math.floor(height / cell) + 2;
  const next = bytesFrom(seed);
  const grid = Array.from({ length: across * down }, next);
  return (x: number, y: number) => {
    const [column, row] = [Math.floor(x / cell), Math.floor(y / cell)];
    const [right, below] = [x - column * cell, y - row * cell];
    const at = row * across + column;
    const upper = grid[at]! * (cell - right) + grid[at + 1]! * right;
    const lower = grid[at + across]! * (cell - right) + grid[at + across + 1]! * right;
    return Math.floor((upper * (cell - below) + lower * below) / (cell * cell));
  };
}

/** Three octaves of colored noise: soft clouds with fine grain. */
function noise(width: number, height: number): Picture {
  const octaves = [0, 1, 2].map((c) => [
    valueNoise(width, height, 64, 11 + c),
    valueNoise(width, height, 16, 21 + c),
    valueNoise(width, height, 4, 31 + c),
  ]);
  const octave = (c: number, i: number) => octaves[c]![i]!;
  return paint(width, height, (x, y, c) => {
    const shared = octave(1, 0)(x, y) * 4 + octave(1, 1)(x, y) * 3 + octave(1, 2)(x, y) * 2;
    const own = octave(c, 0)(x, y) * 3 + octave(c, 1)(x, y);
    return clampByte(Math.floor((shared + own) / 13));
  });
}

/** Flat boxes and lines of small glyph-like marks on a light ground. */
function ui(width: number, height: number): Picture {
  const picture = { width, height, data: new Uint8Array(width * height * 3).fill(245) };
  const next = bytesFrom(77);
  const put = (x: number, y: number, color: readonly number[]) =>
    picture.data.set(color, (y * width + x) * 3);
  for (let box = 0; box < 24; box++) {
    const left = (next() * width) >> 8;
    const top = (next() * height) >> 8;
    const right = Math.min(width, left + ((next() * width) >> 10) + 2);
    const bottom = Math.min(height, top + ((next() * height) >> 10) + 2);
    const color = [next(), next(), next()];
    for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) put(x, y, color);
  }
  for (let y = 5; y + 7 < height; y += 12) {
    for (let x = 6; x + 5 < width; x += 7) {
      const mark = next();
      for (let j = 0; j < 7; j++) {
        for (let i = 0; i < 5; i++) {
          const inked = (mark >> ((i + j) & 7)) & 1 && (i * 3 + j * 5 + mark) & 3;
          if (inked) put(x + i, y + j, [30, 30, 30]);
        }
      }
    }
  }
  return picture;
}

/** Smooth ramps: red across, green down, blue along the diagonal. */
function grad(width: number, height: number): Picture {
  return paint(width, height, (x, y, c) => {
    if (c === 0) return Math.floor((x * 255) / (width - 1));
    if (c === 1) return Math.floor((y * 255) / (height - 1));
    return Math.floor(((x + y) * 255) / (width + height - 2));
  });
}

export const PICTURES = { noise, ui, grad } as const;

type Distortion = (picture: Picture, strength: number) => Picture;

const at = ({ width, data }: Picture, x: number, y: number, c: number) =>
  data[(y * width + x) * 3 + c]!;

const quant: Distortion = (picture, step) => ({
  ...picture,
  data: picture.data.map((v) => clampByte(Math.floor((v + (step >> 1)) / step) * step)),
});

const grain: Distortion = (picture, reach) => {
  const next = bytesFrom(5);
  const data = picture.data.map((v) =>
    clampByte(v + Math.floor((next() * (2 * reach + 1)) / 256) - reach),
  );
  return { ...picture, data };
};

const box: Distortion = (picture, reach) =>
  paint(picture.width, picture.height, (x, y, c) => {
    let sum = 0;
    let count = 0;
    for (let j = Math.max(0, y - reach); j <= Math.min(picture.height - 1, y + reach); j++) {
      for (let i = Math.max(0, x - reach); i <= Math.min(picture.width - 1, x + reach); i++) {
        sum += at(picture, i, j, c);
        count++;
      }
    }
    return Math.floor(sum / count);
  });

/** For each pixel the mean of `pick` over the square of `side` pixels that holds it. */
function squareMeans(
  { width, height }: Picture,
  side: number,
  pick: (x: number, y: number, c: number) => number,
): (x: number, y: number, c: number) => number {
  const known = new Map<number, number>();
  return (x, y, c) => {
    const [left, top] = [x - (x % side), y - (y % side)];
    const key = (top * width + left) * 3 + c;
    const found = known.get(key);
    if (found !== undefined) return found;
    let sum = 0;
    let count = 0;
    for (let j = top; j < Math.min(height, top + side); j++) {
      for (let i = left; i < Math.min(width, left + side); i++) {
        sum += pick(i, j, c);
        count++;
      }
    }
    const mean = Math.floor(sum / count);
    known.set(key, mean);
    return mean;
  };
}

const block: Distortion = (picture, share) => {
  const mean = squareMeans(picture, 8, (x, y, c) => at(picture, x, y, c));
  return paint(picture.width, picture.height, (x, y, c) =>
    Math.floor((at(picture, x, y, c) * (16 - share) + mean(x, y, c) * share) / 16),
  );
};

const chroma: Distortion = (picture, side) => {
  const luma = (x: number, y: number) =>
    (77 * at(picture, x, y, 0) + 150 * at(picture, x, y, 1) + 29 * at(picture, x, y, 2)) >> 8;
  const mean = squareMeans(picture, side, (x, y, c) => at(picture, x, y, c) - luma(x, y));
  return paint(picture.width, picture.height, (x, y, c) => clampByte(luma(x, y) + mean(x, y, c)));
};

const shift: Distortion = (picture, by) =>
  paint(picture.width, picture.height, (x, y, c) => at(picture, Math.max(0, x - by), y, c));

export const DISTORTIONS = { quant, noise: grain, box, block, chroma, shift } as const;
