import { print } from 'graphql';
import { askGraph } from './call/askGraph.ts';
import { buildDocument, parseSelection, refuseInvalid, secretPaths } from './call/buildDocument.ts';
import { buildVariables } from './call/buildVariables.ts';
import { defaultSelection } from './call/defaultSelection.ts';
import { findOperation } from './call/findOperation.ts';
import { pickSelection, stepsOf, valueAt } from './call/pick.ts';
import { readPairs } from './call/readPairs.ts';
import { readSchema } from './call/readSchema.ts';
import { serverOf } from './call/serverOf.ts';
import { tellAnswer } from './call/tellAnswer.ts';
import { defineCommand, jsonOption } from './command.ts';
import { UsageError } from './exits.ts';

type Parts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The schema of this release, for services that keep theirs to themselves. */
  readonly shippedSchema: () => Promise<string>;
};

const options = {
  pick: {
    value: 'PATH',
    description: 'Print one value, raw: apiKey.id. Lists print one item to a line; null is exit code 1.',
  },
  select: { value: 'FIELDS', description: "Ask for these fields instead of all plain ones: 'id tenant { name }'." },
  url: { value: 'URL', description: 'The service; without it KEYWRIGHT_URL, or http://127.0.0.1:4000/graphql.' },
  anonymous: { description: 'Present no key. Without this, the key is what KEYWRIGHT_KEY holds.' },
  ...jsonOption,
} as const;

/** `keywright call`: one operation of the schema as the running service has it. */
export function callCommand({ env, shippedSchema }: Parts) {
  return defineCommand({
    name: 'call',
    description: [
      'Calls a query or a mutation of a running service with KEYWRIGHT_KEY as its key. Without OPERATION it lists them.',
      'The arguments of the operation, or the fields of its input, are given as:',
      '  key=text         as the schema types it; lists by commas, as JSON, or by repeating the key; a.b=text goes inside',
      '  key=@FILE        what is in a file        key=env:NAME   what is in an environment variable',
      '  key=-            what stands on stdin     key:=JSON      JSON as it is: null, or a text that begins with "@"',
      'Give secrets by env:, @ or -: what stands on a command line, everybody on the machine can read.',
    ].join('\n'),
    args: [
      { name: 'OPERATION', required: false },
      { name: 'key=value', required: false, several: true },
    ],
    options,
    examples: [
      'npx keywright call viewer',
      'npx keywright call createTenant name=Acme --pick tenant.id',
      'npx keywright call createApiKey tenantId=tnt_… name=ci scopes=orders:read,orders:write --pick secret > ci.key',
      'npx keywright call verifyApiKey token=@ci.key --pick verification.code',
    ],
    async run({ args: [name, ...rest], options: { pick, select, url, anonymous, json } }, streams) {
      if (pick !== undefined && select !== undefined)
        throw new UsageError('--pick and --select exclude each other: give one of them.');
      const server = serverOf({ url, anonymous }, env);
      if (streams.inputIsTerminal && rest.some((arg) => /^[^=]*[^:=]=-$/.test(arg)))
        streams.err.write('Reading stdin to its end (Ctrl-D).\n');
      const pairs = await readPairs(rest, { env, readInput: streams.readInput });
      const schema = await readSchema(server, shippedSchema);
      const operation = findOperation(schema, name);
      const variables = buildVariables(operation, pairs);

      const steps = pick === undefined ? undefined : stepsOf(pick, operation);
      const { field } = operation;
      const asked = steps === undefined ? defaultSelection(field.type) : pickSelection(field.type, steps);
      const selection = select === undefined ? asked : parseSelection(select);
      const document = buildDocument(operation, selection, variables);
      refuseInvalid(schema, document);

      const answer = await askGraph(server, { query: print(document), variables });
      const showsSecret = secretPaths(schema, document).some((path) => valueAt(answer.data, path) !== null);
      return tellAnswer(answer, { name: field.name, steps, json, showsSecret }, streams);
    },
  });
}
