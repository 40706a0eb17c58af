import { type DocumentNode, type GraphQLSchema, Kind, type OperationDefinitionNode } from 'graphql';
import { limits } from '../../lib/limits.ts';
import { executePlan } from './executePlan.ts';
import { planOperation } from './planOperation.ts';

/** An operation of a document that was found valid, and how it is executed without asking again. */
export type PlannedOperation = {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  execute(variables: Record<string, unknown>, contextValue: unknown): ReturnType<typeof executePlan>;
};

/** Documents that have been parsed and validated: for Apollo by their hash, for whoever asks a second time by their text. */
export type KnownDocuments = {
  /** What Apollo keeps documents in. It hands in what is valid, and nothing else. */
  readonly store: {
    get(hash: string): Promise<DocumentNode | undefined>;
    set(hash: string, document: DocumentNode): Promise<void>;
    delete(hash: string): Promise<boolean>;
  };
  /** The operation of that name, or the only one; undefined where Apollo has to be asked. Plans it when it is first wanted. */
  find(text: string, operationName: string | undefined): PlannedOperation | undefined;
  /** How many there are, and their estimated memory. */
  readonly count: number;
  readonly bytes: number;
};

type Known = {
  readonly hash: string;
  readonly text: string;
  readonly document: DocumentNode;
  /** By name, and the only one also by none. Each is planned once; null for one that graphql-js executes. */
  readonly operations: Map<string | undefined, PlannedOperation | OperationDefinitionNode | null>;
  bytes: number;
};

/** What one lexical token of a parsed document takes, with its share of the tree: measured, and rounded up. */
const bytesPerToken = 400;
/** The same for a field of a plan. */
const bytesPerField = 400;

/** Keeps documents for one schema, the latest used of them, within the limits. */
export function createKnownDocuments(
  schema: GraphQLSchema,
  { knownDocumentsMax: countMax, knownDocumentsBytesMax: bytesMax }: KnownLimits = limits,
): KnownDocuments {
  // In the order of their last use: a map keeps the order in which its keys came.
  const byText = new Map<string, Known>();
  const byHash = new Map<string, Known>();
  let bytes = 0;

  function forget(known: Known): void {
    byText.delete(known.text);
    byHash.delete(known.hash);
    bytes -= known.bytes;
  }

  function touch(known: Known): void {
    byText.delete(known.text);
    byText.set(known.text, known);
  }

  function makeRoom(): void {
    for (const oldest of byText.values()) {
      if (byText.size <= countMax && bytes <= bytesMax) return;
      forget(oldest);
    }
  }

  function planned(
    known: Known,
    name: string | undefined,
    operation: OperationDefinitionNode,
  ): PlannedOperation | null {
    const { document, operations } = known;
    const plan = planOperation(schema, document, operation);
    const found: PlannedOperation | null =
      plan === undefined
        ? null
        : {
            document,
            operation,
            execute: (variables, contextValue) => executePlan(plan, variables, contextValue),
          };
    const isOnly = operations.get(undefined) === operation;
    operations.set(name, found);
    operations.set(operation.name?.value, found);
    if (isOnly) operations.set(undefined, found);
    const more = (plan?.fieldsCount ?? 0) * bytesPerField;
    known.bytes += more;
    bytes += more;
    makeRoom();
    return found;
  }

  return {
    store: {
      async get(hash) {
        const known = byHash.get(hash);
        if (known !== undefined) touch(known);
        return known?.document;
      },
      async set(hash, document) {
        const text = document.loc?.source.body;
        if (text === undefined || byHash.has(hash)) return;
        const known = { hash, text, document, operations: operationsOf(document), bytes: sizeOf(document) };
        byText.set(text, known);
        byHash.set(hash, known);
        bytes += known.bytes;
        makeRoom();
      },
      async delete(hash) {
        const known = byHash.get(hash);
        if (known !== undefined) forget(known);
        return known !== undefined;
      },
    },
    find(text, operationName) {
      const known = byText.get(text);
      const found = known?.operations.get(operationName);
      if (known === undefined || found == null) return undefined;
      touch(known);
      return 'execute' in found ? found : (planned(known, operationName, found) ?? undefined);
    },
    get count() {
      return byText.size;
    },
    get bytes() {
      return bytes;
    },
  };
}

type KnownLimits = Pick<{ [name in keyof typeof limits]: number }, 'knownDocumentsMax' | 'knownDocumentsBytesMax'>;

function operationsOf({ definitions }: DocumentNode): Known['operations'] {
  const all = definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const operations: Known['operations'] = new Map();
  for (const operation of all) operations.set(operation.name?.value, operation);
  const [only, ...others] = all;
  if (only !== undefined && others.length === 0) operations.set(undefined, only);
  return operations;
}

function sizeOf({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken; token != null; token = token.next ?? undefined) tokens++;
  return tokens * bytesPerToken + (loc?.source.body.length ?? 0);
}
