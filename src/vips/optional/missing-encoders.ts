/** Missing encoders: formats that would be written if their package were installed. Nothing is loaded to find out. */
import type { FormatName } from '../../image/format.ts';
import { installedVersion, JXL_PACKAGE, TRACER_PACKAGE } from './optional-package.ts';

const PACKAGES: readonly (readonly [FormatName, string])[] = [
  ['jxl', JXL_PACKAGE],
  ['svg', TRACER_PACKAGE],
];

export function missingEncoders(): FormatName[] {
  return PACKAGES.filter(([, name]) => installedVersion(name) === undefined).map(
    ([format]) => format,
  );
}
