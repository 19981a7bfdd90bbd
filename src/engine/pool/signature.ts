/**
 * Signature: the front signs what a worker asks for.
 */
import type { Sign } from '../../c2pa/write-manifest.ts';
import type { Message } from '../worker-protocol.ts';
import type { Worker } from './worker.ts';

/** Most bytes that are signed: a claim is a list of hashes beside its certificates. */
const LARGEST_CLAIM = 65_536;

/**
 * Answers a worker that waits for a signature. Nothing is signed but for a task whose result is to
 * be, so that a worker gone astray has no other use of the key.
 */
export async function answerSignature(
  { current, process }: Worker,
  { id, payload }: Extract<Message, { kind: 'sign' }>,
  sign: Sign | undefined,
): Promise<void> {
  const signs = current?.task.request.credentials !== undefined;
  try {
    if (!signs || sign === undefined) throw new Error('this task is not one to be signed');
    if (payload.length > LARGEST_CLAIM) throw new Error('the claim is too large');
    process.send({ kind: 'signed', id, signature: await sign(payload) });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    process.send({ kind: 'signed', id, reason });
  }
}
