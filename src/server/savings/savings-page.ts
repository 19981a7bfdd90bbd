/**
 * Savings page: the report as HTML, for people; no script is needed.
 */
import { createHash } from 'node:crypto';
import { FIXED_QUALITY } from '../../optimizer/receipt.ts';
import { escapeHtml } from '../landing/html.ts';
import type { Page } from '../own-pages.ts';
import { plotHtml } from './savings-plot.ts';
import type { Figures, SavingsReport } from './savings-report.ts';
import { STYLE } from './savings-style.ts';
import { bytesText, countText, moneyText, shareText } from './savings-text.ts';

/** Of the estimate, as measured: the worst rows of bench/results/fixed-quality.md, in round numbers. */
const ERRORS =
  'Over the pictures of a test corpus the estimate was within 5 % of the real file for half of the photographs and within 11 % for nine of ten, for drawings within 6 % and 13 %; sums over many pictures were within 7 %.';

/** Spans that the page leads to, in days. */
const SPANS = [7, 30, 90, 400];

export interface PageFacts {
  /** Several nodes share what they make; each counts its own answers. */
  readonly severalNodes: boolean;
  /** Address of the documentation, where it is open. */
  readonly docs?: string;
}

const POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function savingsPage(report: SavingsReport, facts: PageFacts): Page {
  return {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': POLICY,
      'cache-control': 'no-store',
    },
    body: new TextEncoder().encode(html(report, facts)),
  };
}

