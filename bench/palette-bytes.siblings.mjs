/**
 * Further drawings of few colors, by lot: the same kinds as those of palette-bytes.sources.mjs at
 * other sizes and densities, and kinds that those lack: scanned pages, screenshots, bar codes,
 * matrix codes without a margin, mazes, halftones, scattered dots, crosswords, sheets of music.
 */
import sharp from 'sharp';
import { textCanvas, typesetter } from '../dist/text/typeset.js';
import { drawing, hues, lotOf, qr, ramp } from './palette-bytes.drawings.mjs';

const WHITE = [255, 255, 255, 255];
const BLACK = [0, 0, 0, 255];
const CLEAR = [0, 0, 0, 0];

const WORDS =
  'the quick brown fox jumps over a lazy dog while seven printers of fine maps keep their ledgers in order and count every sheet of paper twice before noon as usual for a fair price'.split(
    ' ',
  );

/** Drawings by their names, of one seed. */
export async function siblings(seed) {
  const lot = lotOf(seed);
  /** A whole number from `a` to `b`. */
  const from = (a, b) => a + Math.floor(lot() * (b - a + 1));
  const one = (list) => list[from(0, list.length - 1)];
  const set = await typesetter();

  /** A value per place, by lot, the same at each look. */
  const field = (width, height, made) => {
    const values = Array.from({ length: width * height }, made);
    return (x, y) => values[y * width + x];
  };
  const cells = (across, down, side, count, margin = 0) => {
    const at = field(across, down, () => from(0, count - 1));
    const [width, height] = [across * side + 2 * margin, down * side + 2 * margin];
    return drawing(width, height, count === 2 ? [WHITE, BLACK] : hues(count), (x, y) => {
      const [a, b] = [Math.floor((x - margin) / side), Math.floor((y - margin) / side)];
      return a < 0 || b < 0 || a >= across || b >= down ? 0 : at(a, b);
    });
  };
  const bricks = (across, down, long, high, count) => {
    const at = field(across + 2, down, () => 1 + from(0, count - 1));
    return drawing(across * long, down * high, [[204, 204, 204, 255], ...hues(count)], (x, y) => {
      const row = Math.floor(y / high);
      const place = x + (row % 2) * (long >> 1);
      if (y % high === 0 || place % long === 0) return 0;
      return at(Math.floor(place / long), row);
    });
  };
  const barcode = (modules, zoom, height) => {
    const at = field(modules, 1, () => from(0, 1));
    return drawing((modules + 20) * zoom, height, [WHITE, BLACK], (x, y) => {
      const module = Math.floor(x / zoom) - 10;
      return y < 6 || y > height - 8 || module < 0 || module >= modules ? 0 : at(module, 0);
    });
  };
  const maze = (across, down, step, wall) => {
    const [right, below] = [0, 1].map(() => field(across, down, () => from(0, 1)));
    return drawing(across * step + wall, down * step + wall, [WHITE, BLACK], (x, y) => {
      const [a, b] = [Math.floor(x / step), Math.floor(y / step)];
      const [u, v] = [x % step, y % step];
      if (a >= across || b >= down || (u < wall && v < wall)) return 1;
      return (u < wall && right(a, b)) || (v < wall && below(a, b)) ? 1 : 0;
    });
  };
  const light = (x, y, width, height) =>
    (1 - Math.hypot(x - width * 0.4, y - height * 0.35) / Math.hypot(width, height)) ** 1.6;
  const halftone = (width, height, period, angle) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return drawing(width, height, [WHITE, BLACK], (x, y) => {
      const [u, v] = [
        ((c * x + s * y) * 2 * Math.PI) / period,
        ((c * y - s * x) * 2 * Math.PI) / period,
      ];
      return light(x, y, width, height) < (Math.cos(u) + Math.cos(v) + 2) / 4 ? 1 : 0;
    });
  };
  const diffused = (width, height, colors) => {
    const steps = colors.length - 1;
    const levels = Float64Array.from({ length: width * height }, (_, p) => {
      return steps * light(p % width, Math.floor(p / width), width, height);
    });
    const out = levels.map((_, p) => {
      const level = Math.max(0, Math.min(steps, Math.round(levels[p])));
      const rest = levels[p] - level;
      const [x, more] = [
        p % width,
        [
          [1, 0, 7],
          [-1, 1, 3],
          [0, 1, 5],
          [1, 1, 1],
        ],
      ];
      for (const [dx, dy, share] of more) {
        if (x + dx >= 0 && x + dx < width) levels[p + dx + dy * width] += (rest * share) / 16;
      }
      return level;
    });
    return drawing(width, height, colors, (x, y) => out[y * width + x]);
  };
  const prose = (count) => Array.from({ length: count }, () => one(WORDS)).join(' ');
  /** Lines of letters, in levels of ink. */
  const inked = async (width, { size, family, words, pad }) => {
    const op = { width, pad, x: 0, y: 0, style: { text: words, size, family, color: BLACK } };
    const { path, height } = textCanvas(op, set);
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/><path d="${path}"/></svg>`;
    const { data } = await sharp(Buffer.from(svg))
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width, height, level: (x, y) => data[y * width + x] };
  };
  /** A page as a scanner sends it: black and white, edges rough, turned a little. */
  const scan = async (width, size, words, rough) => {
    const page = await inked(width, { size, family: 'serif', words, pad: Math.round(width / 10) });
    const slope = rough ? (lot() - 0.5) * 0.01 : 0;
    const grain = field(97, 89, () => (lot() - 0.5) * rough);
    return drawing(width, page.height, [WHITE, BLACK], (x, y) => {
      const [u, v] = [x + Math.round(slope * y), y - Math.round(slope * x)];
      const inside = u >= 0 && v >= 0 && u < width && v < page.height;
      return inside && page.level(u, v) + grain(x % 97, y % 89) < 128 ? 1 : 0;
    });
  };
  /** Letters in levels between two colors, with panels and a frame. */
  const screen = async (width, size, words, colors, family) => {
    const page = await inked(width, { size, family, words, pad: 12 });
    const steps = colors.length - 1;
    return drawing(width, page.height + 40, colors, (x, y) => {
      if (y < 24) return y === 23 ? steps : steps >> 1;
      if (y >= page.height + 24) return x % 80 < 60 && y < page.height + 36 ? steps : 0;
      return steps - Math.round((page.level(x, y - 24) / 255) * steps);
    });
  };
  const crossword = (count, side) => {
    const at = field(count, count, () => (lot() < 0.2 ? 1 : 0));
    return drawing(count * side + 1, count * side + 1, [WHITE, BLACK], (x, y) => {
      const [a, b] = [Math.floor(x / side), Math.floor(y / side)];
      return x % side === 0 || y % side === 0 || (a < count && b < count && at(a, b)) ? 1 : 0;
    });
  };
  const music = (width, lines) => {
    const notes = field(40, lines, () => from(-2, 10));
    return drawing(width, lines * 70 + 20, [WHITE, BLACK], (x, y) => {
      const [line, v] = [Math.floor(y / 70), (y % 70) - 20];
      if (x < 10 || x >= width - 10 || line >= lines) return 0;
      if (v >= 0 && v <= 32 && v % 8 === 0) return 1;
      const step = (width - 40) / 40;
      const note = Math.floor((x - 20) / step);
      if (note < 0 || note >= 40) return 0;
      const [dx, dy] = [x - 20 - (note + 0.5) * step, v - 4 * notes(note, line)];
      const stem = Math.abs(dx - 4) < 0.7 && dy < 0 && dy > -24;
      return stem || (dx / 4.5) ** 2 + (dy / 3.5) ** 2 < 1 ? 1 : 0;
    });
  };
  const map = (width, height, count, colors) => {
    const sites = Array.from({ length: count }, () => [lot() * width, lot() * height]);
    const near = (x, y) => {
      const far = sites.map(
        ([a, b]) => (x + 6 * Math.sin(y / 9) - a) ** 2 + (y + 5 * Math.sin(x / 7) - b) ** 2,
      );
      return far.indexOf(Math.min(...far));
    };
    return drawing(width, height, [BLACK, ...hues(colors)], (x, y) => {
      const own = near(x, y);
      return own !== near(x + 1, y) || own !== near(x, y + 1) ? 0 : 1 + (own % colors);
    });
  };
  const hatched = (side, period, stroke, slope) =>
    drawing(side, side, [WHITE, BLACK], (x, y) => {
      const inside = Math.hypot(x - side / 2, y - side / 2) < side * 0.4;
      const way = inside ? x + slope * y : slope * x - y;
      return ((Math.round(way) % period) + period) % period < stroke ? 1 : 0;
    });
  /** Symmetric figures of enlarged pixels, in rows. */
  const figures = (across, down, zoom, count) => {
    const at = field(across * 6, down * 11, () => (lot() < 0.5 ? 0 : from(1, count)));
    return drawing(across * 12 * zoom, down * 12 * zoom, [CLEAR, ...hues(count)], (x, y) => {
      const [u, v] = [Math.floor(x / zoom), Math.floor(y / zoom)];
      const [a, b] = [u % 12, v % 12];
      if (a === 11 || b === 11) return 0;
      return at(Math.floor(u / 12) * 6 + Math.min(a, 10 - a), Math.floor(v / 12) * 11 + b);
    });
  };

  const made = {
    'code-a': qr(one([0, 1]), one([5, 6, 7, 10])),
    'code-b': qr(2, one([2, 6, 7, 8])),
    'code-c': qr(3, one([3, 5, 6, 8])),
    'code-d': qr(one([1, 2, 3]), 4, [
      [240, 240, 230, 255],
      [80, 20, 30, 255],
    ]),
    'matrix-4': cells(from(14, 26), from(14, 26), 4, 2, 8),
    'matrix-5': cells(from(14, 26), from(14, 26), 5, 2, 5),
    'matrix-8': cells(from(12, 22), from(12, 22), 8, 2, 8),
    'matrix-close': cells(from(14, 26), from(14, 26), from(3, 8), 2),
    'cells-8': cells(from(12, 24), from(12, 24), 8, 4),
    'cells-6': cells(from(12, 24), from(12, 24), 6, 3),
    'cells-4': cells(from(16, 40), from(16, 40), 4, 4),
    'cells-12': cells(from(10, 20), from(8, 20), 12, from(5, 16)),
    'cells-16': cells(from(8, 16), from(8, 16), 16, from(2, 7)),
    'bricks-a': bricks(from(8, 14), from(10, 20), 2 * from(6, 14), from(6, 12), from(2, 4)),
    'bricks-b': bricks(from(8, 14), from(10, 20), 16, 8, 3),
    'bricks-c': bricks(from(12, 24), from(16, 30), 12, 6, 2),
    barcode: barcode(from(67, 113), from(2, 4), from(60, 100)),
    'maze-a': maze(from(14, 30), from(14, 30), 8, 1),
    'maze-b': maze(from(14, 30), from(14, 30), from(5, 12), 2),
    'halftone-a': halftone(from(120, 240), from(100, 200), 6, 0),
    'halftone-b': halftone(from(120, 240), from(100, 200), from(5, 9), 0.6),
    'diffused-2': diffused(from(120, 240), from(100, 200), [BLACK, WHITE]),
    'diffused-5': diffused(from(120, 240), from(100, 200), ramp(5)),
    'page-clean': await scan(from(600, 700), from(12, 16), prose(240), 0),
    'page-rough': await scan(from(800, 1000), from(18, 24), prose(200), 90),
    'page-large': await scan(1240, from(22, 28), prose(420), 40),
    'page-same': await scan(
      from(500, 640),
      16,
      Array.from({ length: 30 }, () => 'as above so below, and so on').join(' '),
      0,
    ),
    'letter-full': await scan(1654, 34, prose(330), 0),
    'screen-2': await screen(from(300, 500), 13, prose(70), [WHITE, BLACK], 'mono'),
    'screen-4': await screen(
      from(300, 500),
      14,
      prose(60),
      ramp(4, [255, 255, 255], [20, 30, 60]),
      'sans',
    ),
    'screen-16': await screen(
      from(300, 500),
      14,
      prose(60),
      ramp(16, [30, 30, 36], [230, 220, 190]),
      'sans',
    ),
    crossword: crossword(from(9, 15), from(12, 20)),
    music: music(from(360, 520), from(2, 4)),
    'map-a': map(from(160, 320), from(120, 240), from(20, 60), from(4, 12)),
    'map-b': map(from(160, 320), from(120, 240), from(60, 140), 3),
    'hatched-a': hatched(from(120, 240), from(3, 9), 1, 1),
    'hatched-b': hatched(from(120, 240), from(5, 12), from(2, 3), 0.5),
    'figures-1': figures(from(6, 12), from(4, 10), 1, from(2, 6)),
    'figures-2': figures(from(4, 9), from(3, 7), 2, from(2, 6)),
    'figures-4': figures(from(2, 5), from(2, 5), 4, from(2, 6)),
  };
  return Object.fromEntries(
    Object.entries(made).map(([name, drawn]) => [`${name}-${seed}`, drawn]),
  );
}

/** Those that are also GIFs, and those over which a dot goes. */
export const SIBLING_GIFS = [
  'code-a',
  'cells-8',
  'bricks-a',
  'maze-a',
  'halftone-a',
  'screen-4',
  'map-a',
  'figures-2',
  'matrix-4',
  'diffused-2',
  'page-clean',
  'hatched-a',
  'crossword',
];
export const SIBLING_MOVES = [
  'code-d',
  'cells-6',
  'bricks-c',
  'maze-b',
  'screen-16',
  'map-b',
  'figures-4',
  'hatched-b',
  'page-same',
];
