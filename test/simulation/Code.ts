/** The service's own code, as a simulation runs it: whole, or with one guard taken out. */
export type Code = Pick<typeof import('../../src/verification/memory.ts'), 'createMemory'> &
  Pick<typeof import('../../src/verification/flights.ts'), 'createFlights'> &
  Pick<typeof import('../../src/verification/importedLane.ts'), 'createImportedLane'> &
  Pick<typeof import('../../src/verification/importedLookup.ts'), 'createImportedLookup'> &
  Pick<typeof import('../../src/verification/readRows.ts'), 'createReadRows'> &
  Pick<typeof import('../../src/verification/verifyApiKey.ts'), 'verifyApiKey'> &
  Pick<typeof import('../../src/store/changeLog.ts'), 'openChangeLog'> &
  Pick<typeof import('../../src/store/propagation.ts'), 'createAwaitPropagation'> &
  Pick<typeof import('../../src/store/readNodes.ts'), 'createReadNodes'> &
  Pick<typeof import('../../src/store/removeOldChanges.ts'), 'removeOldChanges'> &
  Pick<typeof import('../../src/store/Ctx.ts'), 'openCtx'>;

/** Loads a copy of it for each `without`; what that means is said by whoever installed the loader. */
export async function loadCode(without: string | undefined): Promise<Code> {
  const from = async (path: string) =>
    import(new URL(`../../src/${path}.ts${without === undefined ? '' : `?without=${without}`}`, import.meta.url).href);
  const modules = await Promise.all(
    [
      'verification/memory',
      'verification/flights',
      'verification/importedLane',
      'verification/importedLookup',
      'verification/readRows',
      'verification/verifyApiKey',
      'store/changeLog',
      'store/propagation',
      'store/readNodes',
      'store/removeOldChanges',
      'store/Ctx',
    ].map(from),
  );
  return Object.assign({}, ...modules);
}