function html(report: SavingsReport, facts: PageFacts): string {
  const { from, to, days, all } = report;
  const nothing = all.answers.hit + all.answers.miss + all.answers.notModified === 0;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Savings – Fovea</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>Savings</h1>
<p>What this ${facts.severalNodes ? 'node' : 'server'} sent from ${from} to ${to} (days of UTC), and what would have been sent in its place.</p>
<nav aria-label="Span"><ul>${SPANS.map((span) => `<li><a href="?days=${span}"${span === days.length ? ' aria-current="page"' : ''}>${span} days</a></li>`).join('')}</ul></nav>
</header>
<main>
${nothing ? '<p>No pictures were sent in this time.</p>' : shown(report)}
${explained(report, facts)}
</main>
</body>
</html>
`;
}

function shown(report: SavingsReport): string {
  const { all, sources, days, fixedQuality } = report;
  return `${keyFigures(all, fixedQuality.quality)}
<h2>By day</h2>
${plotHtml(report)}
<h2>By source</h2>
${table(
  'Sources by what they saved.',
  'Source',
  sources.map((one) => [one.source, one]),
  fixedQuality.quality,
)}
<h2>Days</h2>
${table(
  'Days, the last one first; those without answers left out.',
  'Day',
  days.flatMap((one) => (one.sources.length === 0 ? [] : [[one.day, one] as const])).reverse(),
  fixedQuality.quality,
)}`;
}

function keyFigures(all: Figures, quality: number): string {
  const { sentBytes, originalBytes, savedBytes, answers, money, fixedQuality } = all;
  const paid = (sums: Readonly<Record<string, number>> | undefined) =>
    sums === undefined ? '' : `<small>${escapeHtml(moneyText(sums))}</small>`;
  const tile = (name: string, value: string, ...rest: string[]) =>
    `<div><dt>${name}</dt><dd><b>${value}</b>${rest.join('')}</dd></div>`;
  const small = (text: string) => `<small>${text}</small>`;
  return `<dl class="figures">
${tile(
  'Sent',
  bytesText(sentBytes.all),
  small(
    `${bytesText(sentBytes.hit)} from the store, ${bytesText(sentBytes.miss)} made for the answer`,
  ),
  small(
    `${countText(answers.hit)} hits, ${countText(answers.miss)} misses, ${countText(answers.notModified)} not modified (304)`,
  ),
)}
${tile('The originals', bytesText(originalBytes), small('in place of the same answers'))}
${tile('Saved against the originals', bytesText(savedBytes), small(shareText(savedBytes, originalBytes)), paid(money?.saved))}
${tile(
  `Saved against JPEG of quality ${quality}`,
  fixedQuality.jpegBytes === 0 ? '–' : bytesText(fixedQuality.savedBytes),
  small(
    fixedQuality.jpegBytes === 0
      ? 'nothing to compare with yet'
      : `${shareText(fixedQuality.savedBytes, fixedQuality.jpegBytes)} of ${bytesText(fixedQuality.jpegBytes)}, ${shareText(fixedQuality.measured, 1)} of it measured, the rest estimated`,
  ),
  paid(money?.savedAgainstFixedQuality),
)}
</dl>`;
}

function table(
  caption: string,
  first: string,
  rows: readonly (readonly [name: string, figures: Figures])[],
  quality: number,
): string {
  const priced = rows.some(([, { money }]) => money !== undefined);
  const heads = [
    ...[first, 'Hits', 'Misses', '304', 'Sent', 'Originals', 'Saved', 'Share'],
    ...(priced ? ['Money'] : []),
    `Saved against JPEG ${quality}`,
    'Share',
    ...(priced ? ['Money'] : []),
  ];
  const line = ([name, one]: readonly [string, Figures]) => {
    const { answers, sentBytes, originalBytes, savedBytes, fixedQuality, money } = one;
    const compared = fixedQuality.jpegBytes > 0;
    const cells = [
      ...[answers.hit, answers.miss, answers.notModified].map(countText),
      ...[sentBytes.all, originalBytes, savedBytes].map(bytesText),
      shareText(savedBytes, originalBytes),
      ...(priced ? [moneyText(money?.saved ?? {})] : []),
      compared ? bytesText(fixedQuality.savedBytes) : '–',
      shareText(fixedQuality.savedBytes, fixedQuality.jpegBytes),
      ...(priced ? [compared ? moneyText(money?.savedAgainstFixedQuality ?? {}) : '–'] : []),
    ];
    return `<tr><th scope="row">${escapeHtml(name)}</th>${cells.map((cell) => `<td>${escapeHtml(cell)}</td>`).join('')}</tr>`;
  };
  return `<div class="wide" tabindex="0" role="region" aria-label="${escapeHtml(caption)}"><table>
<caption>${escapeHtml(caption)}</caption>
<thead><tr>${heads.map((head) => `<th scope="col">${escapeHtml(head)}</th>`).join('')}</tr></thead>
<tbody>${rows.map(line).join('\n')}</tbody>
</table></div>`;
}

function explained({ days, fixedQuality }: SavingsReport, facts: PageFacts): string {
  const { quality } = fixedQuality;
  const scaled =
    quality === FIXED_QUALITY
      ? ''
      : ` Of quality ${quality} nothing is measured: these bytes are those of quality ${FIXED_QUALITY} times what the mean picture takes beside it.`;
  const nodes = facts.severalNodes
    ? '<li>These are the figures of this node alone. Other nodes have their own; the metrics <code>fovea_savings_…</code> of all of them add up in Prometheus.</li>'
    : '';
  const more =
    facts.docs === undefined
      ? ''
      : ` <a href="${escapeHtml(facts.docs)}">How it is counted</a>, in full.`;
  return `<h2>How it is counted</h2>
<ul>
<li>Bytes are those of the bodies that pictures and videos were answered with. Errors, HEAD, data about pictures and pages are left out; 304 sends nothing and saves nothing.</li>
<li>The original is the file that the picture was made of, counted as if it had been sent in its place, once for each answer.</li>
<li>JPEG of quality ${quality} is what a server would send that does not look at its pictures: the same pixels by mozjpeg, 4:2:0. Pictures with transparency, animations, videos and drawings have no such size and are left out of that comparison. Where the background has refined a picture this size was measured; before that it is an <strong>estimate</strong> from the encodes that were made for the picture: one that takes more than the mean picture in one encoder does so in JPEG. ${ERRORS}${scaled}</li>
<li>Money is the saved bytes at today’s prices of the configuration, for 10<sup>9</sup> bytes each; without a price there is none.</li>
${nodes}</ul>
<p>The same <a href="savings.json?days=${days.length}">as JSON</a>.${more}</p>`;
}
