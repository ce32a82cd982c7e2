/** V8's inspector cannot be used, so there are no profiles: Node's permission model forbids it by default, from Node 26 on. */
export class InspectorUnavailableError extends Error {
  override readonly name = 'InspectorUnavailableError';
}
