// Measures one operation of all contestants in a process of its own, because the speed of hand-written JavaScript differs between
// processes.
import { answer } from '../lib/processes.mjs';
import { contest } from './contest.mjs';
import { contestants } from './contestants.mjs';
import { OPERATIONS, SETTINGS } from './operations.mjs';

await answer(({ id, rounds }) => contest(OPERATIONS[id], contestants(SETTINGS), { rounds }));
