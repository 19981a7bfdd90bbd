/**
 * UnlessAborted: a wait that a signal ends.
 */

/**
 * What `work` gives, or the reason of a signal as soon as it fires.
 *
 * The reason also stands in place of what `work` fails with afterwards: who has aborted is not told of the
 * consequences. The listener goes with the wait.
 *
 * @throws the reason of the signal; whatever `work` fails with before that
 */
export async function unlessAborted<Result>(
  work: Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([aborted, work]);
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
