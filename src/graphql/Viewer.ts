import { permissionsOf } from '../lib/permissions.ts';
import { findUser } from '../users/findUser.ts';
import type { ViewerResolvers } from './generated.ts';

/** What a page needs to know of whoever looks at it. */
export const Viewer: Required<Omit<ViewerResolvers, '__isTypeOf'>> = {
  kind: (caller) => caller.standing,
  tenant: (caller, _args, context) => context.reading().tenant(caller.tenantId),
  user: (caller, _args, context) => (caller.userId === null ? null : findUser(context.reading(), caller.userId)),
  // Whoever presents a key may see what it is.
  apiKey: (caller, _args, context) => (caller.apiKeyId === null ? null : context.reading().apiKey(caller.apiKeyId)),
  scopes: (caller) => [...caller.scopes],
  // What one holds one may give: a pattern covers itself.
  grantableScopes: (caller) => [...caller.scopes],
  permissions: (caller) => permissionsOf(caller),
};
