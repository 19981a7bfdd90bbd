/** What every origin does, wherever its originals live. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isFault } from '../base/fault.ts';
import type { SourceRef } from '../image/source-ref.ts';
import type { Fetched, Origin } from './origin.ts';

export interface OriginSetup {
  /** Reads at most 100 000 bytes. */
  readonly origin: Origin;
  /** Makes or replaces a source and gives the reference to it. */
  readonly put: (name: string, body: Uint8Array) => Promise<SourceRef>;
  /** A reference to nothing. */
  readonly missing: SourceRef;
  readonly end?: () => Promise<void>;
}

export const never = new AbortController().signal;

/** The bytes of an answer. */
export async function bytesOf(fetched: Fetched): Promise<Buffer> {
  if (fetched.kind !== 'bytes') throw new Error('the source is unchanged');
  const chunks: Uint8Array[] = [];
  for await (const chunk of fetched.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The code of the Fault that `work` ends in; anything else is thrown on. */
export async function faultCode(
  work: Promise<unknown> | (() => Promise<unknown>),
): Promise<string> {
  return (await faultOf(work)).code;
}

export async function faultOf(work: Promise<unknown> | (() => Promise<unknown>)) {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error('expected a fault');
}

export function originSuite(open: () => Promise<OriginSetup>): void {
  describe('as an origin', () => {
    let setup: OriginSetup;
    beforeAll(async () => {
      setup = await open();
    });
    afterAll(async () => {
      await setup.origin.close();
      await setup.end?.();
    });
    const read = async (source: SourceRef, signal = never) =>
      setup.origin.fetch(await setup.origin.locate(source), undefined, signal);

    test('gives the bytes of a source', async () => {
      const body = Uint8Array.from({ length: 90_000 }, (_, i) => (i * 31) & 255);
      const source = await setup.put('bytes.bin', body);
      expect(Buffer.compare(await bytesOf(await read(source)), body)).toBe(0);
    });

    test('locates one source under one id, and others under others', async () => {
      const one = await setup.put('one.png', Buffer.from('1'));
      const two = await setup.put('two.png', Buffer.from('2'));
      const ids = await Promise.all([one, one, two].map((ref) => setup.origin.locate(ref)));
      expect(ids[0]?.id).toBe(ids[1]?.id);
      expect(ids[0]?.id).not.toBe(ids[2]?.id);
    });

    test('says when the held copy is still good, and when it is not', async () => {
      const source = await setup.put('held.png', Buffer.from('first'));
      const location = await setup.origin.locate(source);
      const fetched = await setup.origin.fetch(location, undefined, never);
      expect((await bytesOf(fetched)).toString()).toBe('first');
      const { etag = '' } = fetched.headers;
      expect(etag).toMatch(/^"/);
      const again = await setup.origin.fetch(location, { etag }, never);
      expect(again.kind).toBe('unchanged');
      await setup.put('held.png', Buffer.from('second, and longer'));
      const changed = await setup.origin.fetch(location, { etag }, never);
      expect((await bytesOf(changed)).toString()).toBe('second, and longer');
    });

    test('does not know what is not there', async () => {
      expect(await faultCode(() => read(setup.missing))).toBe('source-not-found');
    });

    test('refuses an upload', async () => {
      expect(await faultCode(setup.origin.locate({ kind: 'upload' }))).toBe('source-refused');
    });

    test('gives up on a source that is too large', async () => {
      const source = await setup.put('large.bin', new Uint8Array(100_001));
      expect(await faultCode(async () => bytesOf(await read(source)))).toBe('source-too-large');
      const fits = await setup.put('fits.bin', new Uint8Array(100_000));
      expect(await bytesOf(await read(fits))).toHaveLength(100_000);
    });

    test('stops when nobody waits any more', async () => {
      const source = await setup.put('wait.png', new Uint8Array(90_000));
      const gone = new Error('gone');
      await expect(read(source, AbortSignal.abort(gone))).rejects.toBe(gone);
      const leaving = new AbortController();
      const fetched = await read(source, leaving.signal);
      leaving.abort(gone);
      await expect(bytesOf(fetched)).rejects.toBe(gone);
    });

    test('leaves nothing behind when a body is not read to its end', async () => {
      const source = await setup.put('part.png', new Uint8Array(90_000));
      const fetched = await read(source);
      if (fetched.kind === 'bytes') for await (const _ of fetched.body) break;
      expect(await bytesOf(await read(source))).toHaveLength(90_000);
    });

    test('peeks only where that is right', async () => {
      if (!setup.origin.stat) return;
      const source = await setup.put('peek.png', Buffer.from('1'));
      const location = await setup.origin.locate(source);
      const fetched = await setup.origin.fetch(location, undefined, never);
      await bytesOf(fetched);
      expect((await setup.origin.stat(location))?.etag).toBe(fetched.headers.etag);
      await setup.put('peek.png', Buffer.from('22'));
      expect((await setup.origin.stat(location))?.etag).not.toBe(fetched.headers.etag);
      expect(await setup.origin.stat({ id: 'nothing/here.png' })).toBeUndefined();
    });
  });
}
