/** Main: the page of the playground comes up. */
import 'uplot/dist/uPlot.min.css';
import './style.css';
import { render } from 'preact';
import { App } from './app.tsx';
import { begin } from './state.ts';

const place = document.getElementById('app');
if (place === null) throw new Error('expected a place for the page, got none');
render(<App />, place);
void begin();
