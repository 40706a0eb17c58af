import { permissionsOf } from '../lib/permissions.ts';
import type { ViewerResolvers } from './generated.ts';

/** What a page needs to know of whoever looks at it. */
export const Viewer: Required<Omit<ViewerResolvers, '__isTypeOf'>> = {
  kind: (caller) => caller.standing,
  tenant: (caller, _args, context) => context.loaders().tenant.load(caller.tenantId),
  user: (caller, _args, context) => (caller.userId === null ? null : context.loaders().user.load(caller.userId)),
  apiKey: (caller, _args, context) =>
    caller.apiKeyId === null ? null : context.loaders().callerKey.load(caller.apiKeyId),
  scopes: (caller) => [...caller.scopes],
  // What one holds one may give: a pattern covers itself.
  grantableScopes: (caller) => [...caller.scopes],
  permissions: (caller) => permissionsOf(caller),
};
