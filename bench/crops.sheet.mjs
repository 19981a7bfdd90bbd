/**
 * The sheet of the crops bench: a page with every picture, its windows and its crops.
 */
import { basename } from 'node:path';
import sharp from 'sharp';

const COLORS = { '1:1': '#ff3b30', '16:9': '#34c759', '9:16': '#32ade6', '4:5': '#ffcc00' };

/** Longer side of an original, and of a crop, in pixels. */
const ORIGINAL = 220;
const CROP = 150;

/** The page; `ways` are functions from a picture and a ratio to a window in shares. */
export async function sheetOf(pictures, ratios, ways) {
  const rows = [];
  for (const picture of pictures) rows.push(await rowOf(picture, ratios, ways));
  return `<!doctype html>
<meta charset="utf-8">
<title>Smart crops</title>
<style>
  body { font: 13px/1.4 system-ui, sans-serif; margin: 16px; background: #1c1c1e; color: #eee; }
  section { display: flex; gap: 10px; align-items: flex-start; margin: 0 0 14px; flex-wrap: wrap; }
  figure { margin: 0; } figcaption { font-size: 11px; color: #aaa; }
  .original { position: relative; line-height: 0; width: max-content; }
  .original i { position: absolute; box-sizing: border-box; border: 2px solid; }
  .original b { position: absolute; box-sizing: border-box; border: 1px dashed #fff; }
  hr { border: 0; border-top: 1px solid #333; }
</style>
<h1>Smart crops</h1>
<p>By saliency with faces (dashed), then by entropy and by edges, without: ${Object.entries(COLORS)
    .map(([ratio, color]) => `<span style="color:${color}">${ratio}</span>`)
    .join(', ')}.</p>
${rows.join('<hr>\n')}
`;
}

async function rowOf(picture, ratios, ways) {
  const [first, ...others] = Object.entries(ways);
  const figures = [await original(picture, ratios, first[1], first[0])];
  for (const [ratio, value] of Object.entries(ratios)) {
    figures.push(await crop(picture, await first[1](picture, value), ratio));
  }
  for (const [way, windowOf] of others) {
    figures.push(await original(picture, ratios, windowOf, way));
  }
  return `<section>${figures.join('')}</section>`;
}

async function original(picture, ratios, windowOf, way) {
  const { size, findings } = picture;
  const small = await tile(sharp(picture.file).autoOrient(), ORIGINAL);
  const boxes = [];
  for (const [ratio, value] of Object.entries(ratios)) {
    const { left, top, width, height } = await windowOf(picture, value);
    boxes.push(`<i style="${place(left, top, width, height)};color:${COLORS[ratio]}"></i>`);
  }
  if (way === 'saliency') {
    for (const { bounds } of findings.faces) {
      const { left, top, width, height } = bounds;
      const at = [left / size.width, top / size.height, width / size.width, height / size.height];
      boxes.push(`<b style="${place(...at)}"></b>`);
    }
  }
  const name = way === 'saliency' ? `${basename(picture.file)}, saliency` : way;
  return `<figure><div class="original">${small}${boxes.join('')}</div><figcaption>${name}</figcaption></figure>`;
}

async function crop({ file, size }, window, ratio) {
  const left = Math.round(window.left * size.width);
  const top = Math.round(window.top * size.height);
  const width = Math.min(size.width - left, Math.round(window.width * size.width));
  const height = Math.min(size.height - top, Math.round(window.height * size.height));
  // Turned first, so that the window is cut from the picture as it is seen.
  const upright = await sharp(file).autoOrient().png({ compressionLevel: 1 }).toBuffer();
  const cut = await tile(sharp(upright).extract({ left, top, width, height }), CROP);
  return `<figure>${cut}<figcaption>${ratio}</figcaption></figure>`;
}

function place(...shares) {
  const [left, top, width, height] = shares.map((value) => `${(100 * value).toFixed(2)}%`);
  return `left:${left};top:${top};width:${width};height:${height}`;
}

async function tile(pipe, side) {
  const { data, info } = await pipe
    .resize(side, side, { fit: 'inside' })
    .webp({ quality: 60 })
    .toBuffer({ resolveWithObject: true });
  const source = `data:image/webp;base64,${data.toString('base64')}`;
  return `<img width="${info.width}" height="${info.height}" src="${source}" alt="">`;
}
