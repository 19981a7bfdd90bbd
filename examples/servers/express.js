import express from 'express';
import { fovea, page } from './fovea.js';

const app = express();
app.use(fovea.middleware);
app.get('/', (_request, response) => response.type('html').send(page));

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}/`);
});
process.once('SIGTERM', () => server.close(() => fovea.close()));
