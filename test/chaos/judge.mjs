/**
 * Whether a body is right: bytes that were given for its URL before, those of a clean render, or a
 * picture that looks like it.
 *
 * Bytes of a search for a quality depend on the time that an encoder was given, so they repeat only
 * where nothing is searched; data and sources that pass through repeat always.
 */
import sharp from 'sharp';
import { hashOf } from './client.mjs';

sharp.cache(false);

/**
 * Mean difference of levels, 0 to 255, below which two renders of one URL look alike: encodings that were
 * cut short on a busy machine come to 9 on small pictures, other pictures to 27 and more.
 */
const ALIKE = 16;

/** @param clean gives the body of a URL from a server that nobody disturbs */
export function createJudge(clean) {
  const given = new Map();
  const references = new Map();
  const note = (url, body) => {
    const known = given.get(url) ?? new Set();
    given.set(url, known.add(hashOf(body)));
  };
  const referenceOf = async (url) => {
    if (!references.has(url)) references.set(url, await clean(url));
    return references.get(url);
  };
  return {
    note,
    /** What is wrong with an answer; undefined for nothing, and for an answer that is no success. */
    async wrongIn(url, { status, isWhole, body, headers }) {
      if (!isWhole) return 'the body is cut off';
      if (status !== 200 || given.get(url)?.has(hashOf(body))) return undefined;
      const reference = await referenceOf(url);
      if (hashOf(reference) !== hashOf(body)) {
        if (/json|text/.test(headers['content-type'] ?? ''))
          return 'other data than a clean render';
        const difference = await differenceOf(body, reference);
        if (!(difference < ALIKE)) return `looks otherwise than a clean render: ${difference}`;
      }
      note(url, body);
      return undefined;
    },
  };
}

/** Mean difference of two pictures, made equally small; a text where one cannot be decoded. */
async function differenceOf(one, other) {
  const levels = (bytes) =>
    sharp(bytes)
      .resize(48, 48, { fit: 'fill' })
      .flatten({ background: '#fff' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw()
      .toBuffer();
  try {
    const [a, b] = await Promise.all([levels(one), levels(other)]);
    return a.reduce((total, level, i) => total + Math.abs(level - b[i]), 0) / a.length;
  } catch (error) {
    return `cannot be decoded (${error.message.slice(0, 60)})`;
  }
}
