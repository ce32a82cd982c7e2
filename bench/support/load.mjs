import autocannon from 'autocannon';

/**
 * Sends a fixed number of requests over keep-alive connections. Each connection waits for its answer before it
 * asks again.
 *
 * This process does not sleep meanwhile. It would if its server is slower than it is, and the kernel charges waking it
 * up to whoever sends to it: of two servers on this machine, the slower one would pay for that as well.
 *
 * @param {string} url
 * @param {{ requests: number, connections: number }} load
 */
export async function sendRequests(url, { requests, connections }) {
  const letSleep = stayAwake();
  try {
    const result = await autocannon({
      url,
      amount: requests,
      connections,
      // It looks whether it is done at the end of a sample only, and a sample takes a second unless told.
      sampleInt: 10,
    });
    const answered = result['2xx'];
    if (answered !== requests)
      throw new Error(`${url} answered ${answered} of ${requests} requests with success.`);
  } finally {
    letSleep();
  }
}

/** An event loop that has an immediate to run does not wait for anything. */
function stayAwake() {
  let immediate = setImmediate(function again() {
    immediate = setImmediate(again);
  });
  return () => clearImmediate(immediate);
}
