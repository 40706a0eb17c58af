import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

// The peer: reads a body to its end and answers with bytes that it was given. It looks at nothing and knows nothing.

const [, , text = ''] = process.argv;
const body = Buffer.from(text);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    Buffer.concat(chunks);
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
// Whoever started this has gone.
process.once('disconnect', () => process.exit());
