/**
 * Drawings of few colors as people put them on pages, made by code: QR codes, checkerboards,
 * hatching, tiles, texts, charts, maps, sprites, icons, windows, screens of dots.
 *
 * Each is a palette PNG packed as small as oxipng can, so that a result has the least room. Also as
 * GIFs: some of them as stills, and animations of small moving parts.
 */
import { writeGif } from '../dist/gif/write-gif.js';
import {
  BLACK,
  CLEAR,
  DARK,
  drawing,
  GREY,
  hues,
  lot,
  pngOf,
  QR,
  qr,
  ramp,
  rasterOf,
  WHITE,
} from './palette-bytes.drawings.mjs';
import { SIBLING_GIFS, SIBLING_MOVES, siblings } from './palette-bytes.siblings.mjs';

const checker = (side, square, colors = [WHITE, BLACK]) =>
  drawing(side, side, colors, (x, y) => (Math.floor(x / square) + Math.floor(y / square)) % 2);

const hatching = (side, period, stroke, way) =>
  drawing(side, side, [WHITE, DARK], (x, y) => (way(x, y, period) % period < stroke ? 1 : 0));
const falling = (x, y) => x + y;
const steep = (x, y) => 2 * x + y;
const lying = (_, y) => y;
const standing = (x) => x;

/** A square of pixels in few colors, over and over. */
const tiles = (side, tile, count, seed) =>
  drawing(side, side, hues(count), (x, y) => {
    const [a, b] = [x % tile, y % tile];
    // Symmetric, so that it looks like an ornament.
    const [u, v] = [Math.min(a, tile - 1 - a), Math.min(b, tile - 1 - b)];
    return lot(seed * 977 + Math.min(u, v) * 31 + Math.max(u, v)) % count;
  });

const bricks = (width, height, long, high) =>
  drawing(width, height, [GREY, [170, 74, 60, 255], [150, 62, 52, 255]], (x, y) => {
    const row = Math.floor(y / high);
    const at = x + (row % 2) * (long >> 1);
    if (y % high === 0 || at % long === 0) return 0;
    return 1 + (lot(row * 31 + Math.floor(at / long)) % 2);
  });

const houndstooth = (side, size) =>
  drawing(side, side, [WHITE, BLACK], (x, y) => {
    const [a, b] = [Math.floor(x / size) % 2, Math.floor(y / size) % 2];
    if (a === b) return a;
    return (x + y) % (2 * (size >> 1)) < size >> 1 ? 1 : 0;
  });

/** Lines of signs of straight strokes, `zoom` pixels wide. */
const text = (columns, rows, zoom, colors) =>
  drawing(columns * 6 * zoom, rows * 11 * zoom, colors, (px, py) => {
    const [x, y] = [Math.floor(px / zoom), Math.floor(py / zoom)];
    const [column, row] = [Math.floor(x / 6), Math.floor(y / 11)];
    const [a, b] = [x % 6, (y % 11) - 2];
    if (a > 4 || b < 0 || b > 6 || lot(row) % columns < column - (columns >> 2)) return 0;
    const sign = lot(column + 97 * row) % 40;
    const inked = sign <= 33 && (lot(7 * sign + b + 1000) & (1 << a)) !== 0;
    return inked ? 1 + (row % (colors.length - 1)) : 0;
  });

const bars = (width, height, count) =>
  drawing(width, height, [WHITE, DARK, GREY, ...hues(count)], (x, y) => {
    const base = height - 20;
    if (y === base || x === 8) return 1;
    const wide = (width - 20) / count;
    const bar = Math.floor((x - 12) / wide);
    const tall = 20 + (lot(bar + count) % (height - 50));
    const inside = bar >= 0 && bar < count && (x - 12) % wide > 3 && y < base && y > base - tall;
    return inside ? 3 + bar : y % 32 === 16 ? 2 : 0;
  });

const plot = (width, height, lines) => {
  const at = (line, x) =>
    Math.round(
      height / 2 +
        30 * (line - (lines - 1) / 2) +
        22 * Math.sin(x / (7 + 3 * line)) +
        9 * Math.sin(x / 3),
    );
  return drawing(width, height, [WHITE, GREY, ...hues(lines)], (x, y) => {
    for (let line = 0; line < lines; line++) {
      const [a, b] = [at(line, x), at(line, x + 1)];
      if (y >= Math.min(a, b) && y <= Math.max(a, b) + 1) return 2 + line;
    }
    return x % 40 === 0 || y % 40 === 0 ? 1 : 0;
  });
};

