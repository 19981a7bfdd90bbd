/**
 * The simulator: a trace through a CDN and nodes with their tiers, counted.
 *
 * Requests are the same time apart, and each is answered before the next, as with nodes that do all work once
 * between them. A node looks into its memory, its disk, the bucket, and makes what is nowhere. What a source
 * costs is counted by node: its record is asked of the bucket where the node has not met it, its bytes where
 * the node makes something of it (docs/scale.md, "What operations cost").
 *
 * Left out: refinement, freshness that ends, purges, and two requests at once for what is under way.
 *
 * Pure.
 */

/** Keeps what was asked for last, up to so many bytes. */
export class Tier {
  #held = new Map();
  #bytes = 0;
  #room;

  constructor(room) {
    this.#room = room;
  }

  /** Whether it has an entry, which is the last to go from now on. */
  touch(key) {
    const bytes = this.#held.get(key);
    if (bytes === undefined) return false;
    this.#held.delete(key);
    this.#held.set(key, bytes);
    return true;
  }

  keep(key, bytes) {
    if (bytes > this.#room || this.touch(key)) return;
    this.#held.set(key, bytes);
    this.#bytes += bytes;
    for (const [oldest, size] of this.#held) {
      if (this.#bytes <= this.#room) break;
      this.#held.delete(oldest);
      this.#bytes -= size;
    }
  }
}

/** What is counted, of requests behind the warm-up. */
export const NOTHING = {
  ...{ requests: 0, cdn: 0, memory: 0, disk: 0, bucket: 0, renders: 0, fetches: 0 },
  ...{ gets: 0, puts: 0 },
};

/**
 * @param trace numbers of variants, as `zipfTrace` gives them
 * @param place `nodes`; `variants` of each picture; `balance`: "hash" by picture or "turn"; bytes of the tiers
 *   `memory` and `disk` of each node, and `bytes` of a rendition; `bucket`: whether nodes share one; `warmUp`:
 *   requests that are not counted; `cdn`: undefined or its `edges` and `ttl`, the time it keeps an answer in
 *   seconds, at `rate` requests a second
 */
export function simulate(trace, place) {
  const { nodes: count, variants, balance = 'turn', bucket = true, warmUp = 0, cdn } = place;
  const { memory = Infinity, disk = Infinity, bytes = 1 } = place;
  const nodes = Array.from({ length: count }, () => ({
    ...{ memory: new Tier(memory), disk: new Tier(disk) },
    ...{ records: new Set(), bodies: new Set() },
  }));
  const shared = { renditions: new Set(), sources: new Set() };
  const kept = new Map();
  let counts = { ...NOTHING };
  let turn = 0;
  for (let at = 0; at < trace.length; at++) {
    if (at === warmUp) counts = { ...NOTHING };
    const variant = trace[at];
    counts.requests++;
    if (cdn !== undefined) {
      const now = at / cdn.rate;
      const edge = variant + 4294967296 * (at % cdn.edges);
      if ((kept.get(edge) ?? -1) > now) {
        counts.cdn++;
        continue;
      }
      kept.set(edge, now + cdn.ttl);
    }
    const picture = Math.floor(variant / variants);
    const node = nodes[balance === 'hash' ? scattered(picture) % count : turn++ % count];
    if (node.memory.touch(variant)) {
      node.disk.touch(variant);
      counts.memory++;
      continue;
    }
    if (node.disk.touch(variant)) counts.disk++;
    else {
      missed(node, variant, picture, bucket ? shared : undefined, counts);
      node.disk.keep(variant, bytes);
    }
    node.memory.keep(variant, bytes);
  }
  return counts;
}

/** A rendition that a node has not got. */
function missed(node, variant, picture, shared, counts) {
  if (!node.records.has(picture)) {
    node.records.add(picture);
    if (shared) counts.gets++;
    if (!shared?.sources.has(picture)) {
      counts.fetches++;
      node.bodies.add(picture);
      if (shared) {
        counts.puts += 2;
        shared.sources.add(picture);
      }
    }
  }
  if (shared) {
    counts.gets++;
    if (shared.renditions.has(variant)) {
      counts.bucket++;
      return;
    }
    shared.renditions.add(variant);
    counts.puts++;
  }
  counts.renders++;
  if (node.bodies.has(picture)) return;
  node.bodies.add(picture);
  counts.gets++;
}

/** A number that has nothing to do with its neighbours'. */
function scattered(number) {
  return Math.imul(number ^ (number >>> 16), 0x45d9f3b) >>> 0;
}
