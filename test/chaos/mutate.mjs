/**
 * Damage to files, from seeded numbers. Nothing that was damaged is kept: what breaks a server is told by
 * its format and the kind of damage.
 */
import { crc32 } from 'node:zlib';

/** Numbers at which sizes and counters turn. */
const EDGES = [
  0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
];

const KINDS = {
  /** Single bits anywhere. */
  bits(file, random) {
    const copy = Buffer.from(file);
    for (let n = 1 + random.below(24); n > 0; n--)
      copy[random.below(copy.length)] ^= 1 << random.below(8);
    return copy;
  },
  /** A stretch of one value or of noise. */
  stretch(file, random) {
    const copy = Buffer.from(file);
    const from = random.below(copy.length);
    const value = random.pick([0, 0xff, undefined]);
    for (let at = from; at < Math.min(copy.length, from + 1 + random.below(400)); at++) {
      copy[at] = value ?? random.below(256);
    }
    return copy;
  },
  short: (file, random) => file.subarray(0, 1 + random.below(file.length)),
  /** A stretch left out, or there many times. */
  moved(file, random) {
    const [from, length] = [random.below(file.length), 1 + random.below(2000)];
    const piece = file.subarray(from, from + length);
    const times = random.pick([0, 2, 30]);
    return Buffer.concat([
      file.subarray(0, from),
      ...Array(times).fill(piece),
      file.subarray(from + length),
    ]);
  },
  /** A piece of another file. */
  mixed(file, random, other) {
    const [at, from] = [random.below(file.length), random.below(other.length)];
    const piece = other.subarray(from, from + 1 + random.below(20_000));
    return Buffer.concat([file.subarray(0, at), piece, file.subarray(random.below(file.length))]);
  },
  /** Numbers of the head: sizes, counts and places. */
  numbers(file, random) {
    const copy = Buffer.from(file);
    const head = Math.min(copy.length, random.pick([64, 256, 1024])) - 4;
    for (let n = 1 + random.below(4); n > 0 && head > 0; n--) {
      const [at, value] = [random.below(head), random.pick(EDGES)];
      random.pick([
        () => copy.writeUInt8(value & 0xff, at),
        () => copy.writeUInt16BE(value & 0xffff, at),
        () => copy.writeUInt16LE(value & 0xffff, at),
        () => copy.writeUInt32BE(value, at),
        () => copy.writeUInt32LE(value, at),
      ])();
    }
    return copy;
  },
  /** Numbers of a text, such as SVG. */
  figures(file, random) {
    if (file.includes(0)) return KINDS.stretch(file, random);
    const odd = ['0', '-1', '1e9', '1e309', 'NaN', '', '1e-320', '65536'];
    return Buffer.from(
      file
        .toString('latin1')
        .replace(/-?\d+(\.\d+)?/g, (text) => (random.chance(0.1) ? random.pick(odd) : text)),
      'latin1',
    );
  },
};

/** A damaged copy and the kind of damage. Half the PNG get their checksums set right again. */
export function mutate(file, random, other) {
  const kind = random.pick(Object.keys(KINDS));
  const first = KINDS[kind](file, random, other);
  const twice = random.chance(0.2) && first.length > 16;
  const bytes = twice ? KINDS[random.pick(Object.keys(KINDS))](first, random, other) : first;
  const isPng = bytes.toString('latin1', 1, 4) === 'PNG';
  return { kind, bytes: isPng && random.chance(0.5) ? withChecksums(bytes) : bytes };
}

function withChecksums(png) {
  const copy = Buffer.from(png);
  for (let at = 8; at + 12 <= copy.length; ) {
    const end = at + 12 + copy.readUInt32BE(at);
    if (end > copy.length) break;
    copy.writeUInt32BE(crc32(copy.subarray(at + 4, end - 4)), end - 4);
    at = end;
  }
  return copy;
}