const pie = (side, parts) =>
  drawing(side, side, [WHITE, ...hues(parts)], (x, y) => {
    const [dx, dy] = [x - side / 2, y - side / 2];
    if (Math.hypot(dx, dy) > side * 0.45) return 0;
    const turn = (Math.atan2(dy, dx) / Math.PI + 1) / 2;
    return 1 + Math.min(parts - 1, Math.floor(parts * turn ** 1.3));
  });

const map = (width, height, count, colors) => {
  const sites = Array.from({ length: count }, (_, i) => [
    lot(3 * i) % width,
    lot(5 * i + 1) % height,
  ]);
  const near = (x, y) => {
    let [best, found] = [Number.POSITIVE_INFINITY, 0];
    for (const [i, [a, b]] of sites.entries()) {
      const far = (x - a) ** 2 + (y - b) ** 2;
      if (far < best) [best, found] = [far, i];
    }
    return found;
  };
  return drawing(width, height, [DARK, ...hues(colors)], (x, y) => {
    const own = near(x, y);
    return own !== near(x + 1, y) || own !== near(x, y + 1) ? 0 : 1 + (own % colors);
  });
};

const sprite = (cells, zoom, count) => {
  const discs = Array.from({ length: count }, (_, i) => ({
    ...{ x: (i * 23) % cells, y: (i * 31) % cells, r: 3 + ((i * 5) % 7) },
  }));
  return drawing(cells * zoom, cells * zoom, [CLEAR, ...hues(count)], (x, y) => {
    const [a, b] = [Math.floor(x / zoom), Math.floor(y / zoom)];
    return 1 + discs.findLastIndex((disc) => (disc.x - a) ** 2 + (disc.y - b) ** 2 < disc.r ** 2);
  });
};

const logo = (width, height, colors = [CLEAR, ...hues(3)]) =>
  drawing(width, height, colors, (x, y) => {
    const s = height / 120;
    const far = Math.hypot(x - 60 * s, y - 60 * s) / s;
    if (far > 30 && far < 46) return 1;
    if (far < 16) return 2;
    const [a, b] = [(x / s - 120) % 36, y / s - 36];
    const stroke = a < 7 || (a < 26 && (b < 7 || b > 41));
    return x >= 120 * s && x < width - 12 * s && b >= 0 && b < 48 && stroke ? 3 : 0;
  });

/** A drawing with the edges of one four times as large, in so many steps between its colors. */
const smooth = (large, steps) => {
  const colors = large.colors.flatMap((from, i) =>
    large.colors.flatMap((to, j) =>
      j <= i
        ? []
        : Array.from({ length: steps }, (_, k) => between(from, to, (k + 1) / (steps + 1))),
    ),
  );
  const all = [...large.colors, ...colors];
  const { width, height, draw } = large;
  return drawing(width >> 2, height >> 2, all, (x, y) => {
    const sum = [0, 0, 0, 0];
    for (let k = 0; k < 16; k++) {
      const color = large.colors[draw(4 * x + (k & 3), 4 * y + (k >> 2))];
      for (let c = 0; c < 4; c++) sum[c] += color[c] / 16;
    }
    let [best, found] = [Number.POSITIVE_INFINITY, 0];
    for (const [i, color] of all.entries()) {
      const far = color.reduce((total, level, c) => total + (level - sum[c]) ** 2, 0);
      if (far < best) [best, found] = [far, i];
    }
    return found;
  });
};
const between = (from, to, share) =>
  from.map((level, c) => Math.round(level + (to[c] - level) * share));

