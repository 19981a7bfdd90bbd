/**
 * Compare: what is seen of an answer, and of the vendor's beside it.
 */
import { readFile } from 'node:fs/promises';
import type { Size } from '../../base/size.ts';
import { headerSize } from '../../containers/header-size.ts';
import { isDecodable } from '../../image/format.ts';
import { sniffFormat } from '../../image/sniff.ts';
import { createSsimulacra2, type Ssimulacra2 } from '../../metrics/ssimulacra2.ts';
import { vipsEncoder } from '../../vips/encode.ts';

/** Most pixels of pictures that are scored against each other. */
const MOST_PIXELS = 40e6;

/** Width and height that the bytes of a picture state. */
export const sizeOf = (body: Uint8Array): Size | undefined => headerSize(body);

/** Scores two pictures of the same size; loads what it needs when it is first asked. */
export class Scorer {
  #metric: Promise<Ssimulacra2> | undefined;

  /** SSIMULACRA 2 of `body` against `reference`; undefined where they are no stills of one size. */
  async score(reference: Uint8Array, body: Uint8Array): Promise<number | undefined> {
    const [a, b] = [sizeOf(reference), sizeOf(body)];
    if (!a || !b || a.width !== b.width || a.height !== b.height) return undefined;
    if (a.width * a.height > MOST_PIXELS || !isStill(reference) || !isStill(body)) return undefined;
    try {
      const [before, after] = [await decoded(reference), await decoded(body)];
      if (before.width !== after.width || before.height !== after.height) return undefined;
      this.#metric ??= load();
      const metric = await this.#metric;
      metric.setReference(before);
      return metric.compare(after).score;
    } catch {
      // A picture that cannot be decoded has no score; its size and bytes are reported all the same
      return undefined;
    }
  }
}

const decoded = (body: Uint8Array) => vipsEncoder.decode(body, 4);

function isStill(body: Uint8Array): boolean {
  const format = sniffFormat(body);
  return format !== undefined && isDecodable(format) && format !== 'gif' && format !== 'svg';
}

async function load(): Promise<Ssimulacra2> {
  const kernel = new URL('../../wasm/ssimulacra2.wasm', import.meta.url);
  return await createSsimulacra2(await readFile(kernel));
}
