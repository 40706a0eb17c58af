import { cpus } from 'node:os';
import { setTimeout } from 'node:timers/promises';

const lookMs = 1000;

/** How much of all cores is at work, from 0 to 1, over a second in which we do nothing: the work of others. */
export async function busyShare(): Promise<number> {
  const before = spent();
  await setTimeout(lookMs);
  const after = spent();
  return (after.busy - before.busy) / (after.all - before.all);
}

function spent(): { busy: number; all: number } {
  const times = cpus().map((cpu) => cpu.times);
  const idle = times.reduce((sum, time) => sum + time.idle, 0);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { busy: all - idle, all };
}
