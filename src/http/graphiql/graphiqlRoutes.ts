import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Answer } from '../answers.ts';
import type { Route } from '../routes.ts';
import { examples } from './examples.ts';

const bundle = '@graphql-yoga/render-graphiql/graphiql';

/**
 * What a browser may do with the page: run our own scripts, speak to this service, and nothing else. Styles are the
 * one thing that stands inline: the editor measures its letters and colours its words with them.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  'font-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers = [
  ...['content-security-policy', contentSecurityPolicy],
  ...['x-frame-options', 'DENY'],
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
  ...['cross-origin-opener-policy', 'same-origin'],
  ...['cross-origin-resource-policy', 'same-origin'],
];

const html = 'text/html; charset=utf-8';
const css = 'text/css; charset=utf-8';
const script = 'text/javascript; charset=utf-8';

/** Whether this installation has GraphiQL: it is a dependency of development, which an image for production lacks. */
export function hasGraphiql(): boolean {
  try {
    createRequire(import.meta.url).resolve(bundle);
    return true;
  } catch {
    return false;
  }
}

/**
 * `GET /`: GraphiQL with a field for the key, and what that page loads, all of it from here. Nothing is read before
 * somebody asks: GraphiQL is 9 MB of text, which no start should wait for.
 */
export function graphiqlRoutes(): readonly Route[] {
  return [
    { ...route('/', html, readPage), unlisted: false },
    route('/graphiql/page.css', css, () => readBeside('page.css')),
    route('/graphiql/page.js', script, () => readBeside('page.js')),
    route('/graphiql/icon.svg', 'image/svg+xml', () => readBeside('icon.svg')),
    route('/graphiql/graphiql.css', css, () => ofBundle('css')),
    route('/graphiql/graphiql.js', script, () => ofBundle('js')),
    // The editor asks for its workers by these names.
    route('/graphiql/editorWorkerService.worker.js', script, () => ofBundle('editorWorkerService')),
    route('/graphiql/json.worker.js', script, () => ofBundle('jsonWorker')),
    route('/graphiql/graphql.worker.js', script, () => ofBundle('graphqlWorker')),
  ];
}

function route(path: string, type: string, read: () => Promise<string>): Route {
  return {
    method: 'GET',
    path,
    form: 'plain',
    body: 'none',
    crossOrigin: false,
    unlisted: true,
    async handle(): Promise<Answer> {
      return { status: 200, type, body: await read(), headers };
    },
  };
}

async function readPage(): Promise<string> {
  // A script of this type is data to a browser, but it ends where any other does.
  const data = JSON.stringify(examples).replaceAll('<', '\\u003c');
  return (await readBeside('page.html')).replace('>[]<', () => `>${data}<`);
}

const readBeside = (name: string) => readFile(new URL(name, import.meta.url), 'utf8');

/** Node keeps the module once it is loaded. */
async function ofBundle(name: keyof Bundle): Promise<string> {
  const loaded: Bundle = await import(bundle);
  return loaded[name];
}

type Bundle = typeof import('@graphql-yoga/render-graphiql/graphiql');
