import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/lib/limits.ts';
import { post, watchedServer } from './testServer.ts';

const head = 'POST /graphql HTTP/1.1\r\nHost: test\r\nContent-Type: application/json\r\n';
const max = limits.bodyBytesMax;
/** A JSON string of exactly so many bytes. */
const bodyOf = (bytes: number) => `"${'x'.repeat(bytes - 2)}"`;

function codeOf(body: string): string {
  return JSON.parse(body).errors[0].extensions.code;
}

describe('the content type', () => {
  const withType = async (...lines: string[]) => {
    const { connect, handled } = await watchedServer();
    const client = await connect();
    client.send(
      `POST /graphql HTTP/1.1\r\nHost: test\r\n${lines.map((line) => `${line}\r\n`).join('')}Content-Length: 2\r\n\r\n{}`,
    );
    const { status, body } = await client.answer();
    expect(handled).toHaveLength(status === 200 ? 1 : 0);
    if (status !== 200) expect(codeOf(body)).toBe('UNSUPPORTED_MEDIA_TYPE');
    return status;
  };

  for (const type of [
    'application/json',
    'Application/JSON',
    'application/json; charset=utf-8',
    'application/json;charset="UTF-8"',
    'application/json; charset=utf8; profile="x"',
    'application/json ;',
  ]) {
    test(`${type} is taken`, async () => {
      expect(await withType(`Content-Type: ${type}`)).toBe(200);
    });
  }

  // The first three are what a page of another origin can send without asking.
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'application/json-patch+json',
    'application/graphql',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=iso-8859-1',
    '',
  ]) {
    test(`"${type}" is 415`, async () => {
      expect(await withType(`Content-Type: ${type}`)).toBe(415);
    });
  }

  test('none at all is 415', async () => {
    expect(await withType()).toBe(415);
  });

  test('a compressed body is 415 and says what would be taken', async () => {
    const { connect } = await watchedServer();
    const client = await connect();
    client.send(post('{}', ['Content-Encoding: gzip']));
    const { status, headers } = await client.answer();
    expect([status, headers['accept-encoding']]).toEqual([415, 'identity']);
    expect(await withType('Content-Type: application/json', 'Content-Encoding: identity')).toBe(200);
  });
});