/** Windows with bars, buttons and lines of text. */
const windows = (width, height, count) =>
  drawing(
    width,
    height,
    [[236, 239, 244, 255], WHITE, DARK, [94, 129, 172, 255], GREY, ...hues(count)],
    (x, y) => {
      if (y < 18) return y > 5 && y < 12 && x > 6 && x < 60 && lot(x * 7 + y) % 3 === 0 ? 1 : 3;
      const [a, b] = [x % (width >> 1), (y - 18) % ((height - 18) >> 1)];
      const [w, h] = [width >> 1, (height - 18) >> 1];
      if (a < 6 || b < 6 || a > w - 6 || b > h - 6) return 0;
      if (a === 6 || b === 6 || a === w - 6 || b === h - 6) return 4;
      if (b > h - 22 && b < h - 10 && a > w - 50 && a < w - 12)
        return 5 + (Math.floor(x / w) % count);
      const [line, at] = [Math.floor((b - 10) / 10), (b - 10) % 10];
      if (b < 10 || at > 5 || a < 14 || a > 30 + (lot(line + x / w) % (w - 50))) return 1;
      return lot(Math.floor((a - 14) / 5) * 61 + line * 17 + at * 3 + (a % 5)) % 5 < 2 && a % 5 < 4
        ? 2
        : 1;
    },
  );

const BAYER = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
/** Light falling off from a point, in ordered dots. */
const dots = (width, height, colors) =>
  drawing(width, height, colors, (x, y) => {
    const far = Math.hypot(x - width * 0.3, y - height * 0.4) / Math.hypot(width, height);
    const level = (1 - far) ** 1.5 * (colors.length - 1);
    return Math.min(
      colors.length - 1,
      Math.floor(level + (BAYER[(y % 4) * 4 + (x % 4)] + 0.5) / 16),
    );
  });

/** Bands of light without dots. */
const bands = (width, height, colors) =>
  drawing(width, height, colors, (x, y) => {
    const far = Math.hypot(x - width * 0.3, y - height * 0.4) / Math.hypot(width, height);
    return Math.floor((1 - far) ** 1.5 * (colors.length - 0.001));
  });

