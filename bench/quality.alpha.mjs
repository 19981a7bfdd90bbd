/**
 * Part of the quality bench about transparency: logos, letters, icons and shadows, and photographs
 * that are cut out with a soft edge.
 *
 * Each is encoded for clients that know alpha, and held against an oracle of its own: the
 * smallest of all files, over every second quality of WebP and AVIF with either chroma, and WebP
 * without loss or nearly, that reaches the target and looks the same on any ground. Of a cut-out the
 * target is the bound of the colors, as of any photograph, and its edge has to look the same.
 */
import sharp from 'sharp';
import { rasterOf } from './quality.corpus.mjs';
import { decode, encode, qualityStepsOf, run, SETTINGS, scoreOf } from './quality.lab.mjs';
import { mean, percent, plain, quantile } from './quality.sums.mjs';

/** Looking the same: least share of clear and of solid pixels within 2 levels, largest and mean error in levels. */
const LEAST_KEPT = 0.99;
const MOST_ERROR = 24;
const MOST_MEAN_ERROR = 0.5;
const PASS_BELOW = 0.5;
/** Every so many qualities are tried. */
const STEP = 2;

const LOSSY = {
  webp: [SETTINGS.webp, SETTINGS.webpSharp],
  avif: [SETTINGS.webp, SETTINGS.webpSharp, SETTINGS.avif, SETTINGS.avif420],
};
/** Nearly lossless WebP, by its strength. */
const NEAR_LOSSLESS = [20, 40, 60, 80].map((quality) => ({
  ...SETTINGS.webp,
  ...{ mode: 'near-lossless', quality },
}));
const LOSSLESS = { ...SETTINGS.webp, mode: 'lossless', quality: 75 };

const DRAWINGS = {
  ring: '<circle cx="90" cy="80" r="56" fill="none" stroke="#123a7a" stroke-width="22"/><rect x="200" y="30" width="40" height="104" fill="#d01c2a"/>',
  wave: '<path d="M20 120 C60 10 120 10 140 80 S220 150 340 20" fill="none" stroke="#fff" stroke-width="14"/>',
  letters:
    '<g fill="none" stroke="#222" stroke-width="4"><path d="M20 60V20H34V60M60 20L68 60L76 20M110 26A10 18 0 1 0 110 54M140 20H156M148 20V60"/><path transform="translate(0 80)scale(.6)" d="M20 60V20H34V60M60 20L68 60L76 20M110 26A10 18 0 1 0 110 54M140 20H156M148 20V60"/></g>',
  smile:
    '<circle cx="180" cy="80" r="64" fill="#f5b301"/><circle cx="156" cy="64" r="10" fill="#333"/><circle cx="204" cy="64" r="10" fill="#333"/><path d="M148 100 Q180 128 212 100" fill="none" stroke="#333" stroke-width="10"/>',
  bars: '<g fill="#6b4de6"><rect x="88" y="88" width="32" height="56"/><rect x="136" y="60" width="32" height="84"/><rect x="184" y="36" width="32" height="108" fill="#ff7a00"/></g>',
  shadow:
    '<filter id="f" x="-1" y="-1" width="3" height="3"><feGaussianBlur stdDeviation="10"/></filter><rect x="100" y="44" width="160" height="72" rx="12" fill-opacity="0.6" filter="url(#f)"/><rect x="104" y="36" width="152" height="68" fill="#fafafa"/>',
  gradient:
    '<linearGradient id="g"><stop stop-color="#204080"/><stop offset="1" stop-color="#60c0a0"/></linearGradient><ellipse cx="180" cy="80" rx="140" ry="68" fill="url(#g)"/>',
  bands: Array.from(
    { length: 9 },
    (_, i) => `<rect x="${i * 40}" width="40" height="160" fill="#246" fill-opacity="${i / 8}"/>`,
  ).join(''),
};

