import { Fault } from '../../base/fault.ts';

/** Runs a package over the bytes of a file: what it says of them becomes the file's Fault. */
export async function reading<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault('source-broken', 'The source image is damaged or incomplete.', {}, error);
  }
}