describe('what is no JSON is 400, without repeating it', () => {
  const token = 'kw_live_01k7ra3cp3fn78y00h48sm8nda_yhgIGB9quGfHP8Y83EcC2im5kZukTeYkpb69aekqK3M01KtftkNbxrpP04Em6q';
  const bodies: [string, Buffer][] = [
    ['empty', Buffer.from('')],
    ['blank', Buffer.from(' \n')],
    ['cut off', Buffer.from('{"query":')],
    ['two values', Buffer.from('{}{}')],
    ['a bare token', Buffer.from(token)],
    ['a byte order mark', Buffer.from('\ufeff{}')],
    ['UTF-16', Buffer.from('{"query":"a"}', 'utf16le')],
    ['Latin-1', Buffer.from('{"query":"é"}', 'latin1')],
    ['an overlong encoding', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['NUL', Buffer.from('\0')],
  ];
  for (const [name, bytes] of bodies) {
    test(name, async () => {
      const { connect, handled, logged } = await watchedServer();
      const client = await connect();
      client.send(`${head}Content-Length: ${bytes.length}\r\n\r\n`);
      client.send(bytes);
      const { status, body } = await client.answer();
      expect(status).toBe(400);
      expect(codeOf(body)).toBe('BAD_REQUEST');
      if (bytes.length === 0) expect(body).toContain('The body is empty.');
      expect(body).not.toContain('kw_live');
      expect(JSON.stringify(logged())).not.toContain('kw_live');
      expect(handled).toEqual([]);
      // The connection has understood the request and goes on.
      client.send(post('{}'));
      expect((await client.answer()).status).toBe(200);
    });
  }
});

test('a body arrives whole however it was cut', async () => {
  const { connect, handled } = await watchedServer();
  const client = await connect();
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => Buffer.from(JSON.stringify({ value })));
  await fc.assert(
    fc.asyncProperty(json, fc.array(fc.nat(), { maxLength: 4 }), fc.boolean(), async (bytes, cuts, chunked) => {
      const places = [0, ...cuts.map((cut) => cut % bytes.length).sort((a, b) => a - b), bytes.length];
      const pieces = places
        .slice(1)
        .map((place, i) => bytes.subarray(places[i], place))
        .filter(({ length }) => length > 0);
      client.send(`${head}${chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${bytes.length}`}\r\n\r\n`);
      for (const piece of pieces) {
        if (chunked) client.send(`${piece.length.toString(16)}\r\n`);
        client.send(piece);
        if (chunked) client.send('\r\n');
      }
      if (chunked) client.send('0\r\n\r\n');
      expect((await client.answer()).status).toBe(200);
      expect(handled.pop()).toEqual(JSON.parse(bytes.toString()));
    }),
    { numRuns: 50 },
  );
});

describe('a body over the limit', () => {
  test('is taken at the limit itself, with and without a length', async () => {
    const { connect } = await watchedServer();
    const client = await connect();
    client.send(post(bodyOf(max)));
    expect((await client.answer()).status).toBe(200);
    client.send(`${head}Transfer-Encoding: chunked\r\n\r\n${max.toString(16)}\r\n${bodyOf(max)}\r\n0\r\n\r\n`);
    expect((await client.answer()).status).toBe(200);
  });

  const announced = `${head}Content-Length: ${max + 1}\r\n\r\n`;
  const unannounced = `${head}Transfer-Encoding: chunked\r\n\r\n${(max + 1).toString(16)}\r\n${bodyOf(max + 1)}`;
  for (const [name, bytes] of [
    ['is refused by its length, before a byte of it', announced],
    ['is refused when it gets there without a length, and not waited for', unannounced],
  ] as const) {
    test(name, async () => {
      const { connect, handled } = await watchedServer();
      const client = await connect();
      client.send(bytes);
      const { status, headers, body } = await client.answer();
      expect([status, headers.connection, codeOf(body)]).toEqual([413, 'close', 'PAYLOAD_TOO_LARGE']);
      expect(handled).toEqual([]);
    });
  }

  test('closes the connection, though the client goes on for ever', async () => {
    const { connect } = await watchedServer();
    const client = await connect();
    client.send(`${head}Transfer-Encoding: chunked\r\n\r\n`);
    const more = () => {
      if (client.socket.writable) client.socket.write(`400\r\n${'x'.repeat(1024)}\r\n`, more);
    };
    more();
    expect((await client.answer()).status).toBe(413);
    await client.closed;
  });

  test('of ten megabytes still reads its answer, though it sends all of it first', async () => {
    const { connect, handled } = await watchedServer({ limits: { lingerMs: 10_000 } });
    const client = await connect();
    client.send(`${head}Content-Length: ${10 * 1024 * 1024}\r\n\r\n`);
    const megabyte = Buffer.alloc(1024 * 1024, 'x');
    for (let sent = 0; sent < 10; sent++) await new Promise((resolve) => client.socket.write(megabyte, resolve));
    expect((await client.answer()).status).toBe(413);
    await client.closed;
    expect(client.error).toBeUndefined();
    expect(handled).toEqual([]);
  });

  test('is not executed in parts: what follows it on the connection is not either', async () => {
    const { connect, handled } = await watchedServer();
    const client = await connect();
    client.send(`${unannounced}\r\n0\r\n\r\n${post('"behind"')}`);
    expect((await client.answer()).status).toBe(413);
    await client.closed;
    expect(handled).toEqual([]);
    expect(client.rest()).toBe('');
  });

  test('counts for requests that nobody reads the body of, too', async () => {
    const { connect } = await watchedServer();
    for (const [line, status] of [
      ['POST /nowhere', 404],
      ['PUT /graphql', 405],
      ['GET /healthz', 200],
    ] as const) {
      const long = await connect();
      long.send(`${line} HTTP/1.1\r\nHost: test\r\nContent-Length: ${max + 1}\r\n\r\n`);
      const refused = await long.answer();
      expect([refused.status, refused.headers.connection]).toEqual([status, 'close']);
      const short = await connect();
      short.send(`${line} HTTP/1.1\r\nHost: test\r\nContent-Length: 5\r\n\r\nhello${post('{}')}`);
      expect((await short.answer()).status).toBe(status);
      expect((await short.answer()).status).toBe(200);
    }
  });
});

describe('a client that waits for 100 Continue', () => {
  const expecting = (length: number) => `${head}Expect: 100-continue\r\nContent-Length: ${length}\r\n\r\n`;

  test('is told to go on, and answered', async () => {
    const { connect } = await watchedServer();
    const client = await connect();
    client.send(expecting(2));
    expect((await client.answer()).status).toBe(100);
    client.send('{}');
    expect((await client.answer()).status).toBe(200);
  });

  test('is refused without having sent a body that is too large', async () => {
    const { connect } = await watchedServer();
    const client = await connect();
    client.send(expecting(max + 1));
    expect((await client.answer()).status).toBe(413);
    await client.closed;
  });

  test('and sends more than it may after all still reads its answer', async () => {
    const { connect } = await watchedServer({ limits: { lingerMs: 10_000 } });
    const client = await connect();
    client.send(`${head}Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n`);
    expect((await client.answer()).status).toBe(100);
    const megabyte = 'x'.repeat(1024 * 1024);
    for (let sent = 0; sent < 10; sent++) {
      await new Promise((resolve) => client.socket.write(`100000\r\n${megabyte}\r\n`, resolve));
    }
    client.send('0\r\n\r\n');
    expect((await client.answer()).status).toBe(413);
    await client.closed;
    expect(client.error).toBeUndefined();
  });

  test('and one that expects anything else is 417', async () => {
    const { connect, handled } = await watchedServer();
    const client = await connect();
    client.send(post('{}', ['Expect: a-miracle']));
    const { status, headers } = await client.answer();
    expect([status, headers['cache-control']]).toEqual([417, 'no-store']);
    await client.closed;
    expect(handled).toEqual([]);
  });
});
