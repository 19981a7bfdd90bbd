import { throughput } from '../../../bench/scale/throughput.mjs';

export const title =
  'Misses of three nodes with one core each beside those of one alone, by processor time';

/** The least that three nodes make of what one does, searched pictures, all variants of a picture at one node. */
const BAR = 2.7;

export async function run({ quick }) {
  const rounds = quick ? 1 : 3;
  const rows = [];
  for (const kind of ['avif', 'jpeg']) {
    const found = await throughput({ count: 3, kind, pictures: 6, rounds });
    const { ratio, one, several, services, doubled } = found;
    const added = `${one.toFixed(0)} ms a miss alone, ${several.toFixed(0)} ms of three, services ${services.toFixed(0)} ms`;
    rows.push({
      what: `${kind}: ${ratio.toFixed(2)} times (${added}; ${doubled} rendered twice)`,
      // Small pictures of a named quality are told beside it
      good: doubled === 0 && (kind !== 'avif' || ratio >= BAR),
    });
  }
  return rows;
}
