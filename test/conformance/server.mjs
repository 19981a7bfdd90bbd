/** The server under test: the built program, started as a user would, with a mount per need. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { signer } from '../support/certificates.mjs';
import { send } from './client.mjs';
import { configuration } from './mounts.mjs';

const PROGRAM = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** How long a server may take to be ready, and to stop, in milliseconds. */
const START = 60_000;
const STOP = 5_000;

/**
 * Starts the server on a free port of 127.0.0.1 and waits until it can render.
 * @throws with its output where it ends or is not ready in time
 */
export async function startServer({ home, originPort, pictures }) {
  const port = await freePort();
  const file = join(home, 'fovea.config.json');
  const { certificate, privateKey } = signer();
  writeFileSync(join(home, 'chain.pem'), certificate);
  writeFileSync(join(home, 'key.pem'), privateKey);
  writeFileSync(file, JSON.stringify(configuration({ home, port, originPort, pictures })));
  const child = spawn(process.execPath, [PROGRAM, 'serve', '--config', file], { cwd: home });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text) => {
      output = (output + text).slice(-20_000);
    });
  }
  const ended = new Promise((resolve) => child.once('exit', () => resolve(true)));
  const server = {
    port,
    /** The end of what it wrote. */
    output: () => output,
    running: () => child.exitCode === null && child.signalCode === null,
    async stop() {
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP);
      await ended;
      clearTimeout(timer);
    },
  };
  for (const deadline = Date.now() + START; Date.now() < deadline && server.running(); ) {
    const answer = await send({ port, target: '/healthz' }).catch(() => undefined);
    if (answer?.status === 200) return server;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  if (server.running()) await server.stop();
  throw new Error(`expected a server that is ready within ${START / 1000} s, got:\n${output}`);
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
