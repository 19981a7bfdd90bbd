import { askAll, createPlace, isRight, target } from '../place.mjs';

export const title = 'Requests by Zipf over many variants, cold; then all nodes with empty disks';

export async function run({ quick }) {
  const [variants, requests] = quick ? [200, 1000] : [1000, 5000];
  const place = await createPlace();
  try {
    const all = Array.from({ length: variants }, (_, i) => [1 + (i % 50), 20 + Math.floor(i / 50)]);
    const list = byZipf(all, requests);
    const distinct = new Set(list.map(String)).size;
    const targets = list.map(([number, width]) => target(number, width));
    const answers = await askAll(place.nodes, targets, 24);
    const failed = answers.filter(({ status, isWhole }) => status !== 200 || !isWhole).length;
    let wrong = 0;
    for (let i = 0; i < answers.length; i += 10) {
      if (answers[i].status === 200 && !(await isRight(answers[i].body, ...list[i]))) wrong++;
    }
    const renders = await place.renders();
    const fetches = place.origin.state.asked.length;
    await place.written();
    await place.restartEmpty();
    const again = await askAll(place.nodes, targets, 24);
    const failedAgain = again.filter(({ status }) => status !== 200).length;
    const rendersAgain = await place.renders();
    const off = Math.abs(renders - distinct) / distinct;
    const fetched = place.origin.state.asked.length - fetches;
    return [
      {
        what: `${failed} of ${requests} failed, ${wrong} wrong of those looked at`,
        good: failed + wrong === 0,
      },
      {
        what: `${renders} renderings of ${distinct} distinct variants, ${fetches} fetches of 50 sources`,
        good: off <= 0.005,
      },
      {
        what: `after the restart: ${rendersAgain} renderings, ${fetched} fetches, ${failedAgain} failed`,
        good: rendersAgain + failedAgain === 0,
      },
    ];
  } finally {
    await place.close();
  }
}

/** A list of so many, where the n-th of all comes as often as 1/n says. Always the same. */
function byZipf(all, count) {
  const weights = all.map((_, i) => 1 / (i + 1));
  let total = 0;
  const sums = weights.map((weight) => {
    total += weight;
    return total;
  });
  let state = 12345;
  const random = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  return Array.from({ length: count }, () => {
    const wanted = random() * total;
    return all[sums.findIndex((sum) => sum >= wanted)] ?? all[0];
  });
}
