/**
 * A worker program for tests of the pool: it does as the path of an request says.
 * `hang`: nothing for ever; `die`: ends at once; `eat`: takes memory; `sleep-N`: answers after N ms.
 */
const eaten = [];
process.on('disconnect', () => process.exit(0));
process.on('message', (request) => {
  const answer = () =>
    process.send({
      kind: 'done',
      id: request.id,
      outcome: { pid: process.pid, path: request.source.path, threads: request.threads },
    });
  const [verb, number] = request.source.path.split('-');
  if (verb === 'hang') return;
  if (verb === 'die') process.kill(process.pid, 'SIGKILL');
  else if (verb === 'eat') setInterval(() => eaten.push(Buffer.alloc(20_000_000, 1)), 20);
  else if (verb === 'fail')
    process.send({
      kind: 'failed',
      id: request.id,
      fault: { code: 'source-broken', message: 'It is broken.', detail: {} },
    });
  else setTimeout(answer, Number(number ?? 0));
});
process.send({ kind: 'ready', encoderVersion: 'fake' });
