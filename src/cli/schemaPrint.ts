import { defineCommand, jsonOption } from './command.ts';
import { printableJson } from './printable.ts';

/** `keywright schema print`: the schema as it is served, for composers, linters and code generators. */
export function schemaPrintCommand(parts: { readonly schema: () => Promise<string> }) {
  return defineCommand({
    name: 'schema print',
    description: 'Prints the GraphQL schema of this release as SDL. It needs neither a service nor a database.',
    args: [],
    options: jsonOption,
    examples: ['npx keywright schema print > keywright.graphql'],
    async run({ options }, { out }) {
      const sdl = await parts.schema();
      out.write(options.json ? `${printableJson({ sdl })}\n` : sdl);
      return 0;
    },
  });
}
