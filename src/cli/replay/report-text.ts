/** The summary of a replay in words. */
import { printable } from '../printable.ts';
import { type Exhibit, isRight } from './outcome.ts';
import type { Summary } from './tally.ts';

/** Remarks and bad answers that are named; the files hold all. */
const MOST_LINES = 10;

/** Traffic is foreign text, of any length. */
const short = (text: string) => printable(text.slice(0, 300));

export function summaryText(summary: Summary, worst: readonly Exhibit[]): string {
  const { requests, skipped, answered, understood, sizes, bytes, scores } = summary;
  const share = (count: number) =>
    requests === 0 ? '' : ` (${((100 * count) / requests).toFixed(1)} %)`;
  const lines = [
    `${requests} requests replayed${skipped > 0 ? `, ${skipped} lines or entries ask for no picture` : ''}.`,
    `  answered as the vendor did   ${answered}${share(answered)}`,
    `  every parameter understood   ${understood}${share(understood)}`,
  ];
  if (sizes.same + sizes.other > 0) {
    lines.push(`  the vendor's size            ${sizes.same} of ${sizes.same + sizes.other}`);
  }
  if (bytes.theirs > 0) {
    const ratio = ((100 * bytes.ours) / bytes.theirs).toFixed(0);
    lines.push(`  bytes                        ${bytes.ours} against ${bytes.theirs} (${ratio} %)`);
  }
  if (scores !== undefined) {
    const { count, mean, least } = scores;
    lines.push(
      `  SSIMULACRA 2                 mean ${mean.toFixed(1)}, least ${least.toFixed(1)}, of ${count} pairs`,
    );
  }
  lines.push(`  time of an answer            ${summary.meanMilliseconds.toFixed(0)} ms on average`);
  if (summary.remarks.length > 0) {
    lines.push('', 'Without effect, or not as written:');
    for (const { sentence, times } of summary.remarks.slice(0, MOST_LINES)) {
      lines.push(`  ${String(times).padStart(6)}  ${short(sentence)}`);
    }
    const more = summary.remarks.length - MOST_LINES;
    if (more > 0) lines.push(`          and ${more} more`);
  }
  const wrong = worst.filter(({ outcome }) => !isRight(outcome)).slice(0, MOST_LINES);
  if (wrong.length > 0) lines.push('', 'Answered otherwise than by the vendor:');
  for (const { outcome } of wrong) {
    const { status, width, height, vendor, problem, target } = outcome;
    const size = width === undefined ? '' : ` ${width}x${height}`;
    const theirs = vendor?.width === undefined ? '' : `, vendor ${vendor.width}x${vendor.height}`;
    lines.push(`  ${status || 'none'}${size}${theirs}  ${short(target)}`);
    if (problem) lines.push(`        ${short(problem)}`);
  }
  return `${lines.join('\n')}\n`;
}
