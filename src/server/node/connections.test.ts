import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { type ConnectionLimits, Connections, clientOf } from './connections.ts';
import { earlyAnswer } from './early-answers.ts';
import { get, listeners, until } from './sockets.suite.ts';

class FakeSocket extends EventEmitter {
  readonly remoteAddress: string;
  destroyed = false;
  written = '';

  constructor(remoteAddress: string) {
    super();
    this.remoteAddress = remoteAddress;
  }

  write(text: string | Uint8Array) {
    this.written += Buffer.from(text as string).toString('latin1');
  }
  end(text: string | Uint8Array) {
    this.write(text);
  }
  pause() {}
  resume() {}
  destroy() {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

function keeper(limits: ConnectionLimits) {
  const clock = { now: 0 };
  const connections = new Connections(
    limits,
    () => clock.now,
    (method) => earlyAnswer(method, 503, 0, { resourcePolicy: 'cross-origin', timing: false }),
  );
  const come = (address = '192.0.2.1') => {
    const socket = new FakeSocket(address);
    const admitted = connections.admit(socket as unknown as Socket);
    clock.now += 1;
    return { socket, admitted, connection: connections.of(socket as unknown as Socket)! };
  };
  return { clock, connections, come };
}

describe('at the limit of connections', () => {
  test('the one that has been idle longest makes room', () => {
    const { clock, come, connections } = keeper({ total: 3, perClient: 0 });
    const [a, b, c] = [come(), come(), come()];
    // The first was used last
    connections.busy(a.connection);
    connections.idle(a.connection);
    clock.now += 1000;
    expect(come().admitted).toBe(true);
    expect([a, b, c].map(({ socket }) => socket.destroyed)).toEqual([false, true, false]);
    expect(connections.count).toBe(3);
  });

  test('one whose last answer is given goes before any idle one', () => {
    const { clock, come, connections } = keeper({ total: 2, perClient: 0 });
    const [a, b] = [come(), come()];
    connections.busy(b.connection);
    connections.ending(b.connection);
    clock.now += 1000;
    expect(come().admitted).toBe(true);
    expect([a, b].map(({ socket }) => socket.destroyed)).toEqual([false, true]);
  });

  test('where all are busy or have only just come, the new one is told to come again', () => {
    const { come, connections } = keeper({ total: 2, perClient: 0 });
    const [a, b] = [come(), come()];
    connections.busy(a.connection);
    const { socket, admitted } = come();
    expect([admitted, a.socket.destroyed, b.socket.destroyed]).toEqual([false, false, false]);
    expect(socket.written).toBe('');
    socket.emit('data', Buffer.from(get('/a')));
    expect(socket.written).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n/);
    expect(socket.written).toMatch(/retry-after: \d+\r\n/);
    expect(socket.written).toMatch(/connection: close\r\n/);
    expect(socket.written.split('\r\n\r\n')[1]).not.toBe('');
  });

  test('a refused HEAD has no body', () => {
    const { come, connections } = keeper({ total: 1, perClient: 0 });
    connections.busy(come().connection);
    const { socket } = come();
    socket.emit('data', Buffer.from(get('/a').replace('GET', 'HEAD')));
    expect(socket.written.endsWith('\r\n\r\n')).toBe(true);
  });

  test('only so many are being refused at once; the oldest is dropped', () => {
    const { come, connections } = keeper({ total: 1, perClient: 0 });
    connections.busy(come().connection);
    const refused = Array.from({ length: 66 }, () => come().socket);
    expect(refused.map((socket) => socket.destroyed).slice(0, 4)).toEqual([
      true,
      true,
      false,
      false,
    ]);
    connections.destroyAll();
    expect(refused.every((socket) => socket.destroyed)).toBe(true);
  });

  test('one client does not take the places of others', () => {
    const { clock, come, connections } = keeper({ total: 10, perClient: 2 });
    const [a, b] = [come('192.0.2.1'), come('192.0.2.1')];
    for (const { connection } of [a, b]) connections.busy(connection);
    expect(come('192.0.2.1').admitted).toBe(false);
    expect(come('192.0.2.2').admitted).toBe(true);
    connections.idle(a.connection);
    clock.now += 1000;
    // One of its own makes room, not one of its neighbours
    expect(come('192.0.2.1').admitted).toBe(true);
    expect([a, b].map(({ socket }) => socket.destroyed)).toEqual([true, false]);
  });

  test('places are given back when sockets close, whatever closed them', () => {
    const { come, connections } = keeper({ total: 2, perClient: 2 });
    for (let round = 0; round < 5; round++) {
      const { socket, admitted } = come();
      expect(admitted).toBe(true);
      socket.destroy();
    }
    expect(connections.count).toBe(0);
    expect([come().admitted, come().admitted, come().admitted]).toEqual([true, true, false]);
  });
});

describe('clientOf', () => {
  test.each([
    ['192.0.2.7', '192.0.2.7', 'an address of IPv4'],
    ['::ffff:192.0.2.7', '192.0.2.7', 'the same, mapped'],
    ['2001:db8:1:2:3:4:5:6', '8193:3512:1:2', 'the first 64 bits of IPv6'],
    ['2001:db8:1:2::9', '8193:3512:1:2', 'another of the same household'],
    [undefined, '', 'none is known'],
    ['fe80::1%eth0', '65152:0:0:0', 'a zone'],
  ])('%s is %s (%s)', (address, client, _why) => {
    expect(clientOf(address)).toBe(client);
  });
});

describe('clients that neither read nor close', () => {
  const { start, client } = listeners();

  test.each([
    ['an error of the parser', 'GET / HTTX\r\n\r\n', 400],
    ['headers that are too long', `GET / HTTP/1.1\r\nX-A: ${'a'.repeat(100_000)}`, 431],
    ['CONNECT', 'CONNECT a.test:443 HTTP/1.1\r\nHost: a\r\n\r\n', 405],
    [
      'an upload that is not wanted',
      'POST /i/a HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n',
      405,
    ],
  ])('lose their place after %s', async (_what, text, status) => {
    const { port, listener } = await start();
    const held = client(port, text, { allowHalfOpen: true });
    await held.answers(1);
    expect(held.statuses).toEqual([status]);
    await until(() => listener.connections() === 0);
  });

  test('do not keep new clients out', async () => {
    const { port } = await start(undefined, { connections: 5 });
    const held = Array.from({ length: 5 }, () =>
      client(port, 'GET / HTTX\r\n\r\n', { allowHalfOpen: true }),
    );
    await Promise.all(held.map((one) => one.answers(1)));
    const visitor = client(port, get('/i/a', 'Connection: close\r\n'));
    expect(await visitor.ended).toBe('closed');
    expect(visitor.statuses).toEqual([200]);
  });

  test('do not keep new clients out by being silent or idle', async () => {
    const { port, listener } = await start(undefined, { connections: 6 });
    for (let i = 0; i < 3; i++) client(port, '', { allowHalfOpen: true, read: false });
    const idle = Array.from({ length: 3 }, () => client(port, get('/i/a')));
    await Promise.all(idle.map((one) => one.answers(1)));
    await until(() => listener.connections() === 6);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const visitors = Array.from({ length: 4 }, () => client(port, get('/i/b')));
    await Promise.all(visitors.map((one) => one.answers(1)));
    expect(visitors.map((one) => one.statuses)).toEqual([[200], [200], [200], [200]]);
  });

  test('a client for whom there is no place gets an answer, not a reset', async () => {
    const { port } = await start(() => new Promise(() => {}), { connections: 2, grace: 10 });
    client(port, get('/i/a'));
    client(port, get('/i/a'));
    const visitor = client(port, get('/i/b'));
    expect(await visitor.ended).toBe('closed');
    expect(visitor.statuses).toEqual([503]);
    expect(visitor.text).toMatch(/retry-after: \d+/);
  });
});
