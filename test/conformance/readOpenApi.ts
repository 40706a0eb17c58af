import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { RawAnswer } from '../http/RawClient.ts';

/** What is documented of one header, as far as the tests look at it. */
type Header = { readonly required?: boolean; readonly schema: object };
type Content = Readonly<
  Record<string, { schema: object; example?: unknown; examples?: Record<string, { value: unknown }> }>
>;
type Response = { readonly headers?: Readonly<Record<string, Header | Ref>>; readonly content?: Content };
type Ref = { readonly $ref: string };
type Operation = {
  readonly responses: Readonly<Record<string, Response | Ref>>;
  readonly requestBody?: { readonly content: Content };
};

/** Headers of HTTP itself, which say nothing of an operation. */
const ofHttp = new Set(['connection', 'content-length', 'content-type', 'date', 'keep-alive', 'transfer-encoding']);

/** Reads `openapi.yaml`, for tests that hold answers against it. Operations are named `post /v1/verify`. */
export function readOpenApi() {
  const document = parse(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'));
  // What is not described is a fault: only for the tests, since clients must expect new fields.
  closeObjects(document.components.schemas);
  const ajv = new Ajv2020({ strict: true, strictTypes: false, strictRequired: false, allErrors: true });
  ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  for (const word of ['openapi', 'info', 'servers', 'security', 'tags', 'paths', 'components']) ajv.addKeyword(word);
  ajv.addSchema(document, 'openapi');
  const operations = new Map<string, Operation>();
  for (const [path, methods] of Object.entries<Record<string, Operation>>(document.paths)) {
    for (const [method, operation] of Object.entries(methods)) operations.set(`${method} ${path}`, operation);
  }

  function resolve<T>(part: T | Ref): T {
    if (typeof part !== 'object' || part === null || !('$ref' in part)) return part as T;
    return part.$ref
      .slice(2)
      .split('/')
      .reduce((at, name) => at[name], document) as T;
  }

  function faultsOf(schema: object, value: unknown): string[] {
    const validate = ajv.compile(absolute(schema));
    return validate(value) ? [] : (validate.errors ?? []).map((fault) => `${fault.instancePath} ${fault.message}`);
  }

  function headerFaults({ headers = {} }: Response, answer: RawAnswer): string[] {
    const undocumented = Object.keys(answer.headers).filter((name) => !ofHttp.has(name) && !(name in headers));
    const faults = undocumented.map((name) => `${name} is not documented`);
    for (const [name, documented] of Object.entries(headers)) {
      const { required, schema } = resolve<Header>(documented);
      const value = answer.headers[name];
      if (value !== undefined) faults.push(...faultsOf(schema, value).map((fault) => `${name}:${fault}`));
      else if (required === true) faults.push(`${name} is missing`);
    }
    return faults;
  }

  return {
    document,
    operations,
    /** The statuses that an operation may answer. */
    statusesOf: (operation: string) => Object.keys(operations.get(operation)?.responses ?? {}),
    /** What of an answer is not as documented. */
    faultsIn(operation: string, answer: RawAnswer): string[] {
      const documented = operations.get(operation)?.responses[answer.status];
      if (documented === undefined) return [`${answer.status} is not documented`];
      const response = resolve<Response>(documented);
      const faults = headerFaults(response, answer);
      const [type, content] = Object.entries(response.content ?? {})[0] ?? [];
      if (answer.headers['content-type'] !== type && type !== undefined) faults.push(`the type is not ${type}`);
      if (content === undefined) return answer.body === '' ? faults : [...faults, 'a body that is not documented'];
      const isJson = type?.startsWith('application/json') === true;
      return [...faults, ...faultsOf(content.schema, isJson ? JSON.parse(answer.body) : answer.body)];
    },
    /** Whether the body of a verification is one by its schema. */
    takesQuestion: (question: unknown) =>
      faultsOf({ $ref: '#/components/schemas/VerificationQuestion' }, question).length === 0,
    /** Examples that are not what they are examples of. */
    exampleFaults(): string[] {
      const contents = [
        ...[...operations.values()].flatMap(({ requestBody, responses }) => [
          requestBody?.content,
          ...Object.values(responses).map((response) => resolve<Response>(response).content),
        ]),
      ];
      return contents.flatMap((content) =>
        Object.values(content ?? {}).flatMap(({ schema, example, examples = {} }) =>
          [...(example === undefined ? [] : [example]), ...Object.values(examples).map(({ value }) => value)].flatMap(
            (value) => faultsOf(schema, value).map((fault) => `${JSON.stringify(value)}: ${fault}`),
          ),
        ),
      );
    },
  };
}

/** A schema whose references lead into the document. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"openapi#/'));
}

/** Objects admit no property that is not described, unless they say so. */
function closeObjects(part: unknown): void {
  if (typeof part !== 'object' || part === null) return;
  if ('properties' in part && 'type' in part && !('additionalProperties' in part)) {
    Object.assign(part, { additionalProperties: false });
  }
  for (const inner of Object.values(part)) closeObjects(inner);
}
