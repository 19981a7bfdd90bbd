/**
 * JPEG XL as a source: stills and animations, by the back end that also writes it.
 *
 * Pixels come upright, with a profile, which libjxl makes where the file has code points.
 */
import { Fault } from '../../base/fault.ts';
import type { SourceInfo } from '../../image/source-info.ts';
import { profileFacts } from '../../metadata/profile-facts.ts';
import { jxlBackEnd } from '../optional/jxl.ts';
import type { JxlFacts, JxlPixels } from '../optional/jxl-back-end.ts';
import { PLAIN_DELAY } from '../source-facts.ts';
import type { ForeignReader } from './foreign-reader.ts';
import { reading } from './reading.ts';

export const jxlReader: ForeignReader = {
  async describe(bytes) {
    const backEnd = await jxlBackEnd();
    return infoOf(await reading(() => backEnd.facts(bytes)), bytes.length);
  },
  async decode(bytes) {
    const backEnd = await jxlBackEnd();
    const { pages } = await reading(() => backEnd.facts(bytes));
    const found = await reading(() => backEnd.decode(bytes, { first: 0, count: pages }));
    const { width, height, profile } = found;
    const channels = found.channels === 2 || found.channels === 4 ? 4 : 3;
    const data = inColor(found);
    const colored = found.channels > 2 && profile !== undefined;
    return { width, height, channels, data, pages, ...(colored ? { profile } : {}) };
  },
};

function infoOf(facts: JxlFacts, bytes: number): SourceInfo {
  const { width, height, pages, channels, delays, loop, profile } = facts;
  const grey = channels < 3;
  return {
    format: 'jxl',
    bytes,
    width,
    height,
    orientation: 1,
    pages,
    delays: pages > 1 ? Array.from({ length: pages }, (_, i) => delays[i] ?? PLAIN_DELAY) : [],
    loop: pages > 1 ? loop : 1,
    alpha: channels === 2 || channels === 4,
    ...profileFacts(grey ? undefined : profile),
    space: 'rgb',
    depth: 8,
    lossless: false,
  };
}

/** 8 bits of red, green and blue per pixel, with alpha where the file has it. */
function inColor({ data, channels }: JxlPixels): Uint8Array {
  const eight = data instanceof Uint8Array ? data : eightBits(data);
  if (channels > 2) return eight;
  const out = channels + 2;
  const pixels = eight.length / channels;
  if (!Number.isInteger(pixels)) {
    throw new Fault('source-broken', 'The source image is damaged or incomplete.');
  }
  const rgb = new Uint8Array(pixels * out);
  for (let i = 0; i < pixels; i++) {
    rgb.fill(eight[i * channels]!, i * out, i * out + 3);
    if (channels === 2) rgb[i * out + 3] = eight[i * 2 + 1]!;
  }
  return rgb;
}

function eightBits(samples: Uint16Array): Uint8Array {
  const out = new Uint8Array(samples.length);
  for (let i = 0; i < out.length; i++) out[i] = (samples[i]! + 128) / 257;
  return out;
}