/** All drawings by their names: 83. */
export const DRAWINGS = {
  ...Object.fromEntries(
    [
      [0, 3],
      [0, 4],
      [0, 8],
      [1, 2],
      [1, 3],
      [1, 4],
      [1, 6],
      [2, 3],
      [2, 4],
      [2, 5],
      [3, 4],
    ].map(([which, zoom]) => [`qr-${QR[which].length}-${zoom}`, qr(which, zoom)]),
  ),
  'qr-blue': qr(1, 5, [
    [250, 250, 240, 255],
    [20, 40, 120, 255],
  ]),
  'checker-1': checker(96, 1),
  'checker-2': checker(128, 2),
  'checker-4': checker(128, 4),
  'checker-8': checker(160, 8),
  'checker-16': checker(256, 16),
  'checker-clear': checker(120, 6, [CLEAR, GREY]),
  'hatching-4': hatching(120, 4, 1, falling),
  'hatching-6': hatching(150, 6, 2, falling),
  'hatching-8': hatching(200, 8, 3, falling),
  'hatching-steep': hatching(140, 9, 3, steep),
  'stripes-2': hatching(120, 2, 1, lying),
  'stripes-5': hatching(150, 5, 2, lying),
  'stripes-up-3': hatching(120, 3, 1, standing),
  'stripes-up-8': hatching(160, 8, 4, standing),
  'grid-8': drawing(160, 160, [WHITE, GREY], (x, y) => (x % 8 === 0 || y % 8 === 0 ? 1 : 0)),
  'grid-10-50': drawing(250, 200, [WHITE, GREY, DARK], (x, y) => {
    if (x % 50 === 0 || y % 50 === 0) return 2;
    return x % 10 === 0 || y % 10 === 0 ? 1 : 0;
  }),
  'crosses-9': drawing(144, 144, [WHITE, DARK], (x, y) => {
    const [a, b] = [Math.abs((x % 9) - 4), Math.abs((y % 9) - 4)];
    return a + b < 3 && a * b === 0 ? 1 : 0;
  }),
  'points-5': drawing(150, 150, [WHITE, DARK], (x, y) => (x % 5 < 2 && y % 5 < 2 ? 1 : 0)),
  'tiles-8-a': tiles(128, 8, 3, 1),
  'tiles-8-b': tiles(96, 8, 4, 2),
  'tiles-12': tiles(120, 12, 4, 3),
  'tiles-16': tiles(128, 16, 4, 4),
  'tiles-16-b': tiles(160, 16, 8, 5),
  'tiles-32': tiles(128, 32, 6, 6),
  'bricks-16': bricks(160, 120, 16, 8),
  'bricks-24': bricks(240, 180, 24, 10),
  'houndstooth-8': houndstooth(128, 8),
  'houndstooth-12': houndstooth(192, 12),
  'text-2': text(50, 12, 1, [WHITE, BLACK]),
  'text-5': text(70, 24, 1, [DARK, ...hues(4)]),
  'text-9': text(80, 30, 1, [WHITE, ...hues(8)]),
  'text-large': text(30, 10, 2, [WHITE, DARK, ...hues(2)]),
  'text-3': text(24, 6, 3, [WHITE, BLACK]),
  'bars-6': bars(200, 140, 6),
  'bars-12': bars(260, 180, 12),
  'bars-29': bars(400, 240, 29),
  'plot-1': plot(220, 120, 1),
  'plot-3': plot(260, 180, 3),
  'plot-6': plot(400, 260, 6),
  'pie-5': pie(120, 5),
  'pie-9': pie(200, 9),
  'map-9': map(260, 180, 24, 9),
  'map-4': map(200, 160, 40, 4),
  'map-30': map(320, 220, 60, 30),
  'sprite-1': sprite(48, 1, 16),
  'sprite-2': sprite(48, 2, 16),
  'sprite-3': sprite(48, 3, 16),
  'sprite-8': sprite(24, 8, 7),
  'sprite-small': sprite(24, 2, 5),
  'logo-240': logo(240, 120),
  'logo-120': logo(120, 60),
  'logo-white': logo(300, 150, [WHITE, ...hues(3)]),
  'icon-16': sprite(16, 1, 4),
  'icon-32': sprite(32, 1, 6),
  'icon-64': pie(64, 4),
  'disc-2': drawing(100, 100, [WHITE, BLACK], (x, y) => (Math.hypot(x - 50, y - 50) < 40 ? 1 : 0)),
  'rings-2': drawing(160, 160, [WHITE, BLACK], (x, y) =>
    Math.hypot(x - 80, y - 80) % 12 < 5 ? 1 : 0,
  ),
  'spokes-2': drawing(160, 160, [WHITE, BLACK], (x, y) => {
    return Math.floor((Math.atan2(y - 80, x - 80) / Math.PI + 1) * 16) % 2;
  }),
  'smooth-logo': smooth(logo(960, 480), 4),
  'smooth-pie': smooth(pie(640, 5), 3),
  'smooth-disc': smooth(pie(400, 1), 14),
  'smooth-plot': smooth(plot(800, 480, 2), 6),
  'smooth-map': smooth(map(720, 560, 30, 5), 4),
  'smooth-text': smooth(text(40, 14, 5, [WHITE, BLACK]), 14),
  'windows-2': windows(300, 200, 2),
  'windows-4': windows(420, 300, 4),
  'windows-8': windows(200, 160, 8),
  'dots-2': dots(160, 120, [BLACK, WHITE]),
  'dots-4': dots(200, 150, ramp(4)),
  'dots-16': dots(240, 180, ramp(16, [20, 20, 60], [250, 220, 160])),
  'bands-8': bands(200, 150, ramp(8)),
  'bands-32': bands(240, 180, ramp(32, [40, 0, 40], [240, 250, 220])),
  'bands-200': bands(320, 240, ramp(200, [10, 30, 60], [255, 250, 230])),
  'flag-3': drawing(150, 100, hues(3), (x) => Math.floor(x / 50)),
  'flag-cross': drawing(
    160,
    100,
    [
      [0, 91, 153, 255],
      [255, 205, 0, 255],
    ],
    (x, y) => {
      return (x >= 50 && x < 70) || (y >= 40 && y < 60) ? 1 : 0;
    },
  ),
  'steps-16': drawing(256, 64, ramp(16), (x) => x >> 4),
  'noise-4': drawing(80, 80, hues(4), (x, y) => lot(y * 80 + x) & 3),
};

