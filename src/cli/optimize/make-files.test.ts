import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RESULT } from '../../../test/support/fake-workers.ts';
import { card } from '../../../test/support/pictures.ts';
import type { Optimizer } from '../../library/create-optimizer.ts';
import { findPictures } from './find-pictures.ts';
import { makeFiles, type Outcome } from './make-files.ts';
import { Manifest } from './manifest.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'fovea-make-')));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const BYTES = new Uint8Array([1, 2]);

/** Makes the same two bytes of every picture. */
const optimizer = {
  key: async ({ hash }: { hash: string }) => hash,
  make: async () => ({
    ...RESULT,
    body: { inline: BYTES, hash: createHash('sha256').update(BYTES).digest('hex') },
    result: { width: 8, height: 8, format: 'avif', bytes: 2 },
  }),
} as unknown as Optimizer;

/** One run over a single picture, into the folder `out`. */
async function run(picture: string, out: string, force = false): Promise<Outcome[]> {
  const { pictures } = await findPictures([picture], out);
  const manifest = await Manifest.open(join(folder, 'manifest.json'), out);
  const outcomes: Outcome[] = [];
  for (const one of pictures) {
    const making = {
      ...{ optimizer, manifest, out, settings: {}, formats: [['avif'] as const], widths: [] },
      ...{ sources: new Set([one.path]), force, check: false },
      signal: new AbortController().signal,
    };
    for await (const outcome of makeFiles(one, one.name.replace(/\.\w+$/, ''), making)) {
      outcomes.push(outcome);
    }
  }
  await manifest.save();
  return outcomes;
}

test('a result that was made of another picture is not replaced while that is there', async () => {
  const out = join(folder, 'out');
  const image = card(8, 8);
  writeFileSync(join(folder, 'a.jpg'), await image.clone().jpeg().toBuffer());
  writeFileSync(join(folder, 'a.png'), await image.clone().png().toBuffer());
  writeFileSync(join(folder, 'a.webp'), await image.clone().webp().toBuffer());
  expect(await run(join(folder, 'a.jpg'), out)).toMatchObject([{ status: 'made' }]);
  for (const later of ['a.png', 'a.webp']) {
    const [outcome] = await run(join(folder, later), out);
    expect(outcome).toMatchObject({ status: 'failed', note: expect.stringContaining('of a.jpg') });
  }
  expect(readFileSync(join(folder, 'manifest.json'), 'utf8')).toContain('"a.jpg"');
  // The same picture may change, and one that is gone leaves its place
  writeFileSync(join(folder, 'a.jpg'), await image.clone().negate().jpeg().toBuffer());
  expect(await run(join(folder, 'a.jpg'), out)).toMatchObject([{ status: 'made' }]);
  rmSync(join(folder, 'a.jpg'));
  expect(await run(join(folder, 'a.png'), out)).toMatchObject([{ status: 'made' }]);
  expect(await run(join(folder, 'a.webp'), out, true)).toMatchObject([{ status: 'made' }]);
});

test('a folder that cannot be written to is named, not the picture', async () => {
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'in'));
  writeFileSync(join(folder, 'in', 'b.jpg'), await card(8, 8).jpeg().toBuffer());
  const out = join(folder, 'in', 'b.jpg', 'out');
  const making = {
    ...{ optimizer, out, settings: {}, formats: [['avif'] as const], widths: [] },
    ...{ manifest: await Manifest.open(join(folder, 'none.json'), join(folder, 'gone')) },
    ...{ sources: new Set<string>(), force: false, check: false },
    signal: new AbortController().signal,
  };
  const [picture] = (await findPictures([join(folder, 'in')], out)).pictures;
  if (picture === undefined) throw new Error('expected a picture, found none');
  const outcomes: Outcome[] = [];
  for await (const outcome of makeFiles(picture, 'b', making)) outcomes.push(outcome);
  expect(outcomes).toMatchObject([
    { status: 'failed', note: expect.stringMatching(/^cannot write b\.avif: .*ENOTDIR/) },
  ]);
});
