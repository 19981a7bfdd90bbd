/** UsageError: what a command was told does not fit it, whatever its configuration says. */
import { ConfigError } from '../server/config/config.ts';

/** Each problem is "expected …, got …". */
export class UsageError extends ConfigError {
  override readonly name = 'UsageError';
}
