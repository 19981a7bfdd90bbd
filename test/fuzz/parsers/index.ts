/**
 * The hand-written parsers, each as a function of any bytes: it ends, in time, without an error
 * that its docstring does not name, and keeps what it promises.
 */
export {
  avif,
  bitmap,
  gif,
  jpeg,
  jpegCoefficients,
  png,
  psd,
  sniff,
  tiff,
  video,
  webp,
} from './containers.ts';
export { c2pa, copyright, exif, icc } from './metadata.ts';
export { fastly, headers, imageoptim, imgix } from './requests.ts';
export { configuration, svg } from './texts.ts';
