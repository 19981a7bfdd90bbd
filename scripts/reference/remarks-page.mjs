/** The page of remarks, from the table of guides. */
import { REMARK_GUIDES } from '../../dist/server/documentation/remark-guides.js';

const CHAPTERS = [
  ['fastly', 'Fastly'],
  ['imgix', 'imgix'],
  ['imageoptim', 'ImageOptim'],
  ['every dialect', 'Every dialect'],
  ['pictures', 'Pictures'],
];

/** The page as Markdown. */
export function remarksPage() {
  const chapters = CHAPTERS.map(([of, words]) => {
    const rows = Object.entries(REMARK_GUIDES).filter(([, guide]) => guide.of === of);
    return `## ${words}\n\n${rows.map(section).join('\n')}`;
  });
  return `# Remarks

Generated from \`src/server/documentation/remark-guides.ts\` by \`npm run docs\`; do not edit.

What \`Fovea-Warning\` and \`explain\` say of a request that was answered all the same: every sentence, what it means, and what helps. In a
sentence … stands for what is put in. What stops a request is an [error](errors.md), which says too what kinds of remarks there are.

${chapters.join('\n')}`;
}

function section([code, { says, means, helps, example, headers = {} }]) {
  const sent = Object.entries(headers).map(([name, value]) => ` with \`${name}: ${value}\``);
  const shown = example === undefined ? '' : `\nFor example \`${example}\`${sent.join('')}.\n`;
  return `### ${code}\n\n> ${says.replace(/[<*_\\]/g, '\\$&')}\n\n${means} ${helps}\n${shown}`;
}
