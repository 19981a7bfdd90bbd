/** Checks of pixels, and of what a picture says of itself. */
import sharp from 'sharp';

/** Pictures that sharp does not open here; videos are judged by their format alone. */
const VIDEOS = ['mp4', 'webm'];
const UNREADABLE = ['json', 'text', 'svg', 'pdf', 'jxl', 'heic'];

/** Levels that a color may be off where a row says nothing else. */
const TOLERANCE = 6;

/** Levels for a window of a card, whose pixels the resampler mixes. */
const WINDOW_TOLERANCE = 7;

/** Where a window is looked at, in shares of it. */
const PROBES = [0.1, 0.5, 0.9];

const one = (good, complaint) => (good ? [] : [complaint]);

/** Keys that change how others are read. */
export const PICTURE_SETTINGS = ['sizeTolerance', 'pixelTolerance', 'differsBy'];

export const PICTURE_CHECKS = {
  width: (width, { facts, expect }) => side('width', facts.width, width, expect),
  height: (height, { facts, expect }) => side('height', facts.height, height, expect),
  pages: (pages, { facts }) => one(facts.pages === pages, `${facts.pages} frames, want ${pages}`),
  alpha: (alpha, { facts }) =>
    one(facts.hasAlpha === alpha, `alpha ${facts.hasAlpha}, want ${alpha}`),
  meta: (fields, { facts }) =>
    Object.entries(fields).flatMap(([name, value]) => {
      const present = typeof value === 'boolean' && typeof facts[name] !== 'boolean';
      const got = JSON.stringify(present ? facts[name] !== undefined : facts[name]);
      return one(got === JSON.stringify(value), `${name} is ${got}, want ${JSON.stringify(value)}`);
    }),
  pixels: (probes, { raster }) => probes.flatMap((probe) => checkPixel(probe, raster)),
  window: (window, { raster }) => checkWindow(window, raster),
  samePixelsAsSource: (_, at) => comparePixels(at.source(), at),
  samePixelsAs: async (request, at) => comparePixels((await at.other(request)).body, at),
  async brighterThan(request, { raster, other }) {
    const [got, than] = [luminance(raster), luminance(await rasterOf((await other(request)).body))];
    return one(got > than + 1, `mean luminance ${got.toFixed(1)}, want above ${than.toFixed(1)}`);
  },
  async smootherThan(request, { raster, other }) {
    const [got, than] = [contrast(raster), contrast(await rasterOf((await other(request)).body))];
    return one(got < than * 0.98, `contrast ${got.toFixed(2)}, want below ${than.toFixed(2)}`);
  },
  async differsFrom(request, { raster, other, expect }) {
    const than = await rasterOf((await other(request)).body);
    if (!sameSize(raster, than)) return [`compared with ${than.width}x${than.height}`];
    const got = raster.data.reduce((sum, value, i) => sum + Math.abs(value - than.data[i]), 0);
    const [mean, least] = [got / raster.data.length, expect.differsBy ?? 0.5];
    return one(mean >= least, `differs by ${mean.toFixed(2)} on average, want at least ${least}`);
  },
};

/** What is wrong with the picture of an answer. */
export async function judgePicture(at) {
  const named = Object.keys(PICTURE_CHECKS).filter((key) => at.expect[key] !== undefined);
  if (named.length === 0 || VIDEOS.includes(at.format)) return [];
  if (UNREADABLE.includes(at.format)) return [`body is ${at.format}, its pixels cannot be read`];
  const facts = await factsOf(at.answer.body);
  const picture = { ...at, facts, raster: await rasterOf(at.answer.body) };
  const found = named.map((key) => PICTURE_CHECKS[key](at.expect[key], picture));
  return (await Promise.all(found)).flat();
}

/** What the file says; the height is that of one frame. */
async function factsOf(bytes) {
  const facts = await sharp(bytes, { animated: true }).metadata();
  return { ...facts, height: facts.pageHeight ?? facts.height, pages: facts.pages ?? 1 };
}

