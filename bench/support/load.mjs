import autocannon from 'autocannon';

/**
 * Sends a fixed number of requests over keep-alive connections. Each connection waits for its answer before it
 * asks again.
 *
 * @param {string} url
 * @param {{ requests: number, connections: number }} load
 */
export async function sendRequests(url, { requests, connections }) {
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
}
