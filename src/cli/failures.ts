/**
 * Failures: whatever ended a command, as a sentence and an exit code.
 */
import { CommanderError } from 'commander';
import { isFault } from '../base/fault.ts';
import { ConfigError } from '../server/config/config.ts';
import { systemReason } from '../server/config/system-reason.ts';
import { printable } from './printable.ts';
import type { Surroundings } from './surroundings.ts';
import { UsageError } from './usage-error.ts';

/** Prints why a command ended early; gives the exit code. */
export function reportFailure(error: unknown, { env, err }: Surroundings): number {
  // Commander has written its own message, or the help that was asked for
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof ConfigError) {
    const what =
      error instanceof UsageError ? 'command cannot be run' : 'configuration cannot be used';
    err(`The ${what}:\n${error.problems.map((p) => `  ${printable(p)}\n`).join('')}`);
    return 2;
  }
  err(`${isFault(error) ? error.message : systemMessage(error, env)}\n`);
  return 1;
}

type SystemError = NodeJS.ErrnoException & { readonly address?: string; readonly port?: number };

function systemMessage(error: unknown, env: Surroundings['env']): string {
  const { code, path, syscall, address, port, stack } = error as SystemError;
  if (typeof code !== 'string' || syscall === undefined) {
    return `Fovea has made a mistake; please report it with these lines.\n${stack ?? String(error)}`;
  }
  if (port !== undefined) return listenMessage(code, address ?? 'this host', port, env);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    const { hostname = 'The host' } = error as { hostname?: string };
    return `${hostname} is no address of this machine; choose one with --host.`;
  }
  if (path === undefined) return `The system refused (${syscall}): ${systemReason(code)}.`;
  return `Cannot use ${printable(path)}: ${systemReason(code)}.`;
}

function listenMessage(
  code: string,
  address: string,
  port: number,
  env: Surroundings['env'],
): string {
  switch (code) {
    case 'EADDRINUSE': {
      const other = port < 65_535 ? port + 1 : port - 1;
      // npm hands flags on only behind two dashes
      const flag = `${env.npm_lifecycle_event === 'start' ? 'npm start -- ' : ''}--port ${other}`;
      return `Port ${port} on ${address} is in use; choose another with ${flag}.`;
    }
    case 'EADDRNOTAVAIL':
      return `${address} is no address of this machine; choose one with --host.`;
    case 'EACCES':
      return `Not permitted to use port ${port}; choose one from 1024 on with --port.`;
    default:
      return `Cannot listen on port ${port} of ${address}: ${systemReason(code)}.`;
  }
}
