/** New inputs from known ones: a few small changes at once, constants of the code among them. */

/** Numbers at which sizes and counters turn. */
const EDGES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff];

const MUTATIONS = [
  function flip(input, { below }) {
    if (input.length > 0) input[below(input.length)] ^= 1 << below(8);
    return input;
  },
  function overwrite(input, { below }) {
    if (input.length > 0) input[below(input.length)] = below(256);
    return input;
  },
  function add(input, { below }) {
    if (input.length > 0) input[below(input.length)] += below(70) - 35;
    return input;
  },
  function edge(input, { below, pick }) {
    const width = pick([1, 2, 4]);
    if (input.length < width) return input;
    const at = below(input.length - width + 1);
    const value = pick(EDGES) % 2 ** (8 * width);
    if (below(2) === 0) input.writeUIntBE(value, at, width);
    else input.writeUIntLE(value, at, width);
    return input;
  },
  function drop(input, { below }) {
    const at = below(input.length + 1);
    return Buffer.concat([input.subarray(0, at), input.subarray(at + 1 + below(1 << below(9)))]);
  },
  function repeat(input, { below }) {
    const at = below(input.length + 1);
    const piece = input.subarray(at, at + 1 + below(1 << below(8)));
    const times = Array(1 + below(1 << below(5))).fill(piece);
    return Buffer.concat([input.subarray(0, at), ...times, input.subarray(at)]);
  },
  function fresh(input, { below }) {
    const at = below(input.length + 1);
    const noise = Buffer.from(Array.from({ length: 1 + below(8) }, () => below(256)));
    return Buffer.concat([input.subarray(0, at), noise, input.subarray(at)]);
  },
  function splice(input, { below, pick }, { inputs }) {
    const other = pick(inputs);
    const piece = other.subarray(below(other.length + 1));
    const part = piece.subarray(0, 1 + below(piece.length + 1));
    const at = below(input.length + 1);
    return Buffer.concat([
      input.subarray(0, at),
      part,
      input.subarray(at + below(part.length + 1)),
    ]);
  },
  constant,
  constant,
  constant,
];

/** A constant of a branch that some input has reached, put in or written over what stands there. */
function constant(input, { below, pick }, { constants }) {
  if (constants.length === 0) return input;
  const piece = pick(constants);
  const at = below(input.length + 1);
  const over = below(2) === 0 ? piece.length : 0;
  return Buffer.concat([input.subarray(0, at), piece, input.subarray(at + over)]);
}

/**
 * An input made of a known one.
 *
 * @param known `inputs` that reached something new, and `constants` of what they reached
 * @param longest in bytes
 */
export function mutate(input, random, known, longest) {
  let result = Buffer.from(input);
  for (let turns = 1 << random.below(5); turns > 0; turns--) {
    result = random.pick(MUTATIONS)(result, random, known);
    if (result.length > longest) result = Buffer.from(result.subarray(0, longest));
  }
  return result;
}
