import { isatty } from 'node:tty';
import { asBootstrap } from './cli/asBootstrap.ts';
import type { Config } from './config.ts';
import { systemRandom } from './crypto/random.ts';
import { createHandout } from './http/handout.ts';
import { assert } from './lib/assert.ts';
import { systemClock } from './lib/clock.ts';
import type { Log } from './lib/log.ts';
import type { Installation } from './openInstallation.ts';
import type { Service } from './Service.ts';
import { createWorkerCounts } from './workerCounts.ts';
import { openWorkers } from './workers.ts';

/** The service in several processes: this one keeps the listener and the database, and starts those that serve. */
export async function openWorkerService(config: Config, installation: Installation, log: Log): Promise<Service> {
  const { database, ring } = installation;
  assert(ring !== undefined, 'workers are given the ring');
  const handout = createHandout();
  const workers = openWorkers({
    count: config.workers,
    task: { config, database, ring: ring.reveal(), pretty: isatty(1) },
    handout,
    counts: createWorkerCounts(),
    log,
  });
  let graphiql = false;
  return {
    get graphiql() {
      return graphiql;
    },
    async listen() {
      // Before anybody is started: a port that is taken is told once, and at once.
      const at = await handout.listen(config);
      graphiql = (await workers.start()).graphiql;
      return at;
    },
    asBootstrap: (work) => asBootstrap({ config, installation, clock: systemClock, randomBytes: systemRandom }, work),
    hopeless: workers.hopeless,
    close: () => workers.close(),
  };
}
