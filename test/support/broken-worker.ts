/** The built worker with encoders that do not work, as on a machine whose libraries are damaged. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** `wrong`: it shows other colors than it was given. `ends`: it takes its process along. */
export type Break = 'throws' | 'wrong' | 'ends';

const BREAKS: Readonly<Record<Break, string>> = {
  throws: '() => { throw new Error("this encoder is broken"); }',
  wrong: 'function (options) { return encode.call(this.negate({ alpha: false }), options); }',
  ends: '() => process.kill(process.pid, "SIGILL")',
};

export interface WorkerProgram {
  readonly program: URL;
  /** Takes it away. */
  remove(): void;
}

/** A program for workers whose encoders, by their methods of sharp, are broken in these ways. */
export function brokenWorker(breaks: Readonly<Record<string, Break>>): WorkerProgram {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-broken-'));
  const file = join(folder, 'worker.mjs');
  const built = new URL('../../dist/engine/worker.js', import.meta.url).href;
  const lines = Object.entries(breaks).map(
    ([method, how]) =>
      `{ const encode = sharp.prototype.${method}; sharp.prototype.${method} = ${BREAKS[how]}; }`,
  );
  writeFileSync(
    file,
    [
      `import { createRequire } from 'node:module';`,
      `const sharp = createRequire(${JSON.stringify(built)})('sharp');`,
      ...lines,
      `await import(${JSON.stringify(built)});`,
    ].join('\n'),
  );
  return {
    program: pathToFileURL(file),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
