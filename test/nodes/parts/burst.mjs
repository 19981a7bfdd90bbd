import { askAll, createPlace, target } from '../place.mjs';

export const title = '200 requests at once for one new picture, over three nodes';

export async function run() {
  const place = await createPlace();
  try {
    const answers = await askAll(place.nodes, Array(200).fill(target(1, 200)), 200);
    const good = answers.filter(({ status, isWhole }) => status === 200 && isWhole).length;
    const etags = new Set(answers.map(({ headers }) => headers?.etag)).size;
    const renders = await place.renders();
    const fetches = place.origin.state.asked.length;
    return [
      { what: `${good} of 200 answered, ${etags} version`, good: good === 200 && etags === 1 },
      {
        what: `${fetches} fetches of the source, ${renders} renderings`,
        good: fetches === 1 && renders === 1,
      },
    ];
  } finally {
    await place.close();
  }
}
