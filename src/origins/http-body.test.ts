import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { piecesOf } from './http-body.ts';

const later = (milliseconds = 0) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test('a stream comes whole and in order, whoever of writer and reader is slower', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 120_000 }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.boolean(), fc.boolean(), async (lengths, slow, waits) => {
      const sent = lengths.map((length, i) => Buffer.alloc(length, i + 1));
      const stream = Readable.from(
        (async function* () {
          for (const piece of sent) {
            if (waits) await later();
            yield piece;
          }
        })(),
        { objectMode: false },
      );
      const got: Uint8Array[] = [];
      for await (const piece of piecesOf(stream)) {
        if (slow) await later();
        got.push(piece);
      }
      expect(Buffer.concat(got).equals(Buffer.concat(sent))).toBe(true);
    }),
    { numRuns: 40 },
  );
});

test('hands on the very memory that came', async () => {
  const sent = [Buffer.alloc(70_000, 1), Buffer.alloc(70_000, 2)];
  const stream = new Readable({ read() {} });
  const pieces = piecesOf(stream);
  const first = pieces.next();
  for (const piece of sent) stream.push(piece);
  stream.push(null);
  expect((await first).value).toBe(sent[0]);
  expect((await pieces.next()).value).toBe(sent[1]);
  expect((await pieces.next()).done).toBe(true);
});

test('takes no more ahead of its reader than it says', async () => {
  let made = 0;
  const stream = new Readable({
    read() {
      made += 65_536;
      this.push(Buffer.alloc(65_536));
    },
  });
  const pieces = piecesOf(stream);
  await pieces.next();
  await later(30);
  expect(made).toBeLessThan(1_000_000);
  await pieces.return(undefined);
  expect(stream.destroyed).toBe(true);
});

test.each([
  ['fails', (stream: Readable) => stream.destroy(new Error('it broke off')), 'it broke off'],
  ['ends before its end', (stream: Readable) => stream.destroy(), 'Premature close'],
])('a stream that %s gives what came, and then fails', async (_, end, message) => {
  const stream = new Readable({ read() {} });
  const pieces = piecesOf(stream);
  const first = pieces.next();
  stream.push(Buffer.from('a beginning'));
  expect(Buffer.from((await first).value ?? []).toString()).toBe('a beginning');
  end(stream);
  await expect(pieces.next()).rejects.toThrow(message);
});
