import {
  buildClientSchema,
  buildSchema,
  type GraphQLSchema,
  getIntrospectionQuery,
  type IntrospectionQuery,
} from 'graphql';
import { askGraph, isRecord, type Server } from './askGraph.ts';

/** The schema that the service serves; where it keeps that to itself, the one of this release. */
export async function readSchema(server: Server, shippedSchema: () => Promise<string>): Promise<GraphQLSchema> {
  const { data } = await askGraph(server, { query: getIntrospectionQuery() });
  if (isIntrospection(data)) return buildClientSchema(data);
  // A composed graph's directives are not defined in it, and nothing here asks for them.
  return buildSchema(await shippedSchema(), { assumeValid: true, assumeValidSDL: true });
}

function isIntrospection(data: unknown): data is IntrospectionQuery {
  return isRecord(data) && isRecord(data.__schema);
}
