/**
 * A step of a build: every picture of a folder in two formats, four at a time, and the URL of a Fastly
 * service applied to a file, without a server.
 *
 * node build-step.js ./pictures ./built
 */
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { compile, createOptimizer } from 'fovea';

const [from = './pictures', to = './built'] = process.argv.slice(2);
await mkdir(to, { recursive: true });
const names = (await readdir(from)).filter((name) => /\.(?:jpe?g|png|gif|webp)$/i.test(name));
const optimizer = createOptimizer({ jobs: 2 });
try {
  await Promise.all(
    names.flatMap((name) =>
      ['webp', 'jpeg'].map(async (format) => {
        const options = { formats: [format], width: 800 };
        const { bytes, format: written } = await optimizer.optimize(join(from, name), options);
        const file = `${parse(name).name}.${written}`;
        await writeFile(join(to, file), bytes);
        console.log(`${name} -> ${file}`);
      }),
    ),
  );
  const [first = ''] = names;
  const square = compile('fastly', `/${first}?width=100&height=100&fit=crop&format=png`);
  const { bytes, width, height } = await optimizer.render(join(from, first), square);
  await writeFile(join(to, 'square.png'), bytes);
  console.log(`${first} -> square.png, ${width} x ${height}`);
} finally {
  await optimizer.close();
}
