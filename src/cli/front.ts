/** The program of a front process; see `server/fronts/front.ts`. */
import { runFront } from '../server/fronts/front.ts';

runFront();
