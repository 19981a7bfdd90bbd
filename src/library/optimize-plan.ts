/**
 * OptimizePlan: what is asked of a picture without a URL, as a plan.
 *
 * The whole picture upright, at most as large as asked for, in the smallest of the formats that
 * may be written, at the score that a target names. Pure.
 */
import { targetFor } from '../dialects/targets.ts';
import type { FormatName } from '../image/format.ts';
import { type EncodableFormat, formatCard } from '../image/format.ts';
import type { Mode } from '../optimizer/mode.ts';
import { canonicalize } from '../plan/canonicalize.ts';
import type { Op } from '../plan/op.ts';
import { type FormatRule, picture, type QualitySpec } from '../plan/output.ts';
import { type Plan, sourcePlan } from '../plan/plan.ts';

/** A format that can be asked for by name. */
export type OutputFormat = Exclude<EncodableFormat, 'mp4' | 'webm'>;

/** The same as a list, in the order in which help texts name them. */
export const OUTPUT_FORMATS = ['avif', 'webp', 'jpeg', 'png', 'jxl', 'gif'] as const;

/**
 * Scores that the words for a target mean, on the scale of SSIMULACRA 2. They are those of Fastly's
 * degrees of compression, the other way round: `high` is the quality, not the compression.
 */
export const TARGET_WORDS = {
  low: targetFor('fastly-high'),
  medium: targetFor('fastly-medium'),
  high: targetFor('fastly-low'),
} as const;

/** Longest side that can be asked for, in pixels. */
export const MOST_SIDE = 65_535;

/** A word for a target, or a score on the scale of SSIMULACRA 2, 1 to 100. */
export type Target = keyof typeof TARGET_WORDS | number;

/** Formats that are tried where none are named: the smallest is the answer. */
export const USUAL_FORMATS = ['avif', 'webp', 'source'] as const;

/**
 * What may be spent on a picture: `fast` as much as a server spends on a first answer, `balanced` as much as it
 * spends on refining one, `best` the slowest settings that save anything.
 */
export const EFFORTS = {
  fast: 'online',
  balanced: 'background',
  best: 'offline',
} as const satisfies Record<string, Mode>;

/** A word for what may be spent. */
export type Effort = keyof typeof EFFORTS;

/** What is spent where nothing else is said. */
export const USUAL_EFFORT: Effort = 'balanced';

/** What a picture shall become. */
export interface OptimizeSettings {
  /**
   * Formats that may be written; `source` is that of the source. Of several the smallest that reaches the
   * target is the answer, of one that one, unless the file of the source is smaller, a picture too small for its
   * container, or moves and the format does not. AVIF, WebP and that of the source by default.
   */
  readonly formats?: readonly (OutputFormat | 'source')[];
  /** `medium` by default: 75. */
  readonly target?: Target;
  /** Most pixels across, 1 to 65535; no picture is enlarged. */
  readonly width?: number;
  /** Most pixels down. */
  readonly height?: number;
  /** `copyright`: rights fields go from JPEG to JPEG; `none`, the default: no metadata does. */
  readonly metadata?: 'none' | 'copyright';
  /** How much is spent: `balanced` by default. */
  readonly effort?: Effort;
}

const SETTINGS: readonly string[] = ['formats', 'target', 'width', 'height', 'metadata', 'effort'];

/** The plan of some settings, canonical, with the formats that it asks whether they are accepted. */
export interface OptimizePlan {
  readonly plan: Plan;
  readonly accepts: readonly FormatName[];
  /** `balanced` by default. */
  readonly effort?: Effort;
}

/**
 * The plan for a source of a format.
 *
 * An SVG is made safe and stays one, unless a format of pixels is all that is named.
 */
export function optimizePlan(settings: OptimizeSettings, source: FormatName): OptimizePlan {
  const { formats = USUAL_FORMATS, metadata = 'none', effort = USUAL_EFFORT } = settings;
  if (source === 'svg' && formats.includes('source')) {
    return { plan: canonicalize(sourcePlan(true)), accepts: [], effort };
  }
  const named = formats.filter((format) => format !== 'source');
  const plan = canonicalize({
    frames: { kind: 'all' },
    ops: [{ kind: 'orient', by: 'source' }, ...resizeOf(settings)],
    output: picture({ formats: rulesOf(formats), quality: qualityOf(settings), metadata }),
  });
  return { plan, accepts: named, effort };
}

/**
 * What a caller without types may get wrong.
 *
 * @throws RangeError for a target, size or format that cannot be meant, and for a name that no option has
 */
export function checkSettings(settings: OptimizeSettings): void {
  const { formats, target, width, height, metadata = 'none', effort = USUAL_EFFORT } = settings;
  const unknown = Object.keys(settings).find((name) => !SETTINGS.includes(name));
  if (unknown !== undefined) {
    throw new RangeError(`expected options of ${SETTINGS.join(', ')}, got ${unknown}`);
  }
  if (metadata !== 'none' && metadata !== 'copyright') {
    throw new RangeError(`expected none or copyright for metadata, got ${metadata}`);
  }
  if (!Object.hasOwn(EFFORTS, effort)) {
    throw new RangeError(`expected ${Object.keys(EFFORTS).join(', ')} for effort, got ${effort}`);
  }
  const score = scoreOf(target);
  if (!(score >= 1 && score <= 100)) {
    throw new RangeError(`expected low, medium, high or a score from 1 to 100, got ${target}`);
  }
  for (const side of [width, height]) {
    if (side !== undefined && !(Number.isInteger(side) && side >= 1 && side <= MOST_SIDE)) {
      throw new RangeError(`expected whole pixels from 1 to ${MOST_SIDE}, got ${side}`);
    }
  }
  const known: readonly string[] = ['source', ...OUTPUT_FORMATS];
  if (formats !== undefined && !Array.isArray(formats)) {
    throw new RangeError(`expected a list of formats, got ${formats}`);
  }
  const wrong = formats?.find((format) => !known.includes(format));
  if (wrong !== undefined || formats?.length === 0) {
    throw new RangeError(`expected formats of ${known.join(', ')}, got ${wrong ?? 'none'}`);
  }
}

/** The score that a target means. */
export function scoreOf(target: Target = 'medium'): number {
  return typeof target === 'number' ? target : TARGET_WORDS[target];
}

function qualityOf({ target }: OptimizeSettings): QualitySpec {
  return { kind: 'target', score: scoreOf(target) };
}

function resizeOf({ width, height }: OptimizeSettings): Op[] {
  if (width === undefined && height === undefined) return [];
  return [
    {
      kind: 'resize',
      ...(width === undefined ? {} : { width: { px: width } }),
      ...(height === undefined ? {} : { height: { px: height } }),
      fit: 'inside',
      enlarge: 'never',
      filter: 'lanczos3',
    },
  ];
}

/** What every client shows, where nothing that was named can hold the picture. */
const LAST: readonly FormatRule[] = [
  { when: { animated: true }, format: 'gif' },
  { when: { alpha: true }, format: 'png' },
  { format: 'jpeg' },
];

function rulesOf(formats: readonly (OutputFormat | 'source')[]): FormatRule[] {
  const only = formats.length === 1;
  const rules = formats.map((format): FormatRule => {
    if (format === 'source') return { format };
    // An animation is not made a still for the sake of a format.
    const still = formatCard(format).animation ? {} : { animated: false };
    return { when: { accepts: format, ...still }, format, ...(only ? { final: true } : {}) };
  });
  // The file of the source stands in for what is not smaller
  const source: FormatRule[] = formats.includes('source') ? [] : [{ format: 'source' }];
  return [...rules, ...source, ...LAST];
}