/** The first frame in sRGB with alpha. */
async function rasterOf(bytes, { upright = false } = {}) {
  const picture = upright ? sharp(bytes).rotate() : sharp(bytes);
  const { data, info } = await picture
    .toColorspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

const sameSize = (a, b) => a.width === b.width && a.height === b.height;

function side(name, got, want, { sizeTolerance = 0 }) {
  return one(Math.abs(got - want) <= sizeTolerance, `${name} ${got}, want ${want}`);
}

/** Red, green, blue and alpha of the pixel nearest to a place. */
function pixelAt({ data, width, height }, x, y) {
  const inside = (value, size) => Math.min(size - 1, Math.max(0, Math.round(value)));
  const start = (inside(y, height) * width + inside(x, width)) * 4;
  return [...data.subarray(start, start + 4)];
}

/** A probe names a place in pixels or, between 0 and 1, in shares. */
function checkPixel({ at, rgb, alpha, grey, order, tolerance = TOLERANCE }, raster) {
  const place = at.map((value, axis) => {
    const size = axis === 0 ? raster.width : raster.height;
    return Math.abs(value) <= 1 && !Number.isInteger(value) ? value * (size - 1) : value;
  });
  const got = pixelAt(raster, ...place);
  const color = got.slice(0, 3);
  const near = (a, b) => Math.abs(a - b) <= tolerance;
  const ordered = [...(order ?? '')].map((channel) => color['rgb'.indexOf(channel)]);
  const wrong = [
    rgb !== undefined && !rgb.every((value, i) => near(value, color[i])) && `${rgb}`,
    grey === true && !near(Math.max(...color), Math.min(...color)) && 'a grey',
    ordered.some((value, i) => i > 0 && value >= ordered[i - 1]) && [...order].join(' > '),
    alpha !== undefined && !near(alpha, got[3]) && `alpha ${alpha}`,
  ].filter((want) => want !== false);
  return wrong.map((want) => `pixel ${at} is ${got}, want ${want} within ${tolerance}`);
}

/** Which window of a card is shown: its red tells where a pixel lay across, its green down. */
function checkWindow(window, raster) {
  const { left, top, width, height, of, flip = false, flop = false } = window;
  const { area = [0, 0, raster.width, raster.height], tolerance = WINDOW_TOLERANCE } = window;
  const wrong = PROBES.flatMap((u) => PROBES.map((v) => [u, v])).flatMap(([u, v]) => {
    const [red, green] = pixelAt(raster, area[0] + u * area[2] - 0.5, area[1] + v * area[3] - 0.5);
    const x = left + (flop ? 1 - u : u) * width;
    const y = top + (flip ? 1 - v : v) * height;
    const off = [red - (255 * x) / of[0], green - (255 * y) / of[1]];
    if (off.every((levels) => Math.abs(levels) <= tolerance)) return [];
    const found = [(red / 255) * of[0], (green / 255) * of[1]].map(Math.round);
    return [`at ${u},${v} is point ${found} of the source, want ${[x, y].map(Math.round)}`];
  });
  return wrong.slice(0, 1);
}

async function comparePixels(bytes, { raster, expect }) {
  const other = await rasterOf(bytes, { upright: true });
  if (!sameSize(raster, other)) return [`compared with ${other.width}x${other.height}`];
  let worst = 0;
  for (let i = 0; i < raster.data.length; i++) {
    // The color of a pixel that is clear in both means nothing; i | 3 is its alpha
    const seen = raster.data[i | 3] > 0 || other.data[i | 3] > 0;
    if (seen) worst = Math.max(worst, Math.abs(raster.data[i] - other.data[i]));
  }
  const most = expect.pixelTolerance ?? 0;
  return one(worst <= most, `pixels differ by up to ${worst}, want at most ${most}`);
}

function luminance({ data }) {
  let sum = 0;
  for (let i = 0; i < data.length; i += 4) {
    sum += data[i] * 0.299 + data[i + 1] * 0.587 + data[i + 2] * 0.114;
  }
  return (4 * sum) / data.length;
}

/** The mean difference between neighbours, across and down. */
function contrast({ data, width }) {
  let sum = 0;
  for (let i = 4; i < data.length; i++) {
    if (i % 4 === 3) continue;
    sum += Math.abs(data[i] - data[i - 4]);
    if (i >= width * 4) sum += Math.abs(data[i] - data[i - width * 4]);
  }
  return (4 * sum) / data.length;
}
