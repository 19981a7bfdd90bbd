#!/usr/bin/env node
/**
 * Writes docs/color.md: what becomes of wide colors and gain maps, with patches that the product
 * itself has served and the numbers in them. `npm run docs` runs it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writeTiff } from '../dist/containers/tiff-writer.js';
import { profileName } from '../dist/metadata/icc.js';
import { createServer } from '../dist/server/compose.js';
import { parseConfig } from '../dist/server/config/config.js';

const docs = join(dirname(fileURLToPath(import.meta.url)), '../docs');

/** Levels of Display P3: three that sRGB has not, and three that it has. */
export const PATCHES = [
  [255, 0, 0],
  [0, 255, 0],
  [255, 128, 0],
  [120, 140, 160],
  [200, 170, 150],
  [60, 60, 60],
];

const SIDE = 24;

/** What is asked for, and what it shows. */
const QUERIES = [
  ['fm=png', 'The space of the source is kept, and its profile.'],
  ['fm=png&cs=srgb', 'sRGB, tagged: colors that it has not are those at its edge.'],
  ['fm=png&cs=adobergb1998', 'Adobe RGB (1998), tagged: some greens that P3 has not, fewer reds.'],
  ['fm=png&cs=strip', 'The numbers of the source without their meaning: duller colors.'],
  ['fm=gif', 'A GIF carries no profile: sRGB.'],
];

/** A row of patches in Display P3, with its profile. */
async function source() {
  const width = SIDE * PATCHES.length;
  const data = Buffer.alloc(width * SIDE * 3);
  for (let i = 0; i < width * SIDE; i++) {
    data.set(PATCHES[Math.floor((i % width) / SIDE)], i * 3);
  }
  const p3 = await sharp({ create: { width: 1, height: 1, channels: 3, background: '#000' } })
    .withIccProfile('p3')
    .tiff()
    .toBuffer();
  const { icc } = await sharp(p3).metadata();
  // The numbers stay: the raw picture is said to be P3, not converted to it.
  const raw = writeTiff({ width, height: SIDE, channels: 3, data, profile: icc });
  return await sharp(raw, { ignoreIcc: true }).keepIccProfile().png().toBuffer();
}

/** The page, and its pictures by their names. */
export async function colorPage() {
  const home = mkdtempSync(join(tmpdir(), 'fovea-color-'));
  const given = await source();
  writeFileSync(join(home, 'patches.png'), given);
  const server = await createServer(
    parseConfig(
      {
        cache: { folder: join(home, '.cache'), size: '16MB' },
        latency: '30s',
        workers: 1,
        log: { level: 'silent' },
        sources: [
          {
            name: 'imgix',
            dialect: 'imgix',
            mount: '/imgix',
            origin: { kind: 'folder', path: home },
          },
        ],
      },
      { folder: home, env: {} },
    ),
  );
  try {
    const pictures = { 'patches-source.png': given };
    const rows = [];
    for (const [query, says] of QUERIES) {
      const answer = await server.handle(
        new Request(`http://color.invalid/imgix/patches.png?${query}`),
      );
      if (!answer.ok) throw new Error(`Expected a picture for ${query}, got ${answer.status}.`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      const name = `patches-${query.replace(/fm=(png&?)?/g, '').replace(/\W+/g, '-') || 'kept'}.${query.includes('gif') ? 'gif' : 'png'}`;
      pictures[name] = bytes;
      rows.push(
        `| \`${query}\` | ![patches](color/${name}) | ${await described(bytes)} | ${says} |`,
      );
    }
    return { page: pageOf(rows, await described(given)), pictures };
  } finally {
    await server.close();
    rmSync(home, { recursive: true, force: true });
  }
}

/** The profile of a file, and the levels in the middle of each patch. */
async function described(bytes) {
  const { icc } = await sharp(bytes).metadata();
  const { data, info } = await sharp(bytes, { ignoreIcc: true })
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const levels = PATCHES.map((_, i) => {
    const at = ((SIDE / 2) * info.width + (i + 0.5) * SIDE) * info.channels;
    return [...data.subarray(at, at + 3)].join(' ');
  });
  return `${icc ? profileName(icc) : 'none'} | ${levels.join(' · ')}`;
}

function pageOf(rows, given) {
  return `# Color

What becomes of colors on their way, as this build does it. Written by \`npm run docs\`: the pictures are served by the product and
the numbers read from them; do not edit. The rules with their sources: [spec/color.md](spec/color.md).

## Wide colors

A source in a space wider than sRGB keeps it wherever the request keeps the profile (imgix: \`cs=origin\`, the default; Fastly and
ImageOptim convert to sRGB), one frame is shown and the format carries a profile: JPEG, PNG, WebP, AVIF and JPEG XL do, GIF,
animations and videos do not and are sRGB. All steps work in that space, and so does the search for a quality: the score compares the
picture with what is delivered of it, in the space in which it is delivered. Two pictures that meet (\`mark\`, \`blend\`, \`txt\`)
meet in sRGB.

Six patches of Display P3, of which sRGB has the last three, are asked for in five ways:

| query | picture | profile | levels of the six patches | what it shows |
| --- | --- | --- | --- | --- |
| the source | ![the source](color/patches-source.png) | ${given} | |
${rows.join('\n')}

Whether a browser shows a difference between the first and the second row depends on its display: on one of sRGB they look the same.

## Bright pictures

HDR (PQ and HLG) is mapped to sRGB by one published curve, with a warning ([why](decisions/0008-tone-map-hdr.md)).

A **gain map** (Ultra HDR, ISO 21496-1, and Apple's form) is a second picture in the file of a JPEG or AVIF that says how much brighter
each part may be shown. What carries it:

| answer | gain map | what is said |
| --- | --- | --- |
| the file as it is: an imgix address without a rendering parameter | kept, byte by byte | nothing |
| every picture that is made, and the file of the source where its metadata is taken off | left out | a note in \`explain\` |

What is left is the base rendition, which is the whole picture on a display without headroom. Making a second, smaller gain map for a
smaller picture is not built: both have to be reduced alike, and file, index and numbers written anew.
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { page, pictures } = await colorPage();
  mkdirSync(join(docs, 'color'), { recursive: true });
  writeFileSync(join(docs, 'color.md'), page);
  for (const [name, bytes] of Object.entries(pictures))
    writeFileSync(join(docs, 'color', name), bytes);
}
