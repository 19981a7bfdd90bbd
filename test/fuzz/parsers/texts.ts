/** Texts: SVG, and the configuration. */
import { parse, YAMLError } from 'yaml';
import { parseConfig } from '../../../src/server/config/config.ts';
import { findJsonProblem } from '../../../src/server/config/json-problem.ts';
import { ConfigError } from '../../../src/server/config/problems.ts';
import { sanitizeSvg } from '../../../src/svg/sanitize.ts';
import { naturalSize, withSize } from '../../../src/svg/size.ts';
import { safeSvgText } from '../../../src/svg/text.ts';
import { ensure, orRefusal, sameBytes } from './expect.ts';

const LIMITS = { bytes: 64 * 1024, elements: 2000 };

export function svg(data: Uint8Array): void {
  const text = orRefusal(() => safeSvgText(data, LIMITS));
  if (text === undefined) return;
  const size = naturalSize(text);
  if (size !== undefined) {
    ensure(Number.isFinite(size.width) && Number.isFinite(size.height), 'a size is finite');
    withSize(text, size, { width: 40, height: 30 });
  }
  const safe = orRefusal(() => sanitizeSvg(data, LIMITS));
  if (safe === undefined) return;
  const shown = new TextDecoder().decode(safe);
  ensure(!/<(script|foreignObject|iframe)[\s>/]/i.test(shown), 'nothing that runs is left');
  ensure(!/<[^>]*\son\w+\s*=/i.test(shown.replace(/"[^"]*"/g, '""')), 'no handler is left');
  const again = orRefusal(() => sanitizeSvg(safe, LIMITS));
  ensure(again !== undefined, 'what was made safe can be read');
  ensure(sameBytes(again, safe), 'what was made safe is safe');
}

/** JSON with its own finder of mistakes, and a configuration of any shape. */
export function configuration(data: Uint8Array): void {
  const text = new TextDecoder().decode(data);
  const problem = findJsonProblem(text);
  const isSyntax = (error: unknown) => error instanceof SyntaxError;
  const read = orRefusal(() => ({ value: JSON.parse(text) as unknown }), isSyntax);
  ensure(problem !== undefined || read !== undefined, 'what is called JSON is JSON');
  const isYamlError = (error: unknown) =>
    error instanceof YAMLError || error instanceof ReferenceError || error instanceof TypeError;
  const value =
    read?.value ?? orRefusal<unknown>(() => parse(text, { logLevel: 'silent' }), isYamlError);
  orRefusal(
    () => parseConfig(value, { folder: '/nowhere', env: {} }),
    (error) => error instanceof ConfigError,
  );
}
