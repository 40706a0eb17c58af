import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestService, type TestService } from '../support/service.ts';
import { checksum, makeTenant, makeUser, sendRaw, verdictOn } from '../support/verbs.ts';

let service: TestService;
let tenant: Awaited<ReturnType<typeof makeTenant>>;
beforeAll(async () => {
  service = await startTestService();
  tenant = await makeTenant(service);
});
afterAll(() => service.close());

const document = `mutation ($input: DisableApiKeyInput!) { disableApiKey(input: $input) {
  apiKey { status } propagation { effective effectiveBy nodesPending } userErrors { code path } } }`;
const disable = async (id: string, waitMs?: number) => {
  const { data, errors } = await service.graph(document, { input: { id, waitMs } }, tenant.key);
  expect(errors).toEqual([]);
  return data.disableApiKey;
};
const makeKey = async () => (await makeUser(service, tenant.key)).keyId;

/** The service's own node has read a change long before this is over; what is waited for after it is somebody else. */
const ownNodeMs = 500;

/** Another node, by its row alone: how far it has read, and how long its lease still lasts. */
async function withNode<T>(
  { acked, leaseSeconds = 60, graceSeconds = 0 }: { acked: string; leaseSeconds?: number; graceSeconds?: number },
  work: (id: string) => Promise<T>,
): Promise<T> {
  const [node] = await service.database.sql<{ id: string }>(
    `insert into verifier_node (id, renewal, lease_until, outage_grace_seconds, acked, ring_fingerprint)
     values (gen_random_uuid(), gen_random_uuid(), clock_timestamp() + make_interval(secs => $1), $2, $3, 'x') returning id`,
    [leaseSeconds, graceSeconds, acked],
  );
  try {
    return await work(node?.id ?? '');
  } finally {
    await service.database.sql('delete from verifier_node where id = $1', [node?.id]);
  }
}

describe('propagation', () => {
  it('is effective as soon as every node has read it', async () => {
    expect(await disable(await makeKey())).toEqual({
      apiKey: { status: 'DISABLED' },
      propagation: { effective: true, effectiveBy: null, nodesPending: 0 },
      userErrors: [],
    });
  });

  it('says by when, if a node with a living lease has not read so far; a lease and its grace after the commit', async () => {
    const id = await makeKey();
    await withNode({ acked: '0', graceSeconds: 7 }, async () => {
      const before = Date.now();
      const { propagation } = await disable(id, ownNodeMs);
      expect(propagation).toMatchObject({ effective: false, nodesPending: 1 });
      const by = Date.parse(propagation.effectiveBy);
      expect(by).toBeGreaterThanOrEqual(before + 12_000);
      expect(by).toBeLessThanOrEqual(Date.now() - ownNodeMs + 12_000);
    });
  });

  it('waits for the node, and answers as soon as it has read so far', async () => {
    const id = await makeKey();
    await withNode({ acked: '0' }, async (node) => {
      const answer = disable(id, 10_000);
      const acknowledge = `update verifier_node set acked = (select seq from revocation_head) where id = $1
        and exists (select from revocation_log where 'key_' || keywright_base32(subject_id) = $2) returning 1`;
      while ((await service.database.sql(acknowledge, [node, id])).length === 0);
      expect((await answer).propagation).toEqual({ effective: true, effectiveBy: null, nodesPending: 0 });
    });
  });

  it('waits for a node whatever its row says of the end of its lease: that is by a clock that may be set', async () => {
    await withNode({ acked: '0', leaseSeconds: 0 }, async () => {
      expect((await disable(await makeKey(), ownNodeMs)).propagation).toMatchObject({
        effective: false,
        nodesPending: 1,
      });
    });
  });

  it('for a lease after a fail-over nothing is effective by what the rows say: one may have been lost with its node', async () => {
    const since = (when: string) => service.database.sql(`update revocation_head set timeline_since = ${when}`);
    const id = await makeKey();
    await since('clock_timestamp()');
    expect((await disable(id, ownNodeMs)).propagation).toMatchObject({ effective: false, nodesPending: 0 });
    await since("clock_timestamp() - interval '5 seconds'");
    expect((await disable(id)).propagation.effective).toBe(true);
  });

  it('waits for its own entry, and not for what comes after', async () => {
    const [id, other] = [await makeKey(), await makeKey()];
    const [head] = await service.database.sql<{ next: string }>('select (seq + 1)::text as next from revocation_head');
    await withNode({ acked: head?.next ?? '' }, async () => {
      expect((await disable(id)).propagation.effective).toBe(true);
      expect((await disable(other, ownNodeMs)).propagation.effective).toBe(false);
    });
  });

  it('asked again for what is so already, it waits for all that stands in the log', async () => {
    const id = await makeKey();
    await disable(id);
    const [head] = await service.database.sql<{ seq: string }>('select seq from revocation_head');
    await withNode({ acked: String(Number(head?.seq) - 1) }, async () => {
      expect((await disable(id, ownNodeMs)).propagation).toMatchObject({ effective: false, nodesPending: 1 });
    });
    await withNode({ acked: head?.seq ?? '' }, async () => {
      expect((await disable(id)).propagation.effective).toBe(true);
    });
  });

  it('the change stands whatever the answer says', async () => {
    const ada = await makeUser(service, tenant.key);
    await withNode({ acked: '0' }, async () => {
      expect((await disable(ada.keyId, 0)).propagation.effective).toBe(false);
      expect(await verdictOn(service, ada.key)).toBe('DISABLED');
    });
  });

  it.each([-1, 10_001])('a wait of %i is refused before anything changes', async (waitMs) => {
    const id = await makeKey();
    const before = await checksum(service);
    expect(await disable(id, waitMs)).toEqual({
      apiKey: null,
      propagation: null,
      userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'waitMs'] }],
    });
    expect(await sendRaw(service, 'revokePresentedApiKey', { token: tenant.key, waitMs }, null)).toMatchObject({
      data: { revokePresentedApiKey: { userErrors: [{ code: 'INVALID_INPUT', path: ['input', 'waitMs'] }] } },
    });
    expect(await checksum(service)).toBe(before);
  });
});
