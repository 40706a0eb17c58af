import type { Connection } from '../store/connection.ts';
import type { ApiKeyRow } from '../store/rows/ApiKeyRow.ts';
import type { AuditEventRow } from '../store/rows/AuditEventRow.ts';
import type { TenantRow } from '../store/rows/TenantRow.ts';
import type { UserRow } from '../store/rows/UserRow.ts';
import type {
  ApiKeyConnectionResolvers,
  ApiKeyEdgeResolvers,
  AuditEventConnectionResolvers,
  AuditEventEdgeResolvers,
  PageInfoResolvers,
  TenantConnectionResolvers,
  TenantEdgeResolvers,
  UserConnectionResolvers,
  UserEdgeResolvers,
} from './generated.ts';

/** A row in its page. */
type Place<Row> = { readonly page: Connection<Row>; readonly row: Row };

export type ApiKeyPage = Connection<ApiKeyRow>;
export type ApiKeyPlace = Place<ApiKeyRow>;
export type AuditEventPage = Connection<AuditEventRow>;
export type AuditEventPlace = Place<AuditEventRow>;
export type TenantPage = Connection<TenantRow>;
export type TenantPlace = Place<TenantRow>;
export type UserPage = Connection<UserRow>;
export type UserPlace = Place<UserRow>;

/** A page of whatever kind, as far as it is the same for all. */
export type AnyPage = Omit<Connection<never>, 'rows' | 'positionOf'>;

/** A page's fields. Cursors are sealed, and rows counted, for whoever asks. */
const connection = <Row>() => ({
  edges: (page: Connection<Row>): Place<Row>[] => page.rows.map((row) => ({ page, row })),
  nodes: (page: Connection<Row>): Row[] => [...page.rows],
  pageInfo: (page: Connection<Row>): AnyPage => page,
  totalCount: (page: Connection<Row>): Promise<number | null> => page.totalCount(),
});

const edge = <Row>() => ({
  cursor: ({ page, row }: Place<Row>): string => page.cursorAt(page.positionOf(row)),
  node: ({ row }: Place<Row>): Row => row,
});

/** Every type by which lists are paged; each field is named, so that a forgotten one does not compile. */
export const connections: {
  readonly ApiKeyConnection: Named<ApiKeyConnectionResolvers>;
  readonly ApiKeyEdge: Named<ApiKeyEdgeResolvers>;
  readonly AuditEventConnection: Named<AuditEventConnectionResolvers>;
  readonly AuditEventEdge: Named<AuditEventEdgeResolvers>;
  readonly TenantConnection: Named<TenantConnectionResolvers>;
  readonly TenantEdge: Named<TenantEdgeResolvers>;
  readonly UserConnection: Named<UserConnectionResolvers>;
  readonly UserEdge: Named<UserEdgeResolvers>;
  readonly PageInfo: Named<PageInfoResolvers>;
} = {
  ApiKeyConnection: connection<ApiKeyRow>(),
  ApiKeyEdge: edge<ApiKeyRow>(),
  AuditEventConnection: connection<AuditEventRow>(),
  AuditEventEdge: edge<AuditEventRow>(),
  TenantConnection: connection<TenantRow>(),
  TenantEdge: edge<TenantRow>(),
  UserConnection: connection<UserRow>(),
  UserEdge: edge<UserRow>(),
  PageInfo: {
    hasNextPage: (page) => page.hasNextPage,
    hasPreviousPage: (page) => page.hasPreviousPage,
    startCursor: (page) => (page.start === null ? null : page.cursorAt(page.start)),
    endCursor: (page) => (page.end === null ? null : page.cursorAt(page.end)),
  },
};

type Named<Resolvers> = Required<Omit<Resolvers, '__isTypeOf'>>;