async function drawn(body) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="360" height="160">${body}</svg>`;
  const { data, info } = await sharp(Buffer.from(svg))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  return { width, height, channels: 4, data: new Uint8Array(data), pages: 1, delays: [], loop: 0 };
}

/** Outlines that photographs are cut out by, in shares of their sides, and how soft their edge is in pixels. */
const OUTLINES = [
  { path: 'M.5 .06C.8 .1 .95 .35 .9 .6S.6 .95 .4 .93S.05 .7 .1 .45S.3 .04 .5 .06Z', soft: 1 },
  {
    path: 'M.3 .98C.25 .7 .36 .6 .38 .5C.3 .2 .45 .08 .5 .08S.7 .2 .62 .5C.64 .6 .75 .7 .7 .98Z',
    soft: 3,
  },
  { path: 'M.15 .2L.55 .1L.9 .35L.8 .85L.3 .9Z', soft: 8 },
];
const CUT_OUT_WIDTH = 320;

/** A photograph with all clear but a part with a soft edge. */
async function cutOut(photo, { path, soft }) {
  const { width, height, channels, data } = await rasterOf(photo, CUT_OUT_WIDTH);
  const shape = `<filter id="f"><feGaussianBlur stdDeviation="${soft}"/></filter><g filter="url(#f)"><path d="${path}" transform="scale(${width} ${height})"/></g>`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shape}</svg>`;
  const mask = await sharp(Buffer.from(svg)).extractChannel('alpha').raw().toBuffer();
  const out = new Uint8Array(width * height * 4);
  for (let p = 0; p < mask.length; p++) {
    out.set(data.subarray(p * channels, p * channels + 3), 4 * p);
    out[4 * p + 3] = mask[p];
  }
  return { width, height, channels: 4, data: out, pages: 1, delays: [], loop: 0 };
}

/** What pictures with transparency take, against the smallest file that looks the same. */
export async function alphaPart({ few, ...context }) {
  const drawings = await Promise.all(
    Object.entries(DRAWINGS).map(async ([name, body]) => ({ name, raster: await drawn(body) })),
  );
  const cutOuts = [];
  const photos = few.filter(({ kind }) => kind === 'photo');
  for (const [i, photo] of photos.slice(0, OUTLINES.length).entries()) {
    cutOuts.push({ name: photo.name, raster: await cutOut(photo, OUTLINES[i]) });
  }
  const of = await rowsOf(drawings, isGood, context);
  const cut = await rowsOf(cutOuts, isGoodCutOut, context);
  return {
    rows: [
      ...reported('Transparency', of, 'drawings'),
      ...reported('Cut-outs', cut, 'photographs'),
    ],
  };
}

async function rowsOf(pictures, good, { targets, progress }) {
  const rows = [];
  for (const { name, raster } of pictures) {
    for (const client of Object.keys(LOSSY)) {
      const files = await candidates(raster, client, good, (text) => progress(`${name} ${text}`));
      for (const target of targets) {
        const own = await run(raster, { client, target });
        const error = alphaError(raster, await decode(await encode(raster, own.encoding), 4));
        const passing = files.filter((file) => file.good && file.score >= target - PASS_BELOW);
        const least = Math.min(...passing.map(({ bytes }) => bytes));
        const lossless = files.find(({ encoding }) => encoding === LOSSLESS).bytes;
        rows.push({ name, client, target, ...own, ...error, good: good(error), least, lossless });
      }
    }
  }
  return rows;
}

