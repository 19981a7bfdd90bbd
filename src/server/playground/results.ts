/**
 * Results: what was just made, held for a while for those who ask where it errs.
 */
import { BoundedMap } from '../../base/bounded-map.ts';
import { Fault } from '../../base/fault.ts';

/** Bytes of results that are held. */
const MOST_BYTES = 32e6;

export class Results {
  readonly #held = new BoundedMap<string, Uint8Array>(MOST_BYTES, {
    weigh: (bytes) => bytes.length,
  });

  /** @param owner whose picture it was made of; nobody else finds it */
  keep(owner: string, id: string, bytes: Uint8Array): void {
    this.#held.set(`${owner} ${id}`, bytes);
  }

  /** @throws Fault source-lost, where it is held no more */
  get(owner: string, id: string): Uint8Array {
    const bytes = this.#held.use(`${owner} ${id}`);
    if (bytes === undefined) {
      throw new Fault('source-lost', 'This result is held no more; please ask for it again.');
    }
    return bytes;
  }
}
