/** Aborts at the first signal to end, so that a command may finish what it has begun; a second one ends it at once. */
export function interrupted(program: NodeJS.EventEmitter): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) program.once(signal, () => controller.abort());
  return controller.signal;
}
