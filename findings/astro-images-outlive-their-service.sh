#!/usr/bin/env bash
# Astro 5.18.1: a picture that one image service has made is sent after the service was replaced.
#
# `astro build` keeps what it made of pictures in `node_modules/.astro` for the next build, named by the source and by
# what was asked of it (width, format, quality, ...). Which service made it is not part of the name, nor is the
# service's configuration: after `image.service` was changed, or its options, or its version, the next build writes the
# pictures of the old one, and says that it took them from its cache. Only a build without that folder asks the new
# service. A reader of the documentation, where a service may bring options and `propertiesToHash`, would expect a change
# of the service to change its pictures.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
export ASTRO_TELEMETRY_DISABLED=1
cat >package.json <<'JSON'
{ "name": "a", "private": true, "type": "module" }
JSON
npm install --silent --no-audit --no-fund astro@5.18.1 sharp@0.34.5 >/dev/null
mkdir -p src/pages
node --input-type=module -e "
import sharp from 'sharp';
await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } }).png().toFile('src/red.png');
"
cat >src/pages/index.astro <<'ASTRO'
---
import { Image } from 'astro:assets';
import red from '../red.png';
---
<Image src={red} width={32} height={32} format="png" alt="A square" />
ASTRO
# A service that paints every picture in the color of its configuration
cat >service.js <<'JS'
import sharp from 'sharp';
import { baseService } from 'astro/assets';

export default {
  ...baseService,
  async transform(_input, { width, height }, { service }) {
    const create = { width, height, channels: 3, background: service.config.color };
    return { data: await sharp({ create }).png().toBuffer(), format: 'png' };
  },
};
JS
painted() {
  cat >astro.config.mjs <<JS
export default { image: { service: { entrypoint: './service.js', config: { color: '$1' } } } };
JS
  npx astro build >build.log 2>&1
  node --input-type=module -e "
import { readdirSync } from 'node:fs';
import sharp from 'sharp';
const name = readdirSync('dist/_astro').find((one) => /_.*\.png$/.test(one));
const { dominant } = await sharp('dist/_astro/' + name).stats();
console.log(dominant.g > 128 ? 'green' : dominant.b > 128 ? 'blue' : 'other');
"
}
first=$(painted lime)
second=$(painted blue)
cached=$(grep -c 'reused cache entry' build.log || true)
rm -rf node_modules/.astro
third=$(painted blue)
echo "service paints green: $first; then blue: $second (reused: $cached); without the cache: $third"
[ "$first $second $third" = 'green green blue' ] || { echo 'changed' >&2; exit 1; }
