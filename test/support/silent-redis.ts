/** A server that Redis is taken for, which answers nothing and hears what it is told. */
import { type AddressInfo, createServer, type Socket } from 'node:net';

export interface SilentRedis {
  readonly url: string;
  /** All that was sent to it. */
  readonly heard: () => string;
  stop(): Promise<void>;
}

/** It says OK to every command, so that connections stand. */
export async function startSilentRedis(): Promise<SilentRedis> {
  let heard = '';
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      const commands = bytes.toString('latin1').match(/^\*\d+\r$/gm) ?? [];
      socket.write('+OK\r\n'.repeat(commands.length));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `redis://127.0.0.1:${port}`,
    heard: () => heard,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
