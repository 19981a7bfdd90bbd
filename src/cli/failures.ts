/**
 * Failures: whatever ended a command, as a sentence and an exit code.
 */
import { CommanderError } from 'commander';
import { isFault } from '../base/fault.ts';
import { ConfigError } from '../server/config.ts';
import type { Surroundings } from './surroundings.ts';

/** Every failure in a sentence, and its exit code. */
export function reportFailure(error: unknown, { err }: Surroundings): number {
  // Commander has written its own message, or the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    err(`The configuration cannot be used:\n${error.problems.map((p) => `  ${p}\n`).join('')}`);
    return 2;
  }
  if (isFault(error)) {
    err(`${error.message}\n`);
    return 1;
  }
  err(`${systemMessage(error)}\n`);
  return 1;
}

function systemMessage(error: unknown): string {
  const { code, address, port } = error as NodeJS.ErrnoException & {
    address?: string;
    port?: number;
  };
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${address} is in use; choose another with --port.`;
    case 'EACCES':
      return `Not permitted to use ${port === undefined ? 'a file or folder' : `port ${port}`}.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${address ?? 'The host'} is no address of this machine; choose one with --host.`;
    default:
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
}
