/** What the fuzzer begins with: a few small inputs of each parser, all of them sound. */
import sharp from 'sharp';
import { manifestStoreOf } from '../../src/c2pa/jpeg-store.ts';
import { greyItem, heif } from '../../src/containers/avif.suite.ts';
import { jpegExif, walkJpeg } from '../../src/containers/jpeg.ts';
import { testTiff } from '../../src/containers/tiff/tiff.suite.ts';
import { writeMatroska } from '../../src/containers/video/matroska.ts';
import { orientationExif } from '../../src/metadata/exif.ts';
import { copyrightXmp } from '../../src/metadata/xmp.ts';
import { psd } from '../support/documents.ts';
import { animation, card, committed, SVG } from '../support/pictures.ts';

type Seeds = Readonly<Record<string, Readonly<Record<string, Uint8Array | string>>>>;

/** Inputs by parser and name. */
export async function makeSeeds(): Promise<Seeds> {
  const small = () => card(17, 9);
  const grey = small().greyscale().toColourspace('b-w');
  const tagged = await small().jpeg().withMetadata({ orientation: 6 }).toBuffer();
  const { icc } = await sharp(await small().withIccProfile('srgb').jpeg().toBuffer()).metadata();
  const gif = await animation(12, 8, 3, 'gif');
  const jpegs = {
    baseline: await small().jpeg({ quality: 60 }).toBuffer(),
    progressive: await small().jpeg({ progressive: true, chromaSubsampling: '4:4:4' }).toBuffer(),
    grey: await grey.jpeg({ optimizeCoding: false }).toBuffer(),
  };
  const store = manifestStoreOf(committed('signed-by-c2pa-rs.jpg'));
  if (store === undefined) throw new Error('expected a manifest in the signed picture');
  return {
    sniff: { gif: gif.subarray(0, 64), text: '<!doctype html><title>a</title>', svg: SVG },
    png: {
      palette: await small().png({ palette: true, colors: 4 }).toBuffer(),
      tagged: await small().ensureAlpha().withMetadata({ orientation: 3 }).png().toBuffer(),
      moving: committed('house.png').subarray(0, 900),
    },
    webp: {
      lossy: await small().webp({ quality: 30 }).toBuffer(),
      lossless: await small().webp({ lossless: true }).toBuffer(),
      moving: await animation(12, 8, 3, 'webp'),
      tagged: await small().webp({ quality: 30 }).withMetadata({ orientation: 8 }).toBuffer(),
    },
    jpeg: { ...jpegs, tagged },
    jpegCoefficients: jpegs,
    avif: {
      opaque: await small().avif({ effort: 0, quality: 20 }).toBuffer(),
      alpha: await small().ensureAlpha(0.5).avif({ effort: 0, quality: 20 }).toBuffer(),
      heic: committed('quadrants.heic'),
      limited: heif([await greyItem([16, 235], { range: 'limited' })]),
    },
    gif: { moving: gif, still: await small().gif({ colours: 4 }).toBuffer() },
    bitmap: { bmp: bmp(4, 3), icon: icon(await card(8, 8).png().toBuffer()) },
    tiff: {
      planes: testTiff({ width: 20, height: 18, planes: [1, 2, 3, 4], tile: 16, extra: [2] }),
      whole: await small().tiff().toBuffer(),
    },
    psd: { plain: await psd(6, 4) },
    video: { matroska: matroska(), stream: Buffer.from(STREAM, 'hex') },
    exif: {
      turned: orientationExif(6),
      full: jpegExif(walkJpeg(tagged)) ?? new Uint8Array(),
    },
    icc: { srgb: icc ?? new Uint8Array() },
    copyright: {
      xmp: copyrightXmp({ copyright: 'A & B', creator: 'C', credit: 'D' }),
      iptc: iptc(),
    },
    c2pa: { store: store.subarray(0, 6000), cbor: Buffer.from('a2616101616282f5f6', 'hex') },
    svg: { plain: SVG, styled: STYLED, units: UNITS },
    fastly: {
      size: '0photo.jpg?width=300&height=50p&fit=crop&crop=16:9,smart&dpr=2\naccept:image/avif,image/webp',
      looks:
        '0a/b%20c.png?quality=60,80&format=auto&trim-color=f00&pad=10,5%,3&brightness=-20&frame=1',
      regions:
        '0a.gif?crop=300,200,x10,y20&canvas=400,300,offset-x50&orient=hv&bg-color=1,2,3,0.5&blur=3p',
      other:
        '4a.jpg?w=30&h=x&enable=upscale&disable=upscale&montage=@a.png,@b.png||@c.png&optimize=high',
    },
    imgix: {
      size: '0photo.jpg?w=300&h=0.5&fit=crop&crop=faces,edges&ar=3:2&auto=format,compress\nwidth:400',
      looks: '0a.png?bg=80ff0000&blur=20&sat=-100&duotone=f00,00f&border=3,red&mask=ellipse&pad=5',
      text: '0~text?txt64=SGVsbG8&txt-size=20&txt-align=middle,center&txt-color=fff&w=90',
      mark: '3a.jpg?mark=%2Fb.png&mark-x=3&mark-w=0.2&blend=f00&rect=left,top,30,20&rot=30&s=abc',
      data: '0a.jpg?palette=json&colors=4&fm=blurhash&ch=width,dpr\ndpr:2.5',
    },
    imageoptim: {
      site: '0300x200,crop=top,quality=high,2x/a/b.jpg?x=1',
      account:
        '2fovea1/full,format=webp,trim=border,bgcolor=FF0000/http%3A%2F%2Fexample.com%2Fa.jpg',
      options: '2fovea1/50x50,fit,pad,timeout=3.5,scale-down/https://example.com/a%20b.png',
      facts: '0meta,timeout=9/c.gif',
    },
    headers: {
      accept: '0/a.jpg\naccept:image/avif;q=0.5,image/*;v="a,b",*/*;q=.8\nhost:Example.com:80',
      range: '0/a.jpg\nrange:bytes=0-99\nif-range:"abc"\nx-request-id:a-1',
      conditions:
        '0http://u@h/a?b\nif-none-match:W/"abc", "d"\nif-modified-since:Mon, 06 Jul 2026 10:00:00 GMT',
      proxies:
        '0/\nx-forwarded-for:203.0.113.9, 10.1.2.3\nforwarded:for="[fd00::1]:80";by=a, for=10.0.0.1',
      form: '0/\ncontent-type:multipart/form-data; charset=x; boundary="a b"\ndownload:\u00e9.jpg',
    },
    configuration: {
      json: JSON.stringify(CONFIGURATION),
      yaml: YAML,
    },
  };
}

