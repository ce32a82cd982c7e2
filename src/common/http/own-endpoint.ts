/** Set on the controllers of the monitor's endpoint, and on the requests to them. */
const OWN_ENDPOINT = Symbol('monitor.endpoint');

type Marked = { [OWN_ENDPOINT]?: boolean };

/** Marks a class as a controller of the monitor's own endpoint. */
export function markEndpoint(controller: object): void {
  Object.defineProperty(controller, OWN_ENDPOINT, { value: true });
}

/** Marks a request to a controller, if that is one of the monitor's own endpoint. */
export function noteEndpointRequest(controller: object | undefined, request: object): void {
  if ((controller as Marked | undefined)?.[OWN_ENDPOINT] === true) (request as Marked)[OWN_ENDPOINT] = true;
}

/** Whether a request was marked as one to the monitor's own endpoint. */
export function isEndpointRequest(request: object): boolean {
  return (request as Marked)[OWN_ENDPOINT] === true;
}
