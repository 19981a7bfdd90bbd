/**
 * Savings plot: bytes by day as bars, in SVG that needs no script.
 *
 * The drawing stretches with the page; its words stand around it in HTML, so that they keep their
 * size on a phone. Each bar has its figures as a title, and all of them stand in the table below.
 */
import { escapeHtml } from '../landing/html.ts';
import type { SavingsReport } from './savings-report.ts';
import { bytesText } from './savings-text.ts';

/** Units of the drawing: a day is so wide, the longest bar so high. */
const DAY = 10;
const HEIGHT = 200;
/** Of a day, so much is its bar. */
const BAR = 0.8;

export function plotHtml({ days, from, to, fixedQuality }: SavingsReport): string {
  const tops = days.map((one) => Math.max(one.originalBytes, one.sentBytes.all, jpegLevel(one)));
  const most = niceMost(Math.max(...tops));
  const y = (bytes: number) => round(HEIGHT * (1 - bytes / most));
  const bars = days.map((one, index) => {
    const { day, sentBytes, originalBytes } = one;
    const sent = sentBytes.all;
    if (Math.max(sent, originalBytes) === 0) return '';
    const x = round(index * DAY + (DAY * (1 - BAR)) / 2);
    const bar = (name: string, top: number, bottom: number) =>
      `<rect class="${name}" x="${x}" y="${y(top)}" width="${DAY * BAR}" height="${round(y(bottom) - y(top))}"/>`;
    const saved = originalBytes > sent ? bar('saved', originalBytes, sent) : '';
    const level = y(jpegLevel(one));
    const jpeg =
      one.fixedQuality.jpegBytes === 0
        ? ''
        : `<line class="jpeg" x1="${x}" x2="${round(x + DAY * BAR)}" y1="${level}" y2="${level}"/>`;
    const words = `${day}: ${bytesText(sent)} sent, ${bytesText(originalBytes)} as originals`;
    return `<g><title>${words}</title>${saved}${bar('sent', sent, 0)}${jpeg}</g>`;
  });
  const title = `Bytes by day, ${from} to ${to}`;
  const about = `A bar for each day: below what was sent, above it what was saved against the originals; a line where JPEG of quality ${fixedQuality.quality} would have been. The figures stand in the table of days.`;
  const middle = days[Math.floor(days.length / 2)]?.day ?? '';
  return `<figure>
<div class="most" aria-hidden="true">${bytesText(most)}</div>
<svg class="plot" viewBox="0 0 ${days.length * DAY} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="plot-title plot-about">
<title id="plot-title">${escapeHtml(title)}</title><desc id="plot-about">${escapeHtml(about)}</desc>
${bars.join('')}</svg>
<div class="dates" aria-hidden="true"><span>${from}</span>${days.length > 2 ? `<span>${middle}</span>` : ''}<span>${to}</span></div>
<figcaption><ul class="legend">
<li>${key('<rect class="sent" width="10" height="10"/>')}sent</li>
<li>${key('<rect class="saved" x="1" y="1" width="8" height="8"/>')}saved against the originals</li>
<li>${key('<line class="jpeg" x1="0" x2="10" y1="5" y2="5"/>')}what JPEG of quality ${fixedQuality.quality} would have sent, where a picture has such a size</li>
</ul></figcaption>
</figure>`;
}

/** What would have been sent, had all that is compared been JPEG of the fixed quality. */
function jpegLevel({ sentBytes, fixedQuality }: SavingsReport['days'][number]): number {
  return sentBytes.all + fixedQuality.savedBytes;
}

function key(drawing: string): string {
  return `<svg viewBox="0 0 10 10" aria-hidden="true">${drawing}</svg>`;
}

/** The end of the scale: a round number, at least 1000. */
function niceMost(bytes: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1000, bytes)));
  return (
    [1, 1.5, 2, 3, 4, 5, 6, 8, 10].map((step) => step * power).find((end) => end >= bytes) ??
    10 * power
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
