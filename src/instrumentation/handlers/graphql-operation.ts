/** The used part of the `info` of a resolver. The graphql package belongs to the application and is not imported. */
interface ResolveInfo {
  readonly parentType: unknown;
  readonly schema: { getQueryType(): unknown; getMutationType(): unknown; getSubscriptionType(): unknown };
}

/**
 * Whether a resolver is one of a query, a mutation or a subscription. A field resolver is not: it runs once for each object in
 * a result, with `fieldResolverEnhancers` through all interceptors.
 *
 * @param info the fourth argument of a resolver. A reference resolver of a federated schema, which is not an operation either,
 * has only three arguments.
 */
export function isOperation(info: unknown): boolean {
  if (!isResolveInfo(info)) return false;
  const { parentType, schema } = info;
  return (
    parentType === schema.getQueryType() ||
    parentType === schema.getMutationType() ||
    parentType === schema.getSubscriptionType()
  );
}

function isResolveInfo(info: unknown): info is ResolveInfo {
  const { parentType, schema } = (info ?? {}) as Partial<ResolveInfo>;
  return typeof parentType === 'object' && typeof schema?.getSubscriptionType === 'function';
}
