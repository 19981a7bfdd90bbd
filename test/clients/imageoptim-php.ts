/**
 * The requests of ImageOptim's PHP client: always POST, the options in its order, a form whose
 * Content-Type has a comma where a semicolon belongs.
 */
import { createHash } from 'node:crypto';
import { type ClientRequest, HOSTS, PHOTO } from './client-request.ts';

const ACCOUNT = 'eX4mp1E4pI';
const AGENT = {
  accept: 'image/*,application/im2+json',
  'user-agent': 'ImageOptim-php/1.1 PHP/8.3.0',
};

/** Options, and the size that comes of 1600 x 1200. */
const CASES: readonly [string, number, number][] = [
  ['full', 1600, 1200],
  ['full,quality=low', 1600, 1200],
  ['300', 300, 225],
  ['300,fit', 300, 225],
  ['300x200', 267, 200],
  ['300x200,fit', 267, 200],
  ['300x200,crop', 300, 200],
  ['300x200,pad', 300, 200],
  ['300x200,pad,bgcolor=FF6600', 300, 200],
  ['300x200,scale-down', 267, 200],
  ['160x100,2x', 267, 200],
  ['160x100,crop,1.5x', 240, 150],
  ['200,quality=low', 200, 150],
  ['200,quality=medium', 200, 150],
  ['200,quality=high', 200, 150],
  ['200,2x,quality=medium,timeout=20', 400, 300],
  ['200,quality=high,timeout=5.5,bgcolor=fff', 200, 150],
];

export function imageoptimPhp(origin: string, photo: Buffer): ClientRequest[] {
  const any = ['jpeg', 'webp', 'avif', 'png'];
  return CASES.flatMap(([options, width, height]) => [
    {
      url: `https://${HOSTS.imageoptim}/${ACCOUNT}/${options}/${origin}/${PHOTO}`,
      width,
      height,
      format: any,
      asking: { method: 'POST', headers: { ...AGENT, 'content-length': '0' } },
    },
    {
      url: `https://${HOSTS.imageoptim}/${ACCOUNT}/${options}`,
      width,
      height,
      format: any,
      asking: upload(photo),
    },
  ]);
}

function upload(photo: Buffer) {
  const hash = createHash('md5').update(PHOTO).digest('hex');
  const boundary = `XXX${hash}`;
  const head =
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${PHOTO}"\r\n` +
    'Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: binary\r\n\r\n';
  const body = Buffer.concat([Buffer.from(head), photo, Buffer.from(`\r\n--${boundary}--`)]);
  const headers = {
    ...AGENT,
    'content-length': String(body.length),
    'content-md5': hash,
    'content-type': `multipart/form-data, boundary=${boundary}`,
  };
  return { method: 'POST', headers, body };
}
