/**
 * Colors by the letter of the standards, for tests: written apart from what is tested,
 * with matrices as CSS Color 4 prints them. And the distance of two colors as CIEDE2000
 * (Sharma, Wu and Dalal 2005).
 */
export type Triple = readonly [number, number, number];

type Rows = readonly [Triple, Triple, Triple];

const XYZ_TO_SRGB: Rows = [
  [12831 / 3959, -329 / 214, -1974 / 3959],
  [-851781 / 878810, 1648619 / 878810, 36519 / 878810],
  [705 / 12673, -2585 / 12673, 705 / 667],
];

const SRGB_TO_XYZ: Rows = [
  [506752 / 1228815, 87881 / 245763, 12673 / 70218],
  [87098 / 409605, 175762 / 245763, 12673 / 175545],
  [7918 / 409605, 87881 / 737289, 1001167 / 1053270],
];

/** From linear RGB to XYZ under D65. */
export const SPACES = {
  srgb: SRGB_TO_XYZ,
  p3: [
    [608311 / 1250200, 189793 / 714400, 198249 / 1000160],
    [35783 / 156275, 247089 / 357200, 198249 / 2500400],
    [0, 32229 / 714400, 5220557 / 5000800],
  ],
  rec2020: [
    [63426534 / 99577255, 20160776 / 139408157, 47086771 / 278816314],
    [26158966 / 99577255, 472592308 / 697040785, 8267143 / 139408157],
    [0, 19567812 / 697040785, 295819943 / 278816314],
  ],
} as const satisfies Record<string, Rows>;

export type Space = keyof typeof SPACES;

const srgbCurve = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);

/** From a sample to light where 1 is white. */
export const CURVES = {
  srgb: srgbCurve,
  linear: (v: number) => v,
  video: (v: number) => v ** 2.4,
  gamma18: (v: number) => v ** 1.8,
  gamma22: (v: number) => v ** 2.2,
  gamma28: (v: number) => v ** 2.8,
} as const;

function times(m: Rows, v: Triple): Triple {
  const row = (r: Triple) => r[0] * v[0] + r[1] * v[1] + r[2] * v[2];
  return [row(m[0]), row(m[1]), row(m[2])];
}

function each(v: Triple, f: (value: number) => number): Triple {
  return [f(v[0]), f(v[1]), f(v[2])];
}

/** Light of a space as sRGB 0..255, clipped. */
function shown(space: Space, light: Triple): Triple {
  return each(times(XYZ_TO_SRGB, times(SPACES[space], light)), (value) => {
    const v = Math.min(1, Math.max(0, value));
    return 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  });
}

/** What samples 0..1 of a space with a curve are as sRGB 0..255. */
export function sdr(space: Space, curve: keyof typeof CURVES, samples: Triple): Triple {
  return shown(space, each(samples, CURVES[curve]));
}

const [M1, M2, C1, C2, C3] = [0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875];

function eotf(sample: number): number {
  const p = sample ** (1 / M2);
  return 10_000 * (Math.max(p - C1, 0) / (C2 - C3 * p)) ** (1 / M1);
}

function inverseEotf(light: number): number {
  const y = (light / 10_000) ** M1;
  return ((C1 + C2 * y) / (1 + C3 * y)) ** M2;
}

/** The EETF of BT.2390 from `peak` to 203 cd/m², on the largest channel. */
function toneMapped(light: Triple, peak: number): Triple {
  const most = Math.max(...light);
  if (most === 0) return light;
  const top = Math.max(203, peak);
  const [e1, maxLum] = [Math.min(most, top), 203].map((v) => inverseEotf(v) / inverseEotf(top)) as [
    number,
    number,
  ];
  const ks = 1.5 * maxLum - 0.5;
  const t = (e1 - ks) / (1 - ks);
  const spline =
    (2 * t ** 3 - 3 * t ** 2 + 1) * ks +
    (t ** 3 - 2 * t ** 2 + t) * (1 - ks) +
    (-2 * t ** 3 + 3 * t ** 2) * maxLum;
  const e2 = e1 < ks || ks >= 1 ? e1 : spline;
  const after = eotf(e2 * inverseEotf(top));
  return each(light, (value) => (value * after) / most / 203);
}

/** What PQ samples 0..1 are as sRGB 0..255 after tone mapping. */
export function pq(space: Space, samples: Triple, peak = 1000): Triple {
  return shown(space, toneMapped(each(samples, eotf), peak));
}

/** The same of HLG samples, shown at 1000 cd/m² with a system gamma of 1.2. */
export function hlg(space: Space, samples: Triple): Triple {
  const [a, b, c] = [0.17883277, 1 - 4 * 0.17883277, 0.55991073];
  const scene = each(samples, (v) => (v <= 0.5 ? v ** 2 / 3 : (Math.exp((v - c) / a) + b) / 12));
  const luminance = times(SPACES[space], scene)[1];
  const display = each(scene, (v) => 1000 * Math.max(luminance, 1e-12) ** 0.2 * v);
  return shown(space, toneMapped(display, 1000));
}

function lab(color: Triple): Triple {
  const white = times(SRGB_TO_XYZ, [1, 1, 1]);
  const xyz = times(
    SRGB_TO_XYZ,
    each(color, (v) => srgbCurve(v / 255)),
  );
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (24389 / 27) * (t / 116) + 16 / 116);
  const [x, y, z] = [f(xyz[0] / white[0]), f(xyz[1] / white[1]), f(xyz[2] / white[2])];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** CIEDE2000 between two sRGB colors 0..255. */
export function deltaE(one: Triple, other: Triple): number {
  const [l1, a1, b1] = lab(one);
  const [l2, a2, b2] = lab(other);
  const meanC = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const g = 0.5 * (1 - Math.sqrt(meanC ** 7 / (meanC ** 7 + 25 ** 7)));
  const [p1, p2] = [a1 * (1 + g), a2 * (1 + g)];
  const [c1, c2] = [Math.hypot(p1, b1), Math.hypot(p2, b2)];
  const hue = (a: number, b: number) =>
    a === 0 && b === 0 ? 0 : ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360;
  const [h1, h2] = [hue(p1, b1), hue(p2, b2)];
  const turn = c1 * c2 === 0 ? 0 : ((h2 - h1 + 540) % 360) - 180;
  const dH = 2 * Math.sqrt(c1 * c2) * Math.sin((turn * Math.PI) / 360);
  const far = Math.abs(h1 - h2) > 180;
  const h = c1 * c2 === 0 ? h1 + h2 : far ? ((h1 + h2 + 360) / 2) % 360 : (h1 + h2) / 2;
  const cos = (degrees: number) => Math.cos((degrees * Math.PI) / 180);
  const t =
    1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const sl = 1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2);
  const [sc, sh] = [1 + 0.045 * c, 1 + 0.015 * c * t];
  const theta = 30 * Math.exp(-(((h - 275) / 25) ** 2));
  const rc = 2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const rt = -Math.sin((2 * theta * Math.PI) / 180) * rc;
  const [x, y, z] = [(l2 - l1) / sl, (c2 - c1) / sc, dH / sh];
  return Math.sqrt(x ** 2 + y ** 2 + z ** 2 + rt * y * z);
}
