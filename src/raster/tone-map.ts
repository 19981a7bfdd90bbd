/**
 * Tone mapping: light brighter than paper white brought into what an sRGB picture shows
 * (docs/spec/color.md 3, docs/decisions/0008-tone-map-hdr.md).
 *
 * The curve is the EETF of Report ITU-R BT.2390-11, 5.4.1: up to a knee light stays what
 * it is, above it bends to a white of 203 cd/m² (Report ITU-R BT.2408, reference white).
 */

/** Reference white in cd/m²: shown as the white of sRGB. */
export const REFERENCE_WHITE = 203;

/** The brightest light of a picture that does not say it, in cd/m². */
export const USUAL_PEAK = 1000;

/** The most that PQ can say, in cd/m². */
export const PQ_PEAK = 10_000;

const PQ = { m1: 1305 / 8192, m2: 2523 / 32, c1: 107 / 128, c2: 2413 / 128, c3: 2392 / 128 };

/** Light in cd/m² of a PQ sample 0..1 (SMPTE ST 2084). */
export function pqLight(sample: number): number {
  const power = sample ** (1 / PQ.m2);
  const ratio = Math.max(0, power - PQ.c1) / (PQ.c2 - PQ.c3 * power);
  return PQ_PEAK * ratio ** (1 / PQ.m1);
}

/** The PQ sample 0..1 of light in cd/m². */
export function pqSample(light: number): number {
  const power = (light / PQ_PEAK) ** PQ.m1;
  return ((PQ.c1 + PQ.c2 * power) / (1 + PQ.c3 * power)) ** PQ.m2;
}

const HLG = { a: 0.17883277, b: 0.28466892, c: 0.55991073 };

/** Scene light 0..1 of an HLG sample 0..1 (Recommendation ITU-R BT.2100, table 5). */
export function hlgLight(sample: number): number {
  return sample <= 0.5 ? sample ** 2 / 3 : (Math.exp((sample - HLG.c) / HLG.a) + HLG.b) / 12;
}

/** Exponent by which the light of an HLG scene grows on a display of 1000 cd/m². */
export const HLG_SYSTEM_GAMMA = 1.2;

/** Light in cd/m² after mapping from a picture as bright as `peak`. */
export function mapped(light: number, peak: number): number {
  const brightest = Math.max(peak, REFERENCE_WHITE);
  const whole = pqSample(brightest);
  const most = pqSample(REFERENCE_WHITE) / whole;
  const knee = 1.5 * most - 0.5;
  const sample = pqSample(Math.min(light, brightest)) / whole;
  if (sample <= knee || knee >= 1) return Math.min(light, brightest);
  const t = (sample - knee) / (1 - knee);
  const bent =
    (2 * t ** 3 - 3 * t ** 2 + 1) * knee +
    (t ** 3 - 2 * t ** 2 + t) * (1 - knee) +
    (-2 * t ** 3 + 3 * t ** 2) * most;
  return pqLight(bent * whole);
}
