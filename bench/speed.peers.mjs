/** Other servers whose addresses are given: milliseconds on the clock beside this one, in turn. */
import { median } from './quality.sums.mjs';
import { ask, startFovea, webOrigin } from './speed.client.mjs';
import { startOrigin } from './speed.sources.mjs';

/** Misses of every photograph at 512 px JPEG q80, one at a time. */
export async function peers({ photos, rounds, peers: addresses }) {
  const origin = await startOrigin(photos);
  const fovea = await startFovea(webOrigin(origin));
  let serial = 0;
  const ours = async (source) => {
    const path = `/imgix/${source}?w=512&h=512&fit=clip&fm=jpg&q=80`;
    return (await ask(fovea.port, path)).ms;
  };
  const theirs = (template) => async (source) => {
    const begin = performance.now();
    const url = template.replace('{source}', encodeURIComponent(`${origin.base}${source}`));
    const answer = await fetch(url);
    await answer.arrayBuffer();
    if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
    return performance.now() - begin;
  };
  try {
    const rows = [];
    for (const address of addresses) {
      const [name, template] = split(address);
      const times = { ours: [], theirs: [] };
      for (let round = -1; round < rounds; round++) {
        for (const photo of photos) {
          const a = await ours(`${++serial}/${photo.name}`);
          const b = await theirs(template)(`${++serial}/${photo.name}`);
          if (round < 0) continue;
          times.ours.push(a);
          times.theirs.push(b);
        }
      }
      const ratio = median(times.ours.map((time, i) => time / times.theirs[i]));
      const note = `${median(times.ours).toFixed(0)} ms against ${median(times.theirs).toFixed(0)} ms on the clock`;
      rows.push({ what: `miss, JPEG q80, fit 512, beside ${name}`, value: ratio, note });
    }
    return { rows };
  } finally {
    await fovea.stop();
    await origin.stop();
  }
}

function split(address) {
  const at = address.indexOf('=');
  const [name, template] = [address.slice(0, at), address.slice(at + 1)];
  if (at < 1 || !template.includes('{source}')) {
    throw new Error(`expected --peer NAME=URL with {source} in the URL, got ${address}`);
  }
  return [name, template];
}
