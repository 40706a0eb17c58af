import { describe, expect, it } from 'vitest';
import { judge, verdictCodes, type Want, wantNothing } from '../../src/verification/judge.ts';
import type { Proof } from '../../src/verification/KeyRow.ts';
import { earliest } from '../../src/verification/verifyApiKey.ts';

const now = Date.parse('2026-11-20T08:00:00Z');
const good: Proof = {
  keyId: '0199f0a1-b2c3-7d4e-8f00-1122334455aa',
  kid: '01k7ra3cp3fn78y00h48sm8nda',
  tenantId: '0199f0a1-0000-7000-8000-000000000001',
  tenantKind: 'organization',
  tenantStatus: 'active',
  ownerUserId: '0199f0a1-0000-7000-8000-000000000002',
  ownerStatus: 'active',
  ownerCeiling: null,
  environment: 'live',
  status: 'active',
  notBeforeMs: null,
  expiresAtMs: null,
  scopes: ['a'],
  metadata: {},
  secretNo: 1,
  secretEndsAtMs: null,
  notedSeconds: 0,
};

// What alone makes each verdict; two that exclude each other share a field.
const faults: Record<string, { proof?: Partial<Proof>; want?: Partial<Want> }> = {
  INVALID: { proof: { secretEndsAtMs: now } },
  TENANT_SUSPENDED: { proof: { tenantStatus: 'suspended' } },
  REVOKED: { proof: { status: 'revoked' } },
  DISABLED: { proof: { status: 'disabled' } },
  USER_DISABLED: { proof: { ownerStatus: 'disabled' } },
  NOT_YET_VALID: { proof: { notBeforeMs: now + 1 } },
  EXPIRED: { proof: { expiresAtMs: now } },
  WRONG_ENVIRONMENT: { want: { environment: 'test' } },
  INSUFFICIENT_SCOPE: { want: { allOf: ['b'] } },
};
const codes = Object.keys(faults);
const pairs = codes.flatMap((first, index) => codes.slice(index + 1).map((second) => [first, second] as const));

function verdict(...names: readonly string[]) {
  const parts = names.map((name) => faults[name] ?? {});
  const proof = Object.assign({}, good, ...parts.map((part) => part.proof));
  const want = Object.assign({}, wantNothing, ...parts.map((part) => part.want));
  return judge(proof, now, want);
}

describe('judge', () => {
  it('a key without a fault is valid', () => {
    expect(verdict()).toBe('VALID');
  });

  it('every verdict but VALID has a fault that alone makes it', () => {
    expect([...codes, 'VALID']).toEqual(verdictCodes);
    for (const code of codes) expect(verdict(code)).toBe(code);
  });

  it.each(pairs.filter(([first, second]) => !(first === 'REVOKED' && second === 'DISABLED')))(
    'of %s and %s the first is told',
    (first, second) => {
      expect(verdict(first, second)).toBe(first);
      expect(verdict(second, first)).toBe(first);
    },
  );

  it('a suspended or disabled maker says nothing: only the owner counts', () => {
    expect(judge({ ...good, ownerUserId: null, ownerStatus: null }, now, wantNothing)).toBe('VALID');
  });

  it('a ceiling is asked besides the scopes', () => {
    const want = { ...wantNothing, allOf: ['a'] };
    expect(judge({ ...good, ownerCeiling: ['*'] }, now, want)).toBe('VALID');
    expect(judge({ ...good, ownerCeiling: ['b'] }, now, want)).toBe('INSUFFICIENT_SCOPE');
    expect(judge({ ...good, ownerCeiling: [] }, now, want)).toBe('INSUFFICIENT_SCOPE');
  });
});

describe('when a proven secret ends', () => {
  it.each([
    [null, null, null],
    [now, null, now],
    [null, now, now],
    [now, now + 1, now],
    [now + 1, now, now],
  ])('with its own end at %j and its key’s at %j is %j', (endsAtMs, expiresAtMs, end) => {
    expect(earliest({ ...good, expiresAtMs, secretEndsAtMs: endsAtMs })).toBe(end);
  });
});
