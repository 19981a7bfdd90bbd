/** The page of errors, from the tables of faults and guides. */
import { FAULTS } from '../../dist/base/fault.js';
import { ERROR_GUIDES } from '../../dist/server/documentation/error-guides.js';
import { ERROR_CODES, statusOfError } from '../../dist/server/http/error-codes.js';

/** The page as Markdown. */
export function errorsPage() {
  return `# Errors and remarks

Generated from \`src/base/fault.ts\` and \`src/server/documentation/error-guides.ts\` by \`npm run docs\`; do not edit.

An error is one sentence of plain text. Who lists \`application/json\` or \`application/problem+json\` in \`Accept\` gets an object with the
code of this page in \`code\` (RFC 9457); ImageOptim and Fastly have forms of their own beside it. Where this server shows its
documentation (\`docs: true\`), the text ends with the address of the page of its error, and a header \`Link\` with \`rel="help"\` names it too.

The status is that of the server; a dialect may have another one where its service was seen to answer so.

## Remarks

What is read and cannot be done, or not as it is written, stops no picture. It is said in the header \`Fovea-Warning\`
([headers](headers.md#fovea-warning)), in \`explain\`, and counted in \`fovea_parameters_without_effect_total\`.

| remark | meaning |
| --- | --- |
| not built | The service documents the parameter, and this server does not do it: its row in the reference says *planned* or *ignored*. With \`unsupported: refuse\` it is an error. |
| not used | The value cannot be read, lies out of its range, or needs another parameter beside it. |
| warning | It was done, but otherwise than it is written: a size that was bound, a format that the source cannot take. |
| note | Worth knowing, and nothing is missing. |

[Remarks](remarks.md) has each sentence, what it means, and what helps. Most name a parameter, whose row stands in the reference of the
dialect: [Fastly](fastly.md), [imgix](imgix.md), [ImageOptim](imageoptim.md).

## Errors

${ERROR_CODES.map(section).join('\n')}`;
}

function section(code) {
  const { means, causes, helps } = ERROR_GUIDES[code];
  const kept = FAULTS[code]?.ttl ?? 0;
  const again = FAULTS[code]?.retry ? ', may pass by itself' : '';
  const cached = kept > 0 ? `, kept for ${kept} s` : '';
  return `### ${code}

${means} Status ${statusOfError(code)}${cached}${again}.

${causes.map((cause) => `- ${cause}`).join('\n')}

${helps}
`;
}
