import { nodeLimits } from './nodeLimits.ts';

/** Every limit of the service: its number, its unit in its name, and its reason. */
export const limits = {
  ...nodeLimits,

  /** A body of one request: a `createApiKey` with full metadata fits four times. */
  bodyBytesMax: 32 * 1024,
  /** Request line and headers together: room for two credentials and a browser's headers. Node's default today. */
  headerBytesMax: 16 * 1024,
  /** A client that needs longer for its headers is holding a socket, not asking a question. */
  headersTimeoutMs: 10_000,
  /** The same for headers and body together. */
  requestTimeoutMs: 15_000,
  /** Longer than the 60 s at which common load balancers drop idle connections, so that they close first. */
  keepAliveTimeoutMs: 65_000,
  /** How long a stopping process waits for what is in flight; orchestrators kill after 30 s. */
  drainMs: 20_000,
  /** A readiness probe that waits longer than this is not ready. */
  readyTimeoutMs: 1_000,
  /** How often Node looks for connections past the two timeouts above: they end at most this much late. */
  connectionsCheckMs: 1_000,
  /** Sockets at once: far beyond what two cores serve, far below what the memory of their buffers would hurt. */
  connectionsMax: 10_000,
  /** How long a refused client may go on sending while it has not read the refusal: closing at once would reset it. */
  lingerMs: 1_000,
  /** A stopping process leaves idle connections open this long, for requests that are on their way already. */
  drainIdleMs: 500,
  /** Refused values of a header are never repeated; a request id longer than this is replaced. */
  requestIdCharsMax: 64,
  /** An unknown field's name in a message: a slip of the pen is shorter, and a token worth guarding is longer. */
  shownFieldCharsMax: 16,
  /** Ids of tenants that are remembered as they are shown, at some 200 bytes each. */
  shownTenantsMax: 10_000,
  /** Browsers ask again after this; Chromium keeps an answer no longer than two hours. */
  corsMaxAgeSeconds: 600,
  /** Log lines wait at most this long, to be written many at once: one write each would cost more than the request. */
  logFlushMs: 50,
  /** Log lines that wait beyond this many characters are written before that. */
  logFlushChars: 64 * 1024,
  /** A log that nobody reads may hold this much memory; lines beyond it are dropped. */
  logBufferCharsMax: 16 * 1024 * 1024,
  /** How long an ending process tries to write its last lines to a pipe that is full. */
  logExitMs: 1_000,
  /** Causes of one error that a log line tells, and errors beside each other in one of them. */
  logCausesMax: 5,

  /** A name's length in characters; `varchar(255)` in the tables. */
  nameCharsMax: 255,
  /** RFC 5321: 64 of local part, the sign, 189 left of the 254 that a path allows. */
  emailCharsMax: 254,
  emailLocalPartCharsMax: 64,
  /** One label of a host name, by RFC 1035. */
  emailLabelCharsMax: 63,
  slugCharsMax: 63,
  /** The random end of a suggested slug, in base32: 30 bits make a clash of two equal names improbable. */
  slugSuffixChars: 6,
  externalIdCharsMax: 255,
  reasonCharsMax: 500,
  /** How much of a refused value a message repeats: enough to find it, and too little to carry a pasted secret. */
  quotedCharsMax: 32,
  idempotencyKeyCharsMax: 255,
  /** An idempotency record answers retries this long. */
  idempotencyHours: 24,
  /** Expired idempotency records that a new one takes along, so that the table never needs a sweeper. */
  idempotencySweptPerInsert: 10,

  /** Scopes of one key: judged at every verification, so they are few. */
  scopesMax: 100,
  /** Scopes that a list and a ceiling have in common: beyond this the rest is left out, which only ever allows less. */
  effectiveScopesMax: 1_000,
  /** Lists of scopes that are known as they stand in the database, at some kilobytes each at the most. */
  scopeListsReadMax: 1_000,
  /** Versions of hashes that are known as they stand there: a few for each ring key. */
  hashVersionsReadMax: 1_000,
  scopeCharsMax: 255,
  scopeSegmentsMax: 10,
  /** Scopes that are remembered to be well-formed; a service asks for a few hundred. */
  scopesRememberedMax: 1_000,
  /** A list of scopes that keys share, as text: a longer one is its key's own, and counts as such. */
  sharedScopesCharsMax: 512,
  /** Scopes of which a list remembers whether it allows them, at some 300 bytes each. */
  scopeAnswersMax: 16,
  /** One segment: long enough for a UUID or a host name inside a scope. */
  scopeSegmentCharsMax: 64,
  /** Metadata as JSON text: it travels with every verdict. */
  metadataBytesMax: 8 * 1024,
  metadataDepthMax: 5,

  /** Longest grace of a rotated secret: thirty days; beyond that it is a second key. */
  graceSecondsMax: 30 * 24 * 3600,
  /** Secrets of one key that verify at the same time; each costs a hash at a cold verification. */
  liveSecretsMax: 5,
  /** A grace, an expiry or a window lies before this year; `timestamptz` would take more, JavaScript dates would not. */
  yearMax: 9999,
  /** A window begins after Unix time does: before it, text forms of a date grow signs and lose digits. */
  yearMin: 1970,

  /** argon2id jobs at once: each takes one core and 19 MiB. */
  argon2Concurrency: 2,
  /** Creations that may wait for argon2: at some 50 a core and second, the last waits about a second. */
  argon2QueueMax: 100,

  /** The youngest event that may be removed: as long as a replaced secret may verify, who replaced it stays on record. */
  auditAgeDaysMin: 30,
  /** The oldest that can be asked for: a hundred years. */
  auditAgeDaysMax: 36_500,
  /** Events that one transaction removes: some 20 ms, so that Ctrl-C and a lost connection never cost much. */
  auditPruneBatchRows: 1_000,
  /** Transactions between two lines of progress where no terminal shows it. */
  auditPruneBatchesPerLine: 100,

  /** Page size of every list. */
  pageSizeDefault: 20,
  pageSizeMax: 100,
  /** Rows that a page, or a count, looks at for what no index answers: some five milliseconds of Postgres. */
  scannedRowsMax: 10_000,
  /** A person's newest keys whose events are one list: each is a look-up of its own in every page of it. */
  ownKeysAuditedMax: 100,
  /** A cursor has 79 to 83 characters; what is longer is not decoded. */
  cursorCharsMax: 128,
  /** Texts of reads whose plans each connection keeps, some 20 KiB each: what the usual pages need is a tenth of it. */
  preparedReadsMax: 200,

  /** A token as presented: the longest native shape is 110; imported ones may be longer. */
  tokenCharsMax: 512,
  /** The highest number of a ring key: what the two base62 digits in a token can say. */
  ringNumberMax: 62 * 62 - 1,
  /** The keys of an identity provider as text: some hundred of the longest. */
  jwksBytesMax: 256 * 1024,
  /** RSA below this is broken within reach; RFC 7518 asks for as much. */
  jwksRsaBitsMin: 2048,
  /** How long its address may take to answer: whoever presents a JWT may have to wait for it. */
  jwksTimeoutMs: 2_000,
  /** After this they are read again: a key that the provider withdrew is believed that much longer. */
  jwksFreshMs: 10 * 60_000,
  /** Between two reads: what a flood of unknown key ids costs the provider, and a new key its first users. */
  jwksCooldownMs: 10_000,
  /** Keys that cannot be read again are believed this long: time to mend a network, and no more than a working day's. */
  jwksStaleMs: 6 * 3_600_000,
  /** Most of what two machines' clocks may differ: beyond minutes, one of them is wrong. */
  clockSkewSecondsMax: 300,
  /** A key ring as text: all 3,844 numbers at some 150 bytes each, and room. */
  keyringBytesMax: 1024 * 1024,
  /** An old system's pepper: more than HMAC-SHA-256's block of 64 bytes adds nothing, but some systems have it. */
  pepperBytesMax: 1024,
  /** Ring keys that one stored hash may need: its own and three wraps, each one more HMAC at a cold verification. */
  hashDepthMax: 4,
  /** Hashes that wait to be made anew, at some 300 bytes each; one that is dropped is offered again by its next use. */
  rehashQueueMax: 1_000,
  /** How long a stopping process works on those; a thousand take a second or two. */
  rehashDrainMs: 5_000,
  /** Stored hashes in one statement of a rewrap: some 30 ms, for which these keys can be neither rotated nor revoked. */
  rewrapBatchRows: 500,
  /** How often a rewrap goes through the tables for what others held locked, before it asks to be run again. */
  rewrapRoundsMax: 5,
  /** Keys that a command names one by one; their count is exact all the same. */
  namedKeysMax: 100,
  /** How often a long command tells its progress: in its one line on a terminal, and in lines of their own elsewhere. */
  progressTerminalMs: 200,
  progressLineMs: 5_000,
  /** argon2id runs of a recovery at once, beside those of creations: together they fill libuv's four threads. */
  recoveryConcurrency: 2,
  /** Presented tokens that may wait for one: the last waits about a second, and whoever comes then is told to try again. */
  recoveryQueueMax: 100,
  /** Connections as the recovery role: as many as runs end at once. */
  recoveryPoolConnectionsMax: 2,
  /** Locks in one statement when a recovery begins: a million are read in some two seconds. */
  recoveryLocksPerRead: 10_000,
  /** Keys that one `revokeApiKeys` ends: each costs two statements, under the locks of all. */
  revokeBatchMax: 100,
  /** Rows in one `importApiKeys`. */
  importRowsMax: 100,
  /** A system's name, in every row that came from it. */
  sourceCharsMax: 64,
  /** An id that another system gave: a UUID, a URN and a path fit. */
  foreignIdCharsMax: 255,
  /** Below this a guess at a token that was stored with a fast hash is not hopeless: NIST SP 800-63B's figure. */
  importedTokenBitsMin: 112,
  /** A token with fewer different characters was not drawn from an alphabet; a random one of 112 bits has more. */
  importedTokenDistinctMin: 8,
  /** The end of a name that was taken, in base32: a billion of them, beside each of which there is one of the name. */
  nameSuffixChars: 6,
  /** Forms (scheme and ring keys) in which imported tokens are stored: each is a hash and a probe for every look-up. */
  importFormsMax: 16,
  /** How long a process believes that nothing was imported. An import on another node is found after this at the latest. */
  importFormsAgeMs: 5_000,
  /** Look-ups of tokens that this service did not make: no tag tells the forged ones, so they are rationed. */
  importedLookupsPerSecond: 100,
  /** Tokens in one `verifyApiKeys`. */
  verifyBatchMax: 100,

  /** Lexical tokens of one GraphQL document. */
  graphqlTokensMax: 1_500,
  /** Validation errors told of one document: enough to mend it, too few to make checking it dear. */
  graphqlErrorsMax: 5,
  /** GraphQL documents that are kept, parsed and validated: a frontend has dozens, a hostile client as many as it likes. */
  knownDocumentsMax: 1_000,
  /** Their memory, as far as it can be estimated by their lexical tokens and planned fields. */
  knownDocumentsBytesMax: 32 * 1024 * 1024,
  /** Selections that one operation unfolds to when it is planned: fragments within fragments can double them each time. */
  plannedSelectionsMax: 2_000,
  /** Values of an `Accept` header whose form of answer is remembered, and their length: clients have a handful. */
  knownAcceptsMax: 100,
  knownAcceptCharsMax: 256,

  /** Processes of one service: the cores of large machines, and some 1,200 connections to the database. */
  workersMax: 64,
  /** A worker that dies sooner than this after its start has died at once: those that serve first get this far. */
  workerYoungMs: 10_000,
  /** After so many such deaths in a row of one worker the service ends: the next would not be the one that lives. */
  workerYoungDeathsMax: 5,
  /** How long the first of them waits to be replaced; each further one twice as long, 1.5 s in all. */
  workerBackOffMs: 100,
  /** How long a stopping service waits for its workers; each has an end of its own well before it. */
  workerStopMs: 28_000,
  /** How long a scrape waits for the numbers of a busy worker; then its last ones are taken. */
  workerSnapshotMs: 1_000,
  /** argon2id jobs at once in each of several workers: there is one for each core. */
  workerArgon2Concurrency: 1,
  /** Creations that may wait for it there: the last waits about a second, as in a process that serves alone. */
  workerArgon2QueueMax: 50,

  /** Connections for everything but verification; eight nodes stay below Postgres's default of 100. */
  poolConnectionsMax: 10,
  verifyPoolConnectionsMax: 4,
  /** Enough for the rationed look-ups of imported tokens at 20 ms each, and none while nothing was imported. */
  importedPoolConnectionsMax: 2,
  /** Waiting longer than this for a connection is an outage. */
  connectTimeoutMs: 2_000,
  statementTimeoutMs: 2_000,
  /** What is asked once at start reads every live key: a million take about a second. */
  startStatementTimeoutMs: 30_000,
  /** A connection in use on which nothing moves for this long is dead: twice what the longest statement may take. */
  silenceMs: 4_000,
  lockTimeoutMs: 500,
  idleInTransactionTimeoutMs: 2_000,

  /** A starting Postgres at most replays `max_wal_size`, 1 GB, after a crash; the slowest disks read that in two minutes. */
  postgresStartTimeoutMs: 120_000,
  /** A fast shutdown writes at most `shared_buffers` to disk; what takes longer is cut short and recovered at the next start. */
  postgresStopTimeoutMs: 8_000,
  /** How often a starting or stopping Postgres is looked at: a fifth of a warm start. */
  postgresPollMs: 5,
  /** `max_connections` of the embedded Postgres: its own default, and enough for four workers; more raise it. */
  postgresConnectionsMax: 100,
  /** What one worker may open at most: 10 + 4 + 2 + 2 for its pools, and one to hear of revocations. */
  workerConnectionsMax: 19,
  /** Connections of the embedded Postgres beside those of workers: commands, and those reserved for its superuser. */
  postgresConnectionsSpare: 20,
  /** Its log: some ten thousand lines, years of an undisturbed service. Beyond this the older half goes. */
  postgresLogBytesMax: 1024 * 1024,
  /** How often a running log is measured. */
  postgresLogCheckMs: 60_000,
  /** The end of the log, or of `initdb`'s output, that an error repeats. */
  postgresLogLinesShown: 10,
  /** The path of a Unix socket: macOS takes 104 bytes and Linux 108, both with a closing NUL. */
  socketPathBytesMax: 103,

  /** A command that is a client waits this long for an answer: far beyond the service's own deadlines, and a proxy's. */
  callTimeoutMs: 30_000,
  /** Levels of fields that a command shows unasked: a payload, and what it carries. */
  callSelectionDepth: 2,
  /** Wrong letters in a word for which another is still suggested. */
  suggestionEditsMax: 3,
} as const;
