import { rmSync } from 'node:fs';

// Loaded into a service that a benchmark starts: it ends when the benchmark does, even one that was killed and could
// tidy nothing up, and then takes its folder along.
process.once('disconnect', () => {
  const { DATA_DIR: folder } = process.env;
  process.once('exit', () => {
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });
  // Nobody waits for an answer any more, so a service that hangs is ended, and its exit ends its database.
  setTimeout(() => process.exit(), 10_000).unref();
  // Not sent but called: before the service listens for the signal, it would end without its database.
  if (!process.emit('SIGTERM')) process.exit();
});

// The way to the parent must not keep a service alive that has stopped.
process.channel?.unref();
