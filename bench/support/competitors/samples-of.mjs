/**
 * How many samples a histogram of prom-client has taken. They must all be of the one route that was asked for: if it
 * is missing in the labels, the variant does less than it should.
 *
 * @param {import('prom-client').Histogram} histogram
 * @param {string} [route] what the route is called in the labels
 */
export async function samplesOf(histogram, route = 'route') {
  const { values } = await histogram.get();
  return values
    .filter(({ metricName, labels }) => metricName.endsWith('_count') && labels[route] === '/hello')
    .reduce((sum, { value }) => sum + value, 0);
}
