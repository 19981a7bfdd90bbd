/** Flags of `optimize`, read as what they mean. */

import { join } from 'node:path';
import { withoutEnd } from '../../base/without-ends.ts';
import { usableCores } from '../../engine/cores.ts';
import { MOST_JOBS } from '../../library/create-optimizer.ts';
import {
  EFFORTS,
  type Effort,
  MOST_SIDE,
  type OptimizeSettings,
  OUTPUT_FORMATS,
  type OutputFormat,
  TARGET_WORDS,
  type Target,
  USUAL_EFFORT,
  USUAL_FORMATS,
} from '../../library/optimize-plan.ts';
import { countFlag, textFlag } from '../flags.ts';
import { UsageError } from '../usage-error.ts';
import { MANIFEST_NAME } from './manifest.ts';

export interface OptimizeFlags {
  /** Folder of the results. */
  readonly out: string;
  /** File of the manifest. */
  readonly manifest: string;
  /** For each picture: the formats of each of its results. */
  readonly formats: readonly NonNullable<OptimizeSettings['formats']>[];
  readonly settings: Pick<OptimizeSettings, 'target' | 'metadata' | 'effort'>;
  /** Each once, the largest first. */
  readonly widths: readonly number[];
  /** Pictures at once. */
  readonly jobs: number;
  /** Percent of their bytes that pictures may be too large by. */
  readonly threshold: number;
  readonly check: boolean;
  readonly dryRun: boolean;
  readonly watch: boolean;
  readonly force: boolean;
  readonly json: boolean;
}

/** Where results go that are given no folder. */
export const OUT = 'fovea-optimized';

const MOST_WIDTHS = 20;

/** @throws UsageError where one cannot be read, or two do not go together */
export function optimizeFlags(given: Readonly<Record<string, unknown>>): OptimizeFlags {
  const out = textFlag(given.out) ?? OUT;
  const check = given.check === true;
  const flags: OptimizeFlags = {
    out,
    manifest: textFlag(given.manifest) ?? join(out, MANIFEST_NAME),
    formats: formatsOf(textFlag(given.format) ?? (check ? 'source' : 'auto')),
    settings: {
      target: targetOf(given.target),
      metadata: metadataOf(given.metadata),
      effort: effortOf(given.effort),
    },
    widths: widthsOf(textFlag(given.width)),
    jobs: given.jobs === undefined ? usableCores() : countFlag(given.jobs, '--jobs', MOST_JOBS),
    threshold: percentOf(given.threshold),
    check,
    dryRun: given.dryRun === true,
    watch: given.watch === true,
    force: given.force === true,
    json: given.json === true,
  };
  const alone = (['check', 'dryRun', 'watch'] as const).filter((name) => flags[name]);
  if (alone.length > 1) {
    throw new UsageError(['expected one of --check, --dry-run and --watch, got several']);
  }
  if (flags.watch && flags.json) {
    throw new UsageError(['expected --watch or --json, got both: watching has no end to report']);
  }
  return flags;
}

/** `auto` is one result in the best of the usual formats, `avif,webp` are two results. */
function formatsOf(given: string): OptimizeFlags['formats'] {
  const named = [...new Set(given.toLowerCase().split(',').map(trimmed))];
  return named.map((name) => {
    if (name === 'auto') return USUAL_FORMATS;
    if (name === 'source' || isOutputFormat(name)) return [name];
    const known = ['auto', 'source', ...OUTPUT_FORMATS].join(', ');
    throw new UsageError([`expected ${known} for --format, got ${name}`]);
  });
}

const trimmed = (name: string) => name.trim().replace(/^jpg$/, 'jpeg');

function isOutputFormat(name: string): name is OutputFormat {
  return OUTPUT_FORMATS.some((format) => format === name);
}

function targetOf(given: unknown): Target {
  const text = String(given ?? 'medium');
  if (Object.hasOwn(TARGET_WORDS, text)) return text as keyof typeof TARGET_WORDS;
  const score = /^\d{1,3}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (score >= 1 && score <= 100) return score;
  throw new UsageError([
    `expected low, medium, high or a score from 1 to 100 for --target, got ${text}`,
  ]);
}

function effortOf(given: unknown): Effort {
  const text = String(given ?? USUAL_EFFORT);
  if (Object.hasOwn(EFFORTS, text)) return text as Effort;
  throw new UsageError([`expected ${Object.keys(EFFORTS).join(', ')} for --effort, got ${text}`]);
}

function metadataOf(given: unknown): 'none' | 'copyright' {
  if (given === undefined || given === 'none') return 'none';
  if (given === 'copyright') return given;
  throw new UsageError([`expected none or copyright for --metadata, got ${given}`]);
}

function widthsOf(given: string | undefined): number[] {
  if (given === undefined) return [];
  const texts = given.split(',').map((text) => text.trim());
  const widths = texts.map(Number);
  const good = widths.every((width, i) => {
    const whole = /^\d{1,5}$/.test(texts[i] ?? '');
    return whole && width >= 1 && width <= MOST_SIDE;
  });
  if (!good || widths.length > MOST_WIDTHS) {
    const most = `at most ${MOST_WIDTHS} whole numbers from 1 to ${MOST_SIDE}`;
    throw new UsageError([`expected ${most} for --width, such as 400,800, got ${given}`]);
  }
  return [...new Set(widths)].sort((a, b) => b - a);
}

function percentOf(given: unknown): number {
  const text = withoutEnd(String(given ?? '10'), '%').trim();
  const percent = /^\d{1,3}(?:\.\d{1,6})?$/.test(text) ? Number(text) : Number.NaN;
  if (percent <= 100) return percent;
  throw new UsageError([`expected percent from 0 to 100 for --threshold, got ${given}`]);
}