/** Drawings that are also GIFs. */
const STILL_GIFS = [
  ...['qr-25-4', 'checker-8', 'hatching-6', 'grid-8', 'tiles-16', 'bricks-24', 'text-5', 'bars-12'],
  ...['plot-3', 'pie-9', 'map-9', 'sprite-3', 'logo-240', 'smooth-pie', 'windows-4', 'dots-4'],
  ...['bands-32', 'noise-4', 'houndstooth-8', 'icon-32'],
];

/** Frames of a drawing over which something goes. */
const moving = (ground, count, draw) =>
  Array.from({ length: count }, (_, frame) => ({
    ...ground,
    draw: (x, y) => draw(x, y, frame) ?? ground.draw(x, y),
  }));

const MOVING_GIFS = {
  spinner: moving(
    drawing(64, 64, [WHITE, ...ramp(7, [40, 40, 40], [220, 220, 220])], () => 0),
    8,
    (x, y, frame) => {
      const far = Math.hypot(x - 32, y - 32);
      if (far < 16 || far > 26) return undefined;
      const part = Math.floor((Math.atan2(y - 32, x - 32) / Math.PI + 1) * 4) & 7;
      return 1 + (((part + 8 - frame) % 8) % 7);
    },
  ),
  bar: moving(
    drawing(200, 40, [WHITE, GREY, [40, 120, 200, 255]], () => 0),
    12,
    (x, y, frame) => {
      if (x < 10 || y < 10 || x >= 190 || y >= 30) return undefined;
      return x < 10 + 15 * (frame + 1) ? 2 : 1;
    },
  ),
  ball: moving(checker(120, 10, [WHITE, GREY, [200, 40, 40, 255]]), 10, (x, y, frame) => {
    return Math.hypot(x - 15 - 10 * frame, y - 60 - 30 * Math.sin(frame)) < 10 ? 2 : undefined;
  }),
  cursor: moving(text(40, 8, 1, [DARK, ...hues(3)]), 6, (x, y, frame) => {
    return x >= 6 * frame + 60 && x < 6 * frame + 65 && y > 68 && y < 78 ? 1 : undefined;
  }),
  blink: moving(pie(90, 6), 4, (x, y, frame) =>
    frame % 2 && Math.hypot(x - 45, y - 45) < 12 ? 0 : undefined,
  ),
  typing: Array.from({ length: 12 }, (_, frame) => {
    const whole = text(40, 12, 1, [DARK, ...hues(3)]);
    return { ...whole, draw: (x, y) => (y < 11 * (frame + 1) ? whole.draw(x, y) : 0) };
  }),
  walk: Array.from({ length: 6 }, (_, frame) => {
    const whole = sprite(32, 3, 9);
    return { ...whole, draw: (x, y) => whole.draw((x + 9 * frame) % 96, y) };
  }),
  chart: moving(bars(220, 140, 8), 8, (_, y, frame) =>
    y < 120 - 15 * frame && y > 16 ? 0 : undefined,
  ),
};

/** All sources: names with their endings, and bytes. `seeds`: of further drawings by lot. */
export async function sources(seeds = []) {
  const made = [];
  const gif = (name, frames) => made.push([`${name}.gif`, writeGif(rasterOf(frames), 256)]);
  for (const [name, drawn] of Object.entries(DRAWINGS))
    made.push([`${name}.png`, await pngOf(drawn)]);
  for (const name of STILL_GIFS) gif(name, [DRAWINGS[name]]);
  for (const [name, frames] of Object.entries(MOVING_GIFS)) gif(name, frames);
  for (const seed of seeds) {
    const drawings = await siblings(seed);
    for (const [name, drawn] of Object.entries(drawings))
      made.push([`${name}.png`, await pngOf(drawn)]);
    for (const name of SIBLING_GIFS) gif(`${name}-${seed}`, [drawings[`${name}-${seed}`]]);
    for (const name of SIBLING_MOVES) gif(`${name}-${seed}`, dotted(drawings[`${name}-${seed}`]));
  }
  return made;
}

/** Frames of a drawing over which a dot in one of its colors goes. */
const dotted = (ground) =>
  moving(ground, 6, (x, y, frame) =>
    Math.hypot(x - (0.1 + 0.15 * frame) * ground.width, y - ground.height / 2) < 9
      ? ground.colors.length - 1
      : undefined,
  );
