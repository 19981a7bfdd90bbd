/**
 * What drawings of the palette bench are made of: colors, lots, the modules of QR codes, and their
 * files.
 */
import { losslessCompressPng } from '@napi-rs/image';
import { palettePng } from '../dist/vips/palette-png.js';

export const WHITE = [255, 255, 255, 255];
export const BLACK = [0, 0, 0, 255];
export const DARK = [32, 36, 44, 255];
export const GREY = [204, 204, 204, 255];
export const CLEAR = [0, 0, 0, 0];

/** Hues around the circle. */
export const hues = (count, level = 128, reach = 90) =>
  Array.from({ length: count }, (_, i) => {
    const at = (shift) =>
      Math.round(level + reach * Math.cos(2 * Math.PI * (i / count + shift / 3)));
    return [at(0), at(1), at(2), 255];
  });
/** From one color to another. */
export const ramp = (count, from = [0, 0, 0], to = [255, 255, 255]) =>
  Array.from({ length: count }, (_, i) => [
    ...from.map((level, c) => Math.round(level + ((to[c] - level) * i) / (count - 1))),
    255,
  ]);
/** A whole number below 2^16 that looks drawn by lot. */
export const lot = (i) => Math.imul(i ^ (i >>> 7) ^ 0x5bd1, 2654435761) >>> 16;

/** A drawing: its sides, its colors, and which of them each pixel has. */
export const drawing = (width, height, colors, draw) => ({ width, height, colors, draw });

/** Rows of the modules of QR codes of versions 1, 2, 4 and 7, each a number with 36 digits. */
export const QR = [
  '18qkf mvk1 wrx9 wrbx wtp9 mts1 18prz 2rk 16lr1 ht1t 41vw 150vc yxs0 50i 18ljf muim wpag wrui wrkg my94 18oq6',
  'juwzj a6i4h ekaql ek09p ekk7x a7hhd jvfy7 1ips eu9a4 8fpuq fim23 huuld df3yv b1b1m at4l7 bvi0h bhu5w 24go juwyf a7iu1 ekn3o ek34v ek0lp a57zt jve9r',
  '3x99itb 20l5g01 2vmog2l 2v9wlzx 2vj5x0d 208ykap 3xbl6yn 17pxc 2gm6ahj dzn9ct 2va4l7j r46uxz 2tibkxs 2cqyo8 2t4jbcw 2nyqg0t 1nofpq0 r3xavp 3dpusrz 1fbogm6 3vjiubs 267luvs 2fxnkyb 21e4exz 3vf10j5 ik9w4 3xhx74m 20jmasc 2vjhre9 2vk20mf 2vfvakb 207eqk7 3x8d4ds',
  'cf5muk96n 6d3g2mkap 93cfz22xp 92m6g6ycd 93p53wb4t 6cb8v5g75 cenaj8hhb izywa2o 7sa6hwa6v 9kaxogyni c0q57646f al7qlmw2s b3uwfue4y 9tthxxwt4 1cv6316ts 6hkcv76tp 4l2w6ksej 2md6hckut 6q1qbu9th 80vpy7snx 4o0h8risy 4bx4ovgv0 bg1cqlsgv 9rsvh4f85 8k2be8mib 3kery642u 7ctm1syyw 3qbsmhzxo b7i13dg5u urqlagl3 ba070apkt 377f5j3ph 5ru65afxk 54gq7z0uw iexey7p3 5ugoul2ef 7i41tm2ns 1c3oqf4s cf0d3ykic 6dgnykf19 93y7yqmer 9373o9fsd 92jofsxw1 6cvap6rmv celhayta8',
].map((rows) => rows.split(' ').map((row) => Number.parseInt(row, 36)));

/** A QR code in its quiet zone, each module a square of so many pixels. */
export function qr(which, zoom, colors = [WHITE, BLACK]) {
  const rows = QR[which];
  const count = rows.length;
  const side = (count + 8) * zoom;
  return drawing(side, side, colors, (x, y) => {
    const [a, b] = [Math.floor(x / zoom) - 4, Math.floor(y / zoom) - 4];
    if (Math.min(a, b) < 0 || Math.max(a, b) >= count) return 0;
    return Math.floor(rows[b] / 2 ** (count - 1 - a)) % 2;
  });
}

/** Numbers from 0 up to 1, by lot: the same for one seed. */
export function lotOf(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const indexed = ({ width, height, colors, draw }) => {
  const indices = new Uint8Array(width * height);
  for (let p = 0; p < indices.length; p++) indices[p] = draw(p % width, Math.floor(p / width));
  return { width, height, palette: Uint8Array.from(colors.flat()), indices };
};

/** A drawing as the smallest palette PNG that oxipng finds. */
export async function pngOf(drawn) {
  const used = indexed(drawn);
  const kept = [...new Set(used.indices)].sort((a, b) => a - b);
  const place = new Map(kept.map((from, to) => [from, to]));
  const png = palettePng({
    ...used,
    palette: Uint8Array.from(kept.flatMap((i) => drawn.colors[i])),
    indices: used.indices.map((i) => place.get(i)),
  });
  const packed = new Uint8Array(await losslessCompressPng(png, { strip: true }));
  return packed.length < png.length ? packed : png;
}

export function rasterOf(frames) {
  const { width, height } = frames[0];
  const data = new Uint8Array(width * height * 4 * frames.length);
  let at = 0;
  for (const frame of frames) {
    const { palette, indices } = indexed(frame);
    for (const i of indices) {
      data.set(palette.subarray(4 * i, 4 * i + 4), at);
      at += 4;
    }
  }
  const delays = frames.map(() => 100);
  return { width, height, channels: 4, data, pages: frames.length, delays, loop: 0 };
}
