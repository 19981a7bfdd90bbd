import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'vitest';
import { probe } from './probe.ts';
import { setUpVips } from './setup.ts';
import { render } from './render.ts';
import { vipsEncoder } from './encode.ts';
setUpVips({concurrency:1});
const C='/work/shared/corpus/';
test('smoke', async()=>{
 for (const d of readdirSync(C)) { if(d.endsWith('.json')) continue; for (const f of readdirSync(C+d)) {
  const path=C+d+'/'+f; 
  try { const t0=performance.now(); const i=await probe({path}); const t1=performance.now();
    const w=Math.max(1,Math.round(i.width/3)), h=Math.max(1,Math.round(i.height/3));
    const r=await render({path},i,{frames:{first:0,count:i.pages},colour:'srgb',instructions:[{kind:'scale',width:w,height:h,filter:'lanczos3'}],output:{kind:'blurhash',x:4,y:3}});
    const t2=performance.now();
    console.log(d,f,JSON.stringify({...i,delays:i.delays.length}), r.width,r.height,r.channels,r.pages,`probe ${(t1-t0).toFixed(0)} render ${(t2-t1).toFixed(0)}`);
  } catch(e:any){ console.log(d,f,e.code??'BUG '+e.stack,e.message,JSON.stringify(e.detail)); }
 }}
}, 300000);
