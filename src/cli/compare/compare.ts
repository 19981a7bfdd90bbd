/**
 * The command `compare`: how much of one picture another one has kept, and in how many bytes.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import type { Region, Size } from '../../base/size.ts';
import type { FormatName } from '../../image/format.ts';
import { guarded } from '../../metrics/guarded.ts';
import { createSsimulacra2 } from '../../metrics/ssimulacra2.ts';
import { vipsEncoder } from '../../vips/encode.ts';
import { textFlag } from '../flags.ts';
import { bytesText } from '../optimize/optimize-report.ts';
import { printable } from '../printable.ts';
import type { Surroundings } from '../surroundings.ts';
import { UsageError } from '../usage-error.ts';
import { heatMap } from './heat-map.ts';
import { openPicture, type PictureFile } from './read-picture.ts';

export interface CompareFlags {
  readonly json: boolean;
  /** File of the heat map, a PNG. */
  readonly heatMap: string | undefined;
  /** The least score that is good enough. */
  readonly atLeast: number | undefined;
}

interface FileFacts extends Size {
  readonly file: string;
  readonly format: FormatName;
  readonly bytes: number;
}

/** What `--json` prints. */
export interface CompareReport {
  readonly reference: FileFacts;
  readonly picture: FileFacts;
  /** SSIMULACRA 2, and that of the worst region of 128 by 128 pixels, smooth areas guarded. */
  readonly score: number;
  readonly worst: number;
  /** Where the metric sees the largest error, in pixels. */
  readonly worstRegion: Region;
  /** Bytes of the picture, in percent of the reference. */
  readonly percent: number;
  /** The reference was brought to the size of the picture first. */
  readonly resized: boolean;
  readonly heatMap?: string;
}

const KERNEL = new URL('../../wasm/ssimulacra2.wasm', import.meta.url);

/** @throws UsageError where one cannot be read */
export function compareFlags(given: Readonly<Record<string, unknown>>): CompareFlags {
  const least = textFlag(given.atLeast);
  if (least !== undefined && !/^-?\d{1,3}(?:\.\d{1,6})?$/.test(least)) {
    throw new UsageError([`expected a score such as 75 for --at-least, got ${least}`]);
  }
  return {
    json: given.json === true,
    heatMap: textFlag(given.heatMap),
    atLeast: least === undefined ? undefined : Number(least),
  };
}

/** Compares two pictures; true where the score is good enough. @throws Fault, ConfigError, system errors */
export async function compare(
  reference: string,
  picture: string,
  flags: CompareFlags,
  { out }: Pick<Surroundings, 'out'>,
): Promise<boolean> {
  const { heatMap: map } = flags;
  if (map !== undefined && [reference, picture].some((one) => resolve(one) === resolve(map))) {
    throw new UsageError(['expected a file of its own for --heat-map, got one of the pictures']);
  }
  const [before, after] = [await openPicture(reference), await openPicture(picture)];
  const [whole, candidate] = [await before.read(after.size), await after.read()];
  const metric = await createSsimulacra2(await readFile(KERNEL));
  const judge = guarded(metric);
  judge.setReference(whole);
  const { score, worst } = judge.compare(candidate);
  const errors = metric.errorMap(candidate);
  if (map !== undefined) {
    const shown = heatMap(candidate, errors);
    await writeFile(map, await vipsEncoder.encode(shown, { format: 'png', effort: 4 }));
  }
  const report: CompareReport = {
    ...{ reference: factsOf(before), picture: factsOf(after), score, worst },
    worstRegion: regionOf(errors.worst),
    percent: (100 * after.info.bytes) / before.info.bytes,
    resized: before.size.width !== after.size.width || before.size.height !== after.size.height,
    ...(map === undefined ? {} : { heatMap: map }),
  };
  out(flags.json ? `${JSON.stringify(report, null, 2)}\n` : textOf(report));
  return flags.atLeast === undefined || score >= flags.atLeast;
}

function regionOf({ left, top, width, height }: Region): Region {
  return { left, top, width, height };
}

function factsOf({ path, info, size }: PictureFile): FileFacts {
  return { file: relative('.', path) || path, format: info.format, ...size, bytes: info.bytes };
}

function textOf({
  reference,
  picture,
  score,
  worst,
  percent,
  resized,
  heatMap: map,
}: CompareReport) {
  const line = (name: string, { file, format, width, height, bytes }: FileFacts) =>
    `${name}  ${printable(file)}, ${format}, ${width} x ${height}, ${bytesText(bytes)}\n`;
  const compared = resized ? ', the reference at the size of the picture' : '';
  return [
    line('reference', reference),
    line('picture  ', picture),
    `bytes      ${percent.toFixed(percent < 10 ? 1 : 0)} % of the reference\n`,
    `score      ${score.toFixed(1)} (${wordsOf(score)})${compared}\n`,
    `worst      ${worst.toFixed(1)}, of any region\n`,
    ...(map === undefined ? [] : [`heat map   ${printable(map)}\n`]),
  ].join('');
}

/** The published ladder of the metric. */
function wordsOf(score: number): string {
  if (score >= 90) return 'visually lossless';
  if (score >= 80) return 'very high quality';
  if (score >= 70) return 'high quality';
  if (score >= 50) return 'medium quality';
  return 'low quality';
}
