/**
 * Lossless packers: mozjpeg and oxipng of `@napi-rs/image`, loaded when they are first used.
 */

/** A JPEG with the same coefficients, in progressive scans with tables of its own; no application data is kept. */
export async function packedJpeg(bytes: Uint8Array): Promise<Uint8Array> {
  const { compressJpeg } = await import('@napi-rs/image');
  return new Uint8Array(await compressJpeg(bytes, { quality: 100 }));
}

/** A PNG with the same pixels, filtered and deflated anew; only what decoding needs is kept. */
export async function packedPng(bytes: Uint8Array): Promise<Uint8Array> {
  const { losslessCompressPng } = await import('@napi-rs/image');
  return new Uint8Array(await losslessCompressPng(bytes, { strip: true }));
}
