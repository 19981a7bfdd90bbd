/**
 * The worst outcomes as one page without scripts: the vendor's picture beside ours, both within
 * the file, so that it can be sent to somebody.
 */

import { formatCard } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import { escapeHtml } from '../../server/landing/html.ts';
import type { Exhibit, Outcome } from './outcome.ts';
import type { Summary } from './tally.ts';

/** Largest picture that is put into the page, in bytes. */
const LARGEST_PICTURE = 4 * 2 ** 20;

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { text-align: left; padding: .25rem .75rem .25rem 0; vertical-align: top; border-bottom: 1px solid #8884; }
code { overflow-wrap: anywhere; }
article { margin: 2.5rem 0; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; }
figure { margin: 0; }
img { max-width: 100%; max-height: 24rem; background: repeating-conic-gradient(#ccc 0 25%, #fff 0 50%) 0 0 / 16px 16px; }
.bad { color: #b91c1c; }`;

/** The page. */
export function reportHtml(summary: Summary, worst: readonly Exhibit[]): string {
  const remarks = summary.remarks
    .slice(0, 50)
    .map(({ sentence, times }) => `<tr><td>${times}</td><td>${escapeHtml(sentence)}</td></tr>`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Replay</title>
<style>${STYLE}</style>
</head>
<body>
<h1>Replay</h1>
${figures(summary)}
${remarks.length === 0 ? '' : `<h2>Without effect, or not as written</h2>\n<table><tr><th>times</th><th>remark</th></tr>${remarks.join('\n')}</table>`}
<h2>The worst ${worst.length}</h2>
${worst.map(article).join('\n')}
</body>
</html>
`;
}

function figures({ requests, answered, understood, sizes, bytes, scores }: Summary): string {
  const rows: [string, string][] = [
    ['requests', String(requests)],
    ['answered as the vendor did', String(answered)],
    ['every parameter understood', String(understood)],
  ];
  if (sizes.same + sizes.other > 0) {
    rows.push(["the vendor's size", `${sizes.same} of ${sizes.same + sizes.other}`]);
  }
  if (bytes.theirs > 0) {
    const ratio = ((100 * bytes.ours) / bytes.theirs).toFixed(0);
    rows.push(['bytes against the vendor', `${bytes.ours} / ${bytes.theirs} (${ratio} %)`]);
  }
  if (scores !== undefined) {
    rows.push([
      'SSIMULACRA 2 against the vendor',
      `mean ${scores.mean.toFixed(1)}, least ${scores.least.toFixed(1)}, of ${scores.count}`,
    ]);
  }
  return `<table>${rows.map(([name, value]) => `<tr><th>${name}</th><td>${escapeHtml(value)}</td></tr>`).join('\n')}</table>`;
}

function article({ outcome, ours, theirs }: Exhibit): string {
  const { host = '', target, remarks, problem, score } = outcome;
  const said = [
    ...(problem ? [`<p class="bad">${escapeHtml(problem)}</p>`] : []),
    ...remarks.map((remark) => `<p class="bad">${escapeHtml(remark)}</p>`),
    ...(score === undefined ? [] : [`<p>SSIMULACRA 2 ${score.toFixed(1)}</p>`]),
  ];
  return `<article>
<p><code>${escapeHtml(`${host}${target}`)}</code></p>
${said.join('\n')}
<div class="pair">${figure('vendor', outcome.vendor, theirs)}${figure('Fovea', outcome, ours)}</div>
</article>`;
}

function figure(
  name: string,
  facts: Pick<Outcome, 'status' | 'type' | 'width' | 'height' | 'bytes'> | undefined,
  body: Uint8Array | undefined,
): string {
  const size = facts?.width === undefined ? undefined : `${facts.width} x ${facts.height}`;
  const bytes = facts?.bytes === undefined ? undefined : `${facts.bytes} bytes`;
  const status = facts === undefined ? 'not recorded' : facts.status || 'no answer';
  const caption = [name, status, facts?.type, size, bytes].filter((one) => one !== undefined);
  return `<figure>${picture(name, body)}<figcaption>${escapeHtml(caption.join(' · '))}</figcaption></figure>`;
}

/** Only what is a picture by its first bytes, under the media type that these say. */
function picture(name: string, body: Uint8Array | undefined): string {
  if (body === undefined || body.length > LARGEST_PICTURE) return '';
  const format = sniffFormat(body);
  if (format === undefined) return '';
  const data = Buffer.from(body).toString('base64');
  return `<img alt="${name}" src="data:${formatCard(format).mediaType};base64,${data}">`;
}
