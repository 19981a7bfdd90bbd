#!/usr/bin/env bash
# @nuxt/image 2.1.0: what `fit` means depends on the provider, and on Fastly it means its opposite.
#
# Nuxt Image documents `fit` by the words of CSS and sharp: `cover` fills the box and crops what is over,
# `inside` keeps the whole picture within the box. Its Fastly provider sends `cover` as `fit=bounds`, which keeps
# the whole picture within the box, and `inside` as `fit=crop`, which crops. Its imgix provider sends the same
# words as `crop` and `max`, as documented: a page that changes its provider changes its pictures' shapes.
# The imgix provider also misspells a parameter: `watermarkScale` becomes `mark-sclae`, so it never has an effect.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --ignore-scripts --omit=optional @nuxt/image@2.1.0 >/dev/null
cat >run.mjs <<'JS'
const url = async (provider, modifiers) => {
  const { getImage } = (await import(`@nuxt/image/runtime/providers/${provider}`)).default();
  return getImage('/photo.jpg', { modifiers, baseURL: 'https://pictures.example' }).url;
};
const box = { width: 300, height: 300 };
let changed = false;
for (const [provider, modifiers, sent] of [
  ['fastly', { ...box, fit: 'cover' }, 'fit=bounds'],
  ['fastly', { ...box, fit: 'inside' }, 'fit=crop'],
  ['imgix', { ...box, fit: 'cover' }, 'fit=crop'],
  ['imgix', { ...box, fit: 'inside' }, 'fit=max'],
  ['imgix', { watermarkScale: 50 }, 'mark-sclae=50'],
]) {
  const built = await url(provider, modifiers);
  console.log(`${provider}, ${JSON.stringify(modifiers)}: ${built}`);
  if (!built.includes(sent)) {
    console.error(`changed; it sent ${sent}`);
    changed = true;
  }
}
process.exit(changed ? 1 : 0);
JS
node run.mjs
