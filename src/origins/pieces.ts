/**
 * Pieces: a stream as the pieces in which it came.
 *
 * An iterator of Node's own puts what has come meanwhile together in new memory, which is as much
 * again for the collector. Here a piece is handed on as it is.
 */
import { finished, type Readable } from 'node:stream';

/** Bytes that are taken ahead of who reads them. */
const AHEAD = 256 * 1024;

/** The pieces of a stream, which is destroyed when they are not wanted to their end. @throws what the stream fails with */
export async function* piecesOf(stream: Readable): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  let over: { readonly failure: unknown } | undefined;
  let wake = () => {};
  stream.on('data', (piece: Uint8Array) => {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes >= AHEAD) stream.pause();
    wake();
  });
  finished(stream, { writable: false }, (failure) => {
    over = { failure };
    wake();
  });
  try {
    for (;;) {
      const taken = waiting;
      waiting = [];
      bytes = 0;
      stream.resume();
      for (const piece of taken) yield piece;
      if (waiting.length > 0) continue;
      if (over?.failure) throw over.failure;
      if (over) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    if (!over) stream.destroy();
  }
}
