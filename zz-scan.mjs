import { runnerImport } from 'vite';
import { rmSync } from 'node:fs';
const { module } = await runnerImport('/work/main/src/stores/disk.ts');
const folder = '/tmp/scanbench/s'; rmSync(folder,{recursive:true,force:true});
const { createHash } = await import('node:crypto');
const key = (n) => createHash('sha256').update(String(n)).digest('hex');
const N = Number(process.argv[2] ?? 20000);
let s = await module.DiskStore.open(folder, 1e12, { sync: process.argv[3]==='sync' });
const meta = {etag:'"abc"', mediaType:'image/avif', source:{width:1,height:1}, receipt:{a:'x'.repeat(600)}};
const body = Buffer.alloc(30000, 7);
let t = performance.now();
for (let n=0;n<N;n+=8) await Promise.all([0,1,2,3,4,5,6,7].map(i=>s.put(key(n+i), meta, body)));
console.log('put/s', Math.round(N/((performance.now()-t)/1000)));
await s.close();
for (const _ of [1,2]) {
t = performance.now();
s = await module.DiskStore.open(folder, 1e12);
console.log('open ms', (performance.now()-t).toFixed(1));
const t1=performance.now(); await s.get(key(5)); console.log('first get ms during scan', (performance.now()-t1).toFixed(1));
await s.scanned; console.log('scan ms', (performance.now()-t).toFixed(0), 'entries', N, 'rss', (process.memoryUsage().rss/1e6).toFixed(0));
t = performance.now(); for (let n=0;n<2000;n++) await s.get(key(n)); console.log('get us', ((performance.now()-t)/2).toFixed(0));
t = performance.now(); for (let n=0;n<2000;n++) await s.get(key(n+1e9)); console.log('miss us', ((performance.now()-t)/2).toFixed(1));
await s.close();
}