/** A few units of H.264: parameters, a remark, a picture. */
const STREAM = '0000000167640014acd94141fb0110000000016868ebe3cb00000106052ffe00000001658884003f';

const STYLED = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 5"><style>.a{fill:#f00}</style>
<defs><linearGradient id="g"><stop offset="0"/></linearGradient></defs>
<g class="a"><path d="M0 0L5 5" fill="url(#g)" style="stroke:blue"/><use href="#g"/></g></svg>`;

const UNITS =
  '<?xml version="1.0"?><!-- a --><svg:svg xmlns:svg="http://www.w3.org/2000/svg" width="2in" ' +
  'height="50%" viewBox="0,0 4e1 .5"><svg:text x="1">&amp;&#65;</svg:text></svg:svg>';

const CONFIGURATION = {
  listen: { port: 8080, grace: '5s' },
  cache: { size: '1GB' },
  sources: [
    {
      ...{ name: 'a', dialect: 'fastly', mount: '/a', aliases: { w: 'width' } },
      origin: { kind: 'folder', path: './a' },
    },
    {
      ...{ name: 'b', dialect: 'imgix', hosts: ['b.example'], ttl: '1d', formats: ['webp'] },
      signing: { tokens: ['t'], required: true },
      origin: { kind: 'http', base: 'https://o.example/x', allow: ['o.example'] },
    },
  ],
};

const YAML = `listen: { host: 0.0.0.0 }
limits: { pixels: 1000000, renderTimeout: 9s }
sources:
  - name: c
    dialect: imageoptim
    mount: /c
    accounts: [one]
    origin: &o { kind: web, allow: ['*.example.com'] }
`;

function bmp(width: number, height: number): Uint8Array {
  const row = Math.ceil((3 * width) / 4) * 4;
  const file = Buffer.alloc(54 + row * height, 0x80);
  file.fill(0, 0, 54);
  file.write('BM');
  for (const [at, value] of [
    [2, file.length],
    [10, 54],
    [14, 40],
    [18, width],
    [22, height],
    [34, row * height],
  ] as const) {
    file.writeUInt32LE(value, at);
  }
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  return file;
}

function icon(png: Uint8Array): Uint8Array {
  const head = Buffer.from('000001000100080800000100200000000000000000000000'.slice(0, 44), 'hex');
  head.writeUInt32LE(png.length, 14);
  head.writeUInt32LE(22, 18);
  return Buffer.concat([head, png]);
}

function iptc(): Uint8Array {
  const dataset = (number: number, text: string) =>
    Buffer.concat([Buffer.from([0x1c, 2, number, 0, text.length]), Buffer.from(text)]);
  const data = Buffer.concat([dataset(116, 'A'), dataset(80, 'B'), dataset(110, 'C')]);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(data.length);
  return Buffer.concat([Buffer.from('8BIM\x04\x04\0\0', 'latin1'), size, data]);
}

function matroska(): Uint8Array {
  const packet = (time: number, key: boolean) => ({
    time,
    key,
    data: Uint8Array.of(1, 2, 3, time),
  });
  return writeMatroska({
    codec: 'vp9',
    width: 16,
    height: 8,
    packets: [packet(0, true), packet(40, false), packet(80, false)],
    duration: 120,
  });
}
