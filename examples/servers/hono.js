import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { fovea, page } from './fovea.js';

const app = new Hono();
// The raw target, which a signature covers, is the one of the request that came in
app.all('/pictures/*', (context) =>
  fovea.handle(context.req.raw, { target: context.env.incoming.url }),
);
app.get('/', (context) => context.html(page));

const server = serve(
  { fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => {
    console.log(`http://127.0.0.1:${port}/`);
  },
);
process.once('SIGTERM', () => server.close(() => fovea.close()));
