/**
 * FrontSigner: signatures for a worker, which asks the front for them.
 *
 * The key stays in the front, because a worker decodes what strangers wrote.
 */
import type { SignatureAnswer } from '../worker-protocol.ts';

interface Waiting {
  readonly resolve: (signature: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export class FrontSigner {
  readonly #ask: (id: number, payload: Uint8Array) => unknown;
  readonly #waiting = new Map<number, Waiting>();

  /** @param ask sends the bytes to the front, with the task they are of */
  constructor(ask: (id: number, payload: Uint8Array) => unknown) {
    this.#ask = ask;
  }

  /** A signature of bytes for a task. @throws Error, with the reason of the front */
  sign(id: number, payload: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#ask(id, payload);
    });
  }

  answered(answer: SignatureAnswer): void {
    const waiting = this.#waiting.get(answer.id);
    this.#waiting.delete(answer.id);
    if ('signature' in answer) waiting?.resolve(answer.signature);
    else waiting?.reject(new Error(answer.reason));
  }
}