function reported(title, rows, kind) {
  const above = rows.map(({ bytes, least }) => bytes / least - 1);
  const bad = rows.filter(({ good }) => !good);
  const low = rows.filter(({ score, target, outOfReach }) => score < target - 1 && !outOfReach);
  const worst = rows[above.indexOf(Math.max(...above))];
  return [
    {
      what: `${title}: results that do not look the same on black, grey or white`,
      value: String(bad.length),
      bar: '0',
      ok: bad.length === 0,
      note: `${rows.length} results of ${new Set(rows.map(({ name }) => name)).size} ${kind}; clear and solid pixels kept at least ${percent(Math.min(...rows.map(({ kept }) => kept)))}, largest error ${plain(Math.max(...rows.map(({ most }) => most)), 0)} levels, of alpha ${plain(Math.max(...rows.map(({ mostAlpha }) => mostAlpha)), 0)}, mean ${plain(Math.max(...rows.map((row) => row.meanError)))}`,
    },
    {
      what: `${title}: more than a point low, and not flagged`,
      value: String(low.length),
      bar: '0',
      ok: low.length === 0,
      note: low.map(({ name, client, target }) => `${name} ${client} ${target}`).join('; '),
    },
    {
      what: `${title}: bytes above the smallest that looks the same, mean and 95th percentile`,
      value: `${percent(mean(above))}, ${percent(quantile(above, 0.95))}`,
      bar: '≤ 2 %, 6 %',
      ok: mean(above) <= 0.02 && quantile(above, 0.95) <= 0.06,
      note: `either lossy format with either chroma, and WebP without loss or nearly; worst ${percent(Math.max(...above))} (${worst.name}, ${worst.client} client, T = ${worst.target}, ${worst.bytes} against ${worst.least} bytes)`,
    },
    {
      what: `${title}: bytes against lossless WebP`,
      value: percent(mean(rows.map(({ bytes, lossless }) => bytes / lossless - 1))),
      bar: '',
      note: rows
        .filter(({ target }) => target === 68)
        .map(({ name, client, bytes, lossless }) => `${name} ${client} ${bytes}/${lossless}`)
        .join('; '),
    },
  ];
}

/** Files a client can be sent, each with its score and whether it looks the same. */
async function candidates(raster, client, good, progress) {
  const files = [];
  for (const encoding of [LOSSLESS, ...NEAR_LOSSLESS])
    files.push(await judged(raster, encoding, good));
  for (const settings of LOSSY[client]) {
    const { format } = settings;
    progress(`${format} ${settings.chroma ?? settings.smartSubsample}`);
    const steps = qualityStepsOf(format);
    for (const quality of steps.filter((_, i) => i % STEP === 0)) {
      files.push(await judged(raster, { ...settings, quality }, good));
    }
  }
  return files;
}

async function judged(raster, encoding, isGood) {
  const bytes = await encode(raster, encoding);
  const good = isGood(alphaError(raster, await decode(bytes, 4)));
  return { encoding, bytes: bytes.length, score: await scoreOf(raster, bytes), good };
}

function isGood({ kept, most, meanError }) {
  return kept >= LEAST_KEPT && most <= MOST_ERROR && meanError < MOST_MEAN_ERROR;
}

/** Whether the edge of a cut-out looks the same; its colors are held to the target. */
function isGoodCutOut({ kept, mostAlpha }) {
  return kept >= LEAST_KEPT && mostAlpha <= MOST_ERROR;
}

/** The least share of clear or solid pixels kept, and the errors over black, mid grey and white. */
function alphaError(before, after) {
  const kept = { 0: [0, 0], 255: [0, 0] };
  const sums = [0, 0, 0];
  let [most, mostAlpha] = [0, 0];
  for (let i = 0; i < before.data.length; i += 4) {
    const [alpha, other] = [before.data[i + 3], after.data[i + 3]];
    mostAlpha = Math.max(mostAlpha, Math.abs(other - alpha));
    if (kept[alpha] !== undefined) {
      kept[alpha][0]++;
      if (Math.abs(other - alpha) <= 2) kept[alpha][1]++;
    }
    for (const [g, ground] of [0, 128, 255].entries()) {
      for (let c = 0; c < 3; c++) {
        const was = before.data[i + c] * alpha + ground * (255 - alpha);
        const is = after.data[i + c] * other + ground * (255 - other);
        const off = Math.abs(was - is) / 255;
        sums[g] += off;
        most = Math.max(most, off);
      }
    }
  }
  const shares = Object.values(kept).map(([all, same]) => (all === 0 ? 1 : same / all));
  return {
    kept: Math.min(...shares),
    ...{ most, mostAlpha },
    meanError: (Math.max(...sums) * 4) / (3 * before.data.length),
  };
}
