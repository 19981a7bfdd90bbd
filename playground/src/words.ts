/**
 * Words: a receipt as sentences, and numbers as people write them.
 *
 * Pure.
 */
import type { Receipt, Trial } from './api.ts';

export function kilobytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes >= 1e6) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
}

const NAMES: Readonly<Record<string, string>> = {
  jpeg: 'JPEG',
  webp: 'WebP',
  avif: 'AVIF',
  png: 'PNG',
  gif: 'GIF',
  jxl: 'JPEG XL',
  svg: 'SVG',
  mp4: 'MP4',
  webm: 'WebM',
};
export const formatName = (format: string) => NAMES[format] ?? format.toUpperCase();

/**
 * The bytes that a format would take for a score, between two points of its curve.
 *
 * Bytes grow about exponentially with the score, so their logarithm is read off a straight line;
 * undefined outside the points.
 */
export function bytesAt(
  points: readonly Trial[],
  format: string,
  score: number,
): number | undefined {
  const known = points
    .filter((point) => point.format === format && point.score !== undefined)
    .sort((a, b) => (a.score ?? 0) - (b.score ?? 0));
  for (let at = 1; at < known.length; at++) {
    const [low, high] = [known[at - 1], known[at]];
    if (low?.score === undefined || high?.score === undefined) continue;
    if (score < low.score || score > high.score || high.score === low.score) continue;
    const share = (score - low.score) / (high.score - low.score);
    return Math.round(Math.exp(Math.log(low.bytes) * (1 - share) + Math.log(high.bytes) * share));
  }
  return undefined;
}

/** What was decided, in sentences. */
export function receiptWords(
  receipt: Receipt,
  score: number | undefined,
  points: readonly Trial[],
): string[] {
  const { format, quality, bytes, sourceBytes, kind, target } = receipt;
  const name = formatName(format);
  const how =
    kind === 'source'
      ? `${name}, the source as it is,`
      : kind === 'lossless'
        ? `${name} without loss`
        : quality === undefined
          ? name
          : `${name} at quality ${quality}`;
  const share = Math.round(100 * (1 - bytes / sourceBytes));
  const saved =
    share >= 0
      ? `${share} % less than the ${kilobytes(sourceBytes)} of the original`
      : `${-share} % more than the ${kilobytes(sourceBytes)} of the original`;
  const sentences = [`${how} took ${kilobytes(bytes)}, ${saved}.`];
  if (score !== undefined) {
    const asked = target === undefined ? '' : ` for a target of ${target}`;
    sentences.push(`It scores ${score.toFixed(1)}${asked}: ${scoreWords(score)}.`);
  }
  if (receipt.outOfReach) sentences.push('The target cannot be reached in this format.');
  if (receipt.cutShort) sentences.push('Time ran out: the server would make it better later.');
  const others =
    score === undefined || kind !== 'encoded'
      ? []
      : ['avif', 'webp', 'jpeg', 'jxl']
          .filter((other) => other !== format)
          .flatMap((other) => {
            const taken = bytesAt(points, other, score);
            return taken === undefined ? [] : [`${formatName(other)} ${kilobytes(taken)}`];
          });
  if (others.length > 0) {
    sentences.push(`For the same score ${listOf(others)} would be taken.`);
  }
  return sentences;
}

function listOf(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** What a score means to an eye. */
export function scoreWords(score: number): string {
  if (score >= 90) return 'no eye tells it from the original';
  if (score >= 80) return 'not told from the original side by side';
  if (score >= 70) return 'high quality';
  if (score >= 60) return 'good quality';
  if (score >= 50) return 'medium quality';
  return score >= 30 ? 'low quality' : 'visibly damaged';
}
