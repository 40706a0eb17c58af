import type { GraphQLField, GraphQLSchema } from 'graphql';
import { didYouMean } from '../closest.ts';
import { UsageError } from '../exits.ts';
import { columns } from '../help.ts';
import { printable } from '../printable.ts';

/** A field at the root of the graph. */
export type Operation = { readonly kind: 'query' | 'mutation'; readonly field: GraphQLField<unknown, unknown> };

/** The operation of that name; refuses an unknown one by listing those that there are. */
export function findOperation(schema: GraphQLSchema, name: string | undefined): Operation {
  const operations = operationsOf(schema);
  const operation = operations.find(({ field }) => field.name === name);
  if (operation !== undefined) return operation;
  const names = operations.map(({ field }) => field.name);
  const wrong =
    name === undefined ? 'OPERATION is missing.' : `There is no operation "${name}".${didYouMean(name, names)}`;
  const rows = operations.map(({ field }) => [field.name, firstSentence(field.description)] as const);
  throw new UsageError([wrong, 'The operations are:', ...columns(rows)].join('\n'));
}

function operationsOf(schema: GraphQLSchema): Operation[] {
  const queries = Object.values(schema.getQueryType()?.getFields() ?? {});
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  return [
    ...queries.map((field) => ({ kind: 'query', field }) as const),
    ...mutations.map((field) => ({ kind: 'mutation', field }) as const),
  ];
}

function firstSentence(description: string | null | undefined): string {
  return printable(/^.*?\.(?=\s|$)/s.exec(description ?? '')?.[0]?.replaceAll('\n', ' ') ?? '');
}
