/** What is used of the `info` that GraphQL hands to a resolver; GraphQL itself is the application's, not ours. */
interface ResolveInfo {
  readonly parentType: unknown;
  readonly schema: { getQueryType(): unknown; getMutationType(): unknown; getSubscriptionType(): unknown };
}

/**
 * Whether a resolver is that of a query, a mutation or a subscription, and not that of a field of their results.
 * Those run once for each object in a result, through all interceptors if the application wants that
 * (`fieldResolverEnhancers`).
 *
 * @param info the last of the four arguments of a resolver. A reference resolver of a federated schema, which is
 * such a field too, has three.
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
