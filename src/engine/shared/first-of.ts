/**
 * First of: an answer that is on its way, or the work that would make it, whichever comes first.
 */

export type First<Late, Made> =
  | { readonly from: 'elsewhere'; readonly value: Late }
  | { readonly from: 'work'; readonly value: Made };

/**
 * The late answer where it comes before the work is done, which is then left to others.
 *
 * @param late never rejects; undefined where there is none
 * @param work its signal fires when nobody needs it any more, or the client goes away
 * @throws what the work throws
 */
export async function firstOf<Late, Made>(
  late: Promise<Late | undefined>,
  work: (signal: AbortSignal) => Promise<Made>,
  client: AbortSignal,
): Promise<First<Late, Made>> {
  const unneeded = new AbortController();
  const making = work(AbortSignal.any([client, unneeded.signal])).then(
    (value): First<Late, Made> => ({ from: 'work', value }),
  );
  const coming = late.then((value): First<Late, Made> | Promise<First<Late, Made>> =>
    value === undefined ? making : { from: 'elsewhere', value },
  );
  const first = await Promise.race([making, coming]);
  if (first.from === 'elsewhere') {
    // Its reason reaches nobody.
    making.catch(() => undefined);
    unneeded.abort(new DOMException('It came from elsewhere.', 'AbortError'));
  }
  return first;
}
