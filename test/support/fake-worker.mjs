/**
 * A worker program for tests of the process border: it does as the path of a request says.
 * `crash`: ends by a signal of its own; `quit`: ends with a code; `sleep-N`: answers after N ms.
 */
process.on('disconnect', () => process.exit(0));
process.on('message', (request) => {
  const [verb, number] = request.source.path.split('-');
  if (verb === 'crash') process.kill(process.pid, 'SIGSEGV');
  else if (verb === 'quit') process.exit(7);
  else
    setTimeout(() => process.send({ kind: 'done', id: request.id, outcome: {} }), Number(number));
});
process.send({ kind: 'ready', encoderVersion: 'fake' });
