import createFastify from 'fastify';
import { fovea, page } from './fovea.js';

const app = createFastify({ forceCloseConnections: true });
app.all('/pictures/*', (request, reply) => {
  reply.hijack();
  fovea.middleware(request.raw, reply.raw);
});
app.get('/', (_request, reply) => reply.type('text/html; charset=utf-8').send(page));

console.log(`${await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' })}/`);
process.once('SIGTERM', async () => {
  await app.close();
  await fovea.close();
});
