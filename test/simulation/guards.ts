import type { ViolationKind } from './Checker.ts';

/** A rule of the protocol, where it stands in our code, and how it looks without it. */
export type Guard = {
  readonly name: string;
  /** Where; which text; what instead. A text must be there exactly once, so that this table and the code go together. */
  readonly edits: readonly (readonly [file: string, text: string, instead: string])[];
  /** What must then be seen. */
  readonly kind: ViolationKind;
  /** A seed that shows it; undefined where none was found yet, and then nobody looks. */
  readonly seed: number | undefined;
};

const lease = 'verification/lease.ts';
const memory = 'verification/memory.ts';
const flights = 'verification/flights.ts';
const tombstones = 'verification/tombstones.ts';
const watch = 'verification/watchNodes.ts';
const propagation = 'store/propagation.ts';
const changeLog = 'store/changeLog.ts';

const guard = (seed: number | undefined, kind: ViolationKind, name: string, ...edits: Guard['edits']): Guard => ({
  name,
  kind,
  seed,
  edits,
});

/** Each that has a seed is needed: without it, that seed shows what goes wrong. */
export const guards: readonly Guard[] = [
  guard(104, 'STALE', 'a read from before this lease is not remembered', [memory, ' && lease.epoch === epoch', '']),
  guard(33, 'STALE', 'a read that may have missed a change of its key is not remembered', [
    memory,
    'const ids = [proof.keyId, ',
    'const ids = [',
  ]),
  guard(463, 'STALE', 'nor one that may have missed a change of its tenant', [memory, 'proof.tenantId, ', '']),
  guard(36, 'STALE', 'nor one of its owner', [memory, 'proof.ownerUserId, ', '']),
  guard(undefined, 'STALE', 'nor an import', [memory, "imported ? 'import' : null", 'null']),
  guard(undefined, 'STALE', 'a read older than all changes that are known is not remembered', [
    tombstones,
    'seq < forgotten || ',
    '',
  ]),
  guard(33, 'STALE', 'a read is dated when it is sent', [
    flights,
    'flight.resolve({ row: rows.get(flight.keyId), read })',
    'flight.resolve({ row: rows.get(flight.keyId), read: memory.beginRead() })',
  ]),
  guard(13, 'STALE', 'nobody joins a read that was sent before a change or a lapse', [
    flights,
    'if (!memory.mayJoin(under.read, keyId)) return',
    'if (false) return',
  ]),
  guard(13, 'STALE', 'nor before a change of its key', [memory, 'mayStay(read, [keyId]) &&', 'mayStay(read, []) &&']),
  guard(18, 'STALE', 'nor before a change of many keys', [memory, ' && lastWide <= read.seq', '']),
  guard(225, 'REFUSED', 'a secret that an older read does not have is looked for anew', [
    'verification/prove.ts',
    "if (secret === 'mismatch' && !isFresh) {",
    'if (false) {',
  ]),
  guard(6, 'STALE', 'the end of a lease is judged at each use', [
    lease,
    'clocks.monotonicMs() < ends.monotonicMs && clocks.wallMs() < ends.wallMs',
    'true',
  ]),
  guard(189, 'STALE', 'by the wall clock', [lease, ' && clocks.wallMs() < ends.wallMs', '']),
  guard(undefined, 'STALE', 'by the monotonic clock', [lease, 'clocks.monotonicMs() < ends.monotonicMs && ', '']),
  guard(undefined, 'STALE', 'a lease ends here earlier than for others', [
    lease,
    ' * (1 - limits.leaseMarginShare)',
    '',
  ]),
  guard(undefined, 'STALE', 'it is counted from before the question', [
    lease,
    'ends = { monotonicMs: before.monotonicMs + servedMs, wallMs: before.wallMs + servedMs };',
    'ends = { monotonicMs: now().monotonicMs + servedMs, wallMs: now().wallMs + servedMs };',
  ]),
  guard(undefined, 'STALE', 'a renewal that comes too late is a new lease', [
    lease,
    'if (!isAlive()) lapse();\n    ends =',
    'if (!isAlive()) epoch += 0;\n    ends =',
  ]),
  guard(1, 'STALE', 'a lapse empties the memory', [memory, '    cache.clear();\n', '']),
  guard(317, 'REFUSED', 'a lapse ends the belief that nothing was imported', [
    memory,
    'onImport();\n  }\n\n  function evict',
    '}\n\n  function evict',
  ]),
  guard(undefined, 'STALE', 'a node whose row is gone begins anew', [
    lease,
    '      lapse();\n      return tick();\n',
    '',
  ]),
  guard(
    27,
    'STALE',
    'what a node changed itself it has not acknowledged',
    [lease, 'get acked() {', 'set acked(seq) {\n      acked = Math.max(acked, seq);\n    },\n    get acked() {'],
    [memory, 'evict({ ...change, seq }),\n', '{ evict({ ...change, seq }); lease.acked = seq; },\n'],
  ),
  guard(150, 'STALE', 'another history empties the memory', [
    lease,
    'lapse();\n      id = newId();\n      timeline = told;',
    'timeline = told;',
  ]),
  guard(undefined, 'STALE', 'where nobody takes a node for the one that it was', [
    lease,
    'lapse();\n      id = newId();',
    'lapse();',
  ]),
  guard(undefined, 'STALE', 'and is known by its name', [
    lease,
    'told !== timeline || head < acked',
    'timeline === undefined',
  ]),
  guard(101, 'STALE', 'a gap in the log empties the memory', [lease, 'next !== acked + 1 || ', '']),
  guard(63, 'STALE', 'so does a page that does not reach the end', [lease, ' || !isComplete', '']),
  guard(1, 'STALE', 'a change of a key ends what is known of it', [
    memory,
    "if (kind === 'key') cache.evictKey(encodeUuid(subjectId));\n    else",
    "if (kind !== 'key')",
  ]),
  guard(6, 'STALE', 'a change of a tenant ends its keys', [memory, 'cache.evictTenant(subjectId)', 'void 0']),
  guard(5, 'STALE', 'a change of a user ends theirs', [memory, 'cache.evictUser(subjectId)', 'void 0']),
  guard(24, 'STALE', 'an import ends what is known of imported tokens', [memory, 'cache.evictImported();', '']),
  guard(25, 'REFUSED', 'a token is not unknown for long', [
    memory,
    '(unknown.get(digest) ?? Number.NEGATIVE_INFINITY) > clocks.monotonicMs()',
    'unknown.has(digest)',
  ]),
  guard(
    11,
    'STALE',
    'a node is dead only if its renewal stands still',
    [watch, 'known?.renewal === renewal ? known.sinceMs : nowMs', 'known?.sinceMs ?? nowMs'],
    [changeLog, ' and node.renewal = dead.renewal', ''],
  ),
  guard(9, 'STALE', 'for as long as its lease lasts', [watch, '> limits.leaseMs +', '> limits.leaseMs / 2 +']),
  guard(undefined, 'STALE', 'and its grace', [watch, ' + outageGraceSeconds * 1000', '']),
  guard(undefined, 'STALE', 'a row is removed only if nobody has renewed it since', [
    changeLog,
    ' and node.renewal = dead.renewal',
    '',
  ]),
  guard(1, 'STALE', 'a change waits for all who have not read it', [
    propagation,
    'acked < entry).length',
    'acked < 0).length',
  ]),
  guard(2, 'STALE', 'asked again, for all that is in the log', [propagation, 'wanted ??= head;', 'wanted ??= 0;']),
  guard(69, 'STALE', 'the grace of an outage counts, in what is promised', [
    propagation,
    'effectiveByMs ??= databaseMs + limits.leaseMs + graceSeconds * 1000',
    'effectiveByMs ??= databaseMs + limits.leaseMs',
  ]),
  guard(undefined, 'STALE', 'and in what is outlived', [
    propagation,
    'monotonicMs() - committedMs >= limits.leaseMs + graceSeconds * 1000',
    'monotonicMs() - committedMs >= limits.leaseMs',
  ]),
  guard(undefined, 'STALE', 'a change is outlived after a lease and not before', [
    propagation,
    'monotonicMs() - committedMs >= limits.leaseMs +',
    'monotonicMs() - committedMs >= limits.leaseMs * 0.8 +',
  ]),
  guard(42, 'LATE', 'after a lease it is outlived, whoever has not read it', [
    propagation,
    'if (isOutlived || (isSettled',
    'if ((isSettled',
  ]),
  guard(196, 'LATE', 'what is promised is counted from the change', [
    propagation,
    'effectiveByMs ??= d',
    'effectiveByMs = d',
  ]),
  guard(364, 'STALE', 'after a fail-over rows do not tell of every node', [
    propagation,
    '(isSettled && pending === 0)',
    '(pending === 0)',
  ]),
  guard(
    17,
    'STALE',
    'nobody is told the answer to a question from before',
    [propagation, '      next = undefined;\n', ''],
    [
      propagation,
      'asking = answer.catch(() => {});',
      'asking = answer.catch(() => {}).then(() => {\n        next = undefined;\n      });',
    ],
  ),
  guard(2, 'STALE', 'whoever changes something knows of it at once', [
    'store/Ctx.ts',
    'for (const change of changes) nodes.tell(change, logged ?? 0);',
    '',
  ]),
  guard(10, 'LATE', 'a call of the database is followed at once', [lease, 'if (isAlive()) nap?.end();', '']),
];
