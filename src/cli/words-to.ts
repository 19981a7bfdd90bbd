/**
 * WordsTo: what a command says, to a stream whose reader may leave.
 *
 * `fovea … | head` is no failure: what is under way goes on, and what is said from then on is heard by nobody. A
 * disk that is full is one, as the words are lost: whoever started the command learns it.
 */
import type { Writable } from 'node:stream';

/** What a stream says that has no reader any more. */
const UNHEARD: readonly unknown[] = ['EPIPE', 'ERR_STREAM_DESTROYED'];

/**
 * A writer of texts, which never throws.
 *
 * @param lost called once, with the code of the system, where words could not be written
 */
export function wordsTo(stream: Writable, lost: (code: string) => void): (text: string) => void {
  let told = false;
  // Without a listener the process would end
  stream.on('error', () => undefined);
  return (text) => {
    stream.write(text, (error) => {
      const code = error && 'code' in error ? error.code : undefined;
      if (!error || told || UNHEARD.includes(code)) return;
      told = true;
      lost(String(code ?? error.message));
    });
  };
}
