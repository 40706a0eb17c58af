/** The limits of a node that answers from memory: of its lease, its memory, its questions and what it notes. */
export const nodeLimits = {
  /** How long a verifying node may answer from memory without having asked: a lease. */
  leaseMs: 5_000,
  /** A node gives up its lease so much earlier than the database: a tenth, for clocks that run at different speeds. */
  leaseMarginShare: 0.1,
  /** How often a lease is renewed: four times before it ends. */
  leaseTickMs: 1_000,
  /** The same where the database cannot wake its nodes: every change waits so long, and a question costs some 0.2 ms. */
  leasePollMs: 250,
  /** Between two tries after one that failed. */
  leaseRetryMs: 100,
  /** One question of a renewal: with two of them and a new connection, a lease has not ended. */
  leaseQueryTimeoutMs: 2_000,
  /** An answer that took longer than this says little about the database's clock, */
  clockDoubtMs: 100,
  /** unless there was no better one for so long. */
  clockAgeMs: 60_000,
  /** How long a node that starts waits to hear itself, before it asks at short intervals instead. */
  listenTrialMs: 1_000,
  /** Changes that one renewal reads: a node that missed more empties its memory instead. */
  changesReadMax: 10_000,
  /** Changes that a node remembers, to keep out what was read before them; a read takes no longer than some hundred. */
  tombstonesMax: 10_000,
  /** How long changes are kept: nodes read them within seconds, and one that slept for longer empties its memory. */
  changesKeptSeconds: 3_600,
  /** How often old ones are removed, and how many at once. */
  changesPruneMs: 60_000,
  changesPruneRows: 10_000,

  /** Keys in a node's memory at 300 bytes or less, if nobody says otherwise. */
  cachedKeysDefault: 1_000_000,
  /** The most that can be asked for: three gigabytes. */
  cachedKeysMax: 10_000_000,
  /** What one tenant may hold of a full memory: beyond this it makes room at its own cost. */
  cacheTenantShareMax: 0.5,
  /** What keys hold beyond that, in metadata above all: the oldest of these go first. */
  cacheExtraBytesMax: 64 * 1024 * 1024,
  /** Keys that are spared for having been used, until one goes all the same. */
  cacheChancesMax: 8,
  /** Keys that are looked at to make room: of one tenant, who holds half of all, there is one among so many. */
  cacheRoomLooksMax: 64,
  /** Tokens with a right tag that are not known, a few hundred bytes each: only keys that were deleted have any. */
  unknownTokensMax: 10_000,
  unknownTokenMs: 5_000,
  /** Keys that one statement looks up: enough to make it cheap, few enough that it takes a millisecond or two. */
  lookupBatchMax: 100,
  /** Keys that wait to be looked up: at 50,000 a second, the last waits a fifth of one. Whoever comes then is told to try again. */
  lookupsWaitingMax: 10_000,

  /** Beyond its lease, a node that was told to may go on through an outage so long; a withdrawal waits for it, or says so. */
  outageGraceSecondsMax: 300,
  /** How long a withdrawal waits for every node if nobody says otherwise; a healthy node takes a tenth of it. */
  propagationWaitMsDefault: 1_000,
  /** The longest anybody may have it wait: two leases, after which the slowest node has asked or is dead. */
  propagationWaitMsMax: 10_000,
  /** How often the nodes are looked at meanwhile: well below the time in which a healthy one acknowledges. */
  propagationPollMs: 10,

  /** How exact a stored time of a last use is: a busy key's row is written once a minute and not at every use. */
  lastUsedStepSeconds: 60,
  /** How long uses wait to be written many at once. With the two seconds of a slow write, a kill costs less than five. */
  usesFlushMs: 2_000,
  /** A secret that is in memory is noted no oftener: a tenth of the step, which is as exact as it has to be. */
  useNotedSeconds: 5,
  /** Uses in one statement: some 10 ms, for which these keys can be neither rotated nor revoked. */
  usesBatchRows: 500,
  /** Secrets whose uses wait, at some 200 bytes each: what one connection writes in about a second. */
  usesWaitingMax: 50_000,
  /** How long a stopping process works on those, and on rows that others hold. */
  usesDrainMs: 5_000,
  /** How often it looks whether those rows are free. */
  usesRetryMs: 50,
} as const;
